import { ServerError } from '../../core/errors.js';
import type { Version } from '../types.js';
import type { AnyOp, Capabilities } from './op.js';
import { addWatch } from './ops/watches.js';

const UNIMPLEMENTED = -6;

/**
 * The form of the operation that a server understands, of which the version says all, or not. Throws `UNSUPPORTED` if
 * there is none.
 */
export function opForVersion(op: AnyOp, server: Version | Capabilities, path?: string): AnyOp {
  if (has(server, op)) return op;
  if (op.fallback !== undefined && has(server, op.fallback)) return op.fallback;
  throw unsupported(op, typeof server === 'number' ? server : server.version, path);
}

function has(server: Version | Capabilities, op: AnyOp): boolean {
  return typeof server === 'number' ? (op.since ?? 0) <= server : server.has(op);
}

/** The error for an operation that the server does not know. */
export function unsupported({ name, since = 0 }: AnyOp, version: Version, path?: string): ServerError {
  const other = version >= since ? 'the server does not know it' : undefined;
  const own = version === 0 ? 'does not tell its version; options.serverVersion can' : `is ${dotted(version)}`;
  const older = `needs a server of version ${dotted(since)} or newer; this one ${own}`;
  return new ServerError('UNSUPPORTED', UNIMPLEMENTED, {
    operation: name,
    path,
    message: `${name}: ${other ?? older}`,
  });
}

/** A version as people write it. */
export function dotted(version: Version): string {
  return `${Math.floor(version / 10000)}.${Math.floor(version / 100) % 100}.${version % 100}`;
}

/** The error for a recursive watch of a server that has none, whether it is too old or of another kind. */
export function noRecursion(version: Version | undefined): ServerError {
  if (version !== undefined && version > 0 && version < addWatch.since!) return unsupported(addWatch, version);
  return new ServerError('UNSUPPORTED', UNIMPLEMENTED, {
    operation: addWatch.name,
    message: `${addWatch.name}: the server has no recursive watches`,
  });
}
