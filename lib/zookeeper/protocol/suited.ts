import { ServerError } from '../../core/errors.js';
import type { Version } from '../types.js';
import type { AnyOp } from './op.js';

const UNIMPLEMENTED = -6;

/** The form of the operation that a server of this version understands. Throws `UNSUPPORTED` if there is none. */
export function suited(op: AnyOp, version: Version, path?: string): AnyOp {
  if (op.since === undefined || op.since <= version) return op;
  if (op.fallback !== undefined) return op.fallback;
  throw unsupported(op, version, path);
}

/** The error for an operation that the server is too old for. */
export function unsupported(op: AnyOp, version: Version, path?: string): ServerError {
  const needed = `needs a server of version ${dotted(op.since ?? 0)} or newer; this one ${version === 0 ? "does not tell its version; options.serverVersion can" : `is ${dotted(version)}`}`;
  return new ServerError('UNSUPPORTED', UNIMPLEMENTED, { operation: op.name, path, message: `${op.name}: ${needed}` });
}

/** A version as people write it. */
export function dotted(version: Version): string {
  return `${Math.floor(version / 10000)}.${Math.floor(version / 100) % 100}.${version % 100}`;
}

/** The error for a recursive watch of a server that is new enough for one, and has none. */
export function noRecursion(): ServerError {
  return new ServerError('UNSUPPORTED', -6, { operation: 'addWatch', message: 'addWatch: the server has no recursive watches' });
}
