import {
  type MonoTypeOperatorFunction,
  type Observable,
  catchError,
  concatMap,
  defer,
  map,
  of,
  throwError,
} from 'rxjs';
import { checkCondition, checkKey, checkLatest, checkPrefix, checkValue } from '../../core/cellArguments.js';
import { CellError } from '../../core/cellError.js';
import { integer } from '../../core/check.js';
import { type Codec, ValueError, bytes } from '../../core/codecs.js';
import type { Cell, CellCondition, Cells, List, PrefixWatching, Watching } from '../../core/contract.js';
import { isCoordinationError } from '../../core/errors.js';
import { keyNames } from '../../core/keyNames.js';
import { type Watched, freshness } from '../../core/watched.js';
import type { EtcdV2 } from './client/etcdV2.js';
import type { EtcdV2Node, EtcdV2Result } from './protocol/answer.js';
import { EtcdV2Error } from './protocol/etcdV2Error.js';
import { normalKey } from './protocol/keyPath.js';

/**
 * Cells in the v2 API of etcd: keys and values, lists and watches. It has no transactions. The version of a cell is the
 * index of the change that wrote it.
 */
export type EtcdV2Cells = Cells<number> & List & Watching<number> & PrefixWatching<number>;

/** A server takes requests of 1.5 MiB by default, and a value is base64 in them. */
const LONGEST = { maxKeyBytes: 1024, maxValueBytes: 1_000_000 };
/**
 * Servers leave names with `_` in front out of lists, and do not take dots. They hang up on a first request whose URL
 * is longer than 4096 bytes. A `%` would take three bytes there, and a `~` takes one.
 */
const NAMES = keyNames(/^(\.{1,2}$|_)/, '~');
/** The name of the value, in the directory of its cell. */
const VALUE = 'v';
const ABSENT: Cell<number> = { kind: 'absent' };

/**
 * The contract of cells on the v2 API of etcd: one directory in `directory` for each cell, with its value in base64 in
 * the key `v`. So a list reads the names only, and not the values. The directory is made with the first cell.
 *
 * Keys are flat: a key is one name, encoded as by `encodeURIComponent` but with `~` for `%`, so that `/` in it makes no
 * further directory. Versions are indexes of the store, so none comes twice. Every read is answered with a quorum.
 *
 * A delete with a version takes two requests. A process that dies between them leaves the key in lists, until the next
 * delete of it.
 *
 * @example
 * ```ts
 * import { cells, openV2 } from 'quorum-rx/etcd/v2';
 * import { concatMap } from 'rxjs';
 *
 * const colours = cells(await openV2('10.0.0.1,10.0.0.2,10.0.0.3'), '/colours');
 * colours.create('sky', data).pipe(concatMap((version) => colours.set('sky', data, { version }))).subscribe();
 * colours.watch('sky').subscribe((cell) => console.log(cell.kind, cell.version, cell.stale));
 * ```
 */
