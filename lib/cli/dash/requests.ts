import { array, integer, knownKeys, text } from '../../core/check.js';
import { UsageError } from '../../core/errors.js';
import type { CreateInput, DeleteInput, PlaceInput, SetAclInput, SetInput } from './dashboardBridge.js';
import { type Rights, checkedRight } from '../stores/rights.js';
import type { RowsWanted } from './types.js';

/** The most nodes that a page may have open. */
const MOST_OPEN = 5000;
/** The most identities that have rights at a node. */
const MOST_RIGHTS = 1000;
const LONGEST_PATH = 16_384;

/** A path that a page has sent. */
export function pathIn(value: unknown, argument = 'path'): string {
  const path = text(argument, value);
  if (!path.startsWith('/')) throw new UsageError(argument, 'must begin with a slash');
  if (path.length > LONGEST_PATH) throw new UsageError(argument, 'is too long');
  return path;
}

/** A text to search for. */
export function textIn(value: unknown): string {
  const wanted = text('text', value).trim();
  if (wanted.length > 1000) throw new UsageError('text', 'is too long');
  return wanted;
}

export function rowsWantedIn(value: unknown): RowsWanted {
  const { open, from } = knownKeys('rows', value as RowsWanted, ['open', 'from']);
  return { open: pathsIn(open), from: integer('from', from, 0, 2 ** 31 - 1) };
}

export function placeIn(value: unknown): PlaceInput {
  const { open, path, typed } = knownKeys('place', value as PlaceInput, ['open', 'path', 'typed']);
  return { open: pathsIn(open), path: pathIn(path), typed: typed === undefined ? undefined : text('typed', typed) };
}

export function setIn(value: unknown): SetInput {
  const { path, value: bytes, version } = knownKeys('set', value as SetInput, ['path', 'value', 'version']);
  return { path: pathIn(path), value: bytesIn(bytes), version: versionIn(version) };
}

export function setAclIn(value: unknown): SetAclInput {
  const { path, rights, version } = knownKeys('setAcl', value as SetAclInput, ['path', 'rights', 'version']);
  const all = array('rights', rights as readonly unknown[]);
  if (all.length === 0 || all.length > MOST_RIGHTS) throw new UsageError('rights', `must be 1 to ${MOST_RIGHTS}`);
  return {
    path: pathIn(path),
    rights: all.map((right, i) => rightIn(right, `rights[${i}]`)),
    version: versionIn(version),
  };
}

export function createIn(value: unknown): CreateInput {
  const { path, value: bytes, mode } = knownKeys('create', value as CreateInput, ['path', 'value', 'mode']);
  return { path: pathIn(path), value: bytesIn(bytes), mode: mode === undefined ? undefined : text('mode', mode) };
}

export function deleteIn(value: unknown): DeleteInput {
  const { path, version, below } = knownKeys('delete', value as DeleteInput, ['path', 'version', 'below']);
  if (pathIn(path) === '/') throw new UsageError('path', 'must not be the root');
  return { path, version: versionIn(version), below: below === true };
}

function pathsIn(open: unknown): readonly string[] {
  const paths = array('open', open as readonly unknown[]);
  if (paths.length > MOST_OPEN) throw new UsageError('open', `has more than ${MOST_OPEN} paths`);
  return paths.map((path, i) => pathIn(path, `open[${i}]`));
}

function bytesIn(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new UsageError('value', 'must be bytes');
}

function rightIn(value: unknown, argument: string): Rights {
  const { scheme, id, perms } = knownKeys(argument, value as Rights, ['scheme', 'id', 'perms']);
  const part = (name: string, it: unknown) => text(`${argument}.${name}`, it);
  return checkedRight(argument, { scheme: part('scheme', scheme), id: part('id', id), perms: part('perms', perms) });
}

function versionIn(version: unknown): string | undefined {
  return version === undefined ? undefined : text('version', version);
}