export function cells<V>(etcd: Pick<EtcdV2<V>, 'with'>, directory: string): EtcdV2Cells {
  const bounds = {
    ...LONGEST,
    checkVersion: (argument: string, version: number) => void integer(argument, version, 1, Number.MAX_SAFE_INTEGER),
  };
  const root = normalKey(directory, 'directory');
  const view: EtcdV2<Uint8Array> = etcd.with({ value: bytes as Codec<Uint8Array>, encoding: 'base64' });
  const cell = (key: string) => `${root}/${NAMES.nameOf(checkKey(key, bounds))}`;
  const at = (key: string) => `${cell(key)}/${VALUE}`;
  const quiet = { noValueOnSuccess: true };
  return {
    ...LONGEST,
    uniqueVersions: true,
    get: (key, options) =>
      defer(() => {
        checkLatest(options); // every read is
        return view.get(at(key), { quorum: true });
      }).pipe(
        map((node) => (node?.value === undefined ? ABSENT : present(node.value, node))),
        catchError((error: unknown) => unread(error))
      ),
    create: (key, value) =>
      defer(() => view.create(at(key), checkValue(value, bounds), quiet)).pipe(map(indexOf), refusedAs('create', key)),
    set: (key, value, condition) =>
      defer(() => {
        const { version } = checkCondition(condition, bounds);
        const place = at(key);
        checkValue(value, bounds);
        if (version === undefined) return view.set(place, value, quiet);
        if (version === 'any') return view.update(place, value, quiet);
        return view.compareAndSwap(place, value, { prevIndex: version }, quiet);
      }).pipe(map(indexOf), refusedAs('set', key, condition)),
    delete: (key, condition) =>
      defer(() => {
        const { version } = checkCondition(condition, bounds);
        if (typeof version !== 'number') return view.rmdir(cell(key), { recursive: true });
        return view
          .compareAndDelete(at(key), { prevIndex: version })
          .pipe(concatMap(() => view.rmdir(cell(key)).pipe(catchError((error: unknown) => unlessInUse(error)))));
      }).pipe(
        map(() => undefined),
        refusedAs('delete', key, condition)
      ),
    list: (prefix, options) =>
      defer(() => {
        checkLatest(options);
        checkPrefix(prefix, bounds);
        return view.get(root, { quorum: true });
      }).pipe(
        map((found) => (found?.nodes ?? []).filter(({ dir }) => dir).map(keyOf)),
        map((keys) => keys.filter((key) => key?.startsWith(prefix) === true) as string[]),
        map((keys) => keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
      ),
    watch: (key) =>
      defer(() => view.watch(at(key))).pipe(map((seen) => ({ ...seenCell(seen), ...freshness(seen.cause) }))),
    watchPrefix: (prefix) =>
      defer(() => {
        checkPrefix(prefix, bounds);
        return view.watchTree(root);
      }).pipe(map(({ value, cause }) => ({ cells: cellsIn(value?.nodes ?? [], prefix), ...freshness(cause) }))),
  };
}

/** The version after a write. */
function indexOf({ node, etcdIndex }: EtcdV2Result<unknown>): number {
  return node?.modifiedIndex ?? etcdIndex;
}

function present(value: Uint8Array, { modifiedIndex }: EtcdV2Node<Uint8Array>): Cell<number> {
  return { kind: 'present', value, version: modifiedIndex };
}

/** The key of the cell that a directory is. */
function keyOf({ key }: Pick<EtcdV2Node, 'key'>): string | undefined {
  return NAMES.keyOf(key.slice(key.lastIndexOf('/') + 1));
}

function seenCell(seen: Watched<Uint8Array, { readonly node: EtcdV2Node<Uint8Array> }>): Cell<number> {
  if (seen.kind === 'present') return present(seen.value, seen.node);
  return seen.kind === 'unreadable' ? { kind: seen.kind, error: seen.error } : { kind: seen.kind };
}

/** The cells of a watched directory, in the order of their keys. */
function cellsIn(directories: readonly EtcdV2Node<Uint8Array>[], prefix: string): ReadonlyMap<string, Cell<number>> {
  const found: (readonly [string, Cell<number>])[] = [];
  for (const directory of directories) {
    const key = keyOf(directory);
    const node = directory.nodes?.find((it) => it.key.endsWith(`/${VALUE}`));
    if (key?.startsWith(prefix) !== true || node === undefined) continue;
    if (node.value !== undefined) found.push([key, present(node.value, node)]);
    else if (node.error !== undefined) found.push([key, { kind: 'unreadable', error: node.error }]);
  }
  return new Map(found.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
}

/** A refusal of a read that is a value all the same. */
function unread(error: unknown): Observable<Cell<number>> {
  if (isCoordinationError(error, 'UNAUTHORIZED')) return of({ kind: 'denied' });
  if (error instanceof ValueError) return of({ kind: 'unreadable', error });
  return throwError(() => error);
}

/** The directory of a cell stays when the cell has been made again meanwhile, or another client has removed it. */
function unlessInUse(error: unknown): Observable<undefined> {
  const isInUse = isCoordinationError(error, 'DIR_NOT_EMPTY') || isCoordinationError(error, 'KEY_NOT_FOUND');
  return isInUse ? of(undefined) : throwError(() => error);
}

/** Gives a refusal the words of the contract. */
function refusedAs<T>(operation: string, key: string, condition?: CellCondition<number>): MonoTypeOperatorFunction<T> {
  return catchError((error: unknown) => {
    if (!(error instanceof EtcdV2Error)) return throwError(() => error);
    const isAbsent = error.code === 'KEY_NOT_FOUND';
    const code =
      error.code === 'NODE_EXIST'
        ? 'EXISTS'
        : error.code === 'TEST_FAILED' || (isAbsent && typeof condition?.version === 'number')
          ? 'CONFLICT'
          : isAbsent
            ? 'ABSENT'
            : undefined;
    return throwError(() => (code === undefined ? error : new CellError(code, key, operation, error)));
  });
}
