import {
  EMPTY,
  type Observable,
  catchError,
  concat,
  concatMap,
  defer,
  distinctUntilChanged,
  ignoreElements,
  map,
  of,
  throwError,
} from 'rxjs';
import { checkCondition, checkKey, checkLatest, checkPrefix, checkValue } from '../../core/cellArguments.js';
import { CellError, type CellErrorCode } from '../../core/cellError.js';
import { integer } from '../../core/check.js';
import { type Codec, bytes } from '../../core/codecs.js';
import type { Cell, Cells, List, PrefixWatching, Watching } from '../../core/contract.js';
import { UsageError, isCoordinationError } from '../../core/errors.js';
import { keyNames } from '../../core/keyNames.js';
import { freshness, sameElements } from '../../core/watched.js';
import { retryIf } from '../../operators/retryIf.js';
import type { EtcdV2 } from './client/etcdV2.js';
import type { EtcdV2Node } from './protocol/answer.js';
import { EtcdV2Error, refused } from './protocol/etcdV2Error.js';
import { keyPath, normalKey } from './protocol/keyPath.js';
import { isAbsence } from './watch/currentKey.js';

/** Cells in version 2 of etcd: all of the contract but transactions and presence. The version is a `modifiedIndex`. */
export type EtcdV2Cells = Cells<number> & List & Watching<number> & PrefixWatching<number>;

/** A server takes forms of 10 MiB; over version 3, requests of 1.5 MiB. A value is in them in base64. */
const LONGEST = { maxKeyBytes: 1024, maxValueBytes: 1_000_000 };
const NOTHING = new Uint8Array(0);
/** Servers do not take dots, and hide names with `_` in front. A `%` takes three bytes in a URL, and a `~` one. */
const NAMES = keyNames(/^(\.{1,2}$|_)/, '~');
/** A server hangs up on a first request whose first line is longer than 4,096 bytes. A key may take 3,072 of them. */
const LONGEST_DIRECTORY = 800;
/** The name of the value in the directory of its cell. */
const VALUE = 'v';

type Node = EtcdV2Node<Uint8Array>;

/**
 * The contract of cells on version 2 of etcd: a directory below `directory` for each cell, with its value in base64
 * in the file `v`. So a list reads the names only, and not the values. The directory is made with the first cell.
 *
 * Keys are flat: a key is one name, encoded as by `encodeURIComponent` but with `~` for `%`, so that `/` in it makes no
 * further directory. A `_` at its beginning becomes `~5F`. What else is below `directory` is no cell.
 *
 * Versions are indexes of the store, so none comes twice. Every read is answered with a quorum. A deletion has two
 * steps: the file, and then the directory. If the client dies between them, `list` shows the key of an absent cell,
 * until someone reads or deletes it.
 *
 * @example
 * ```ts
 * import { cells } from 'quorum-rx/etcd/v2';
 * import { concatMap } from 'rxjs';
 *
 * const colours = cells(etcdV2, '/colours');
 * colours.create('sky', data).pipe(concatMap((version) => colours.set('sky', data, { version }))).subscribe();
 * colours.watch('sky').subscribe((cell) => console.log(cell.kind, cell.version, cell.stale));
 * ```
 */
export function cells<V>(etcd: Pick<EtcdV2<V>, 'with'>, directory: string): EtcdV2Cells {
  const bounds = {
    ...LONGEST,
    checkVersion: (argument: string, version: number) => void integer(argument, version, 1, Number.MAX_SAFE_INTEGER),
  };
  const root = checkDirectory(directory);
  const view = etcd.with({ value: bytes as Codec<Uint8Array>, encoding: 'base64' });
  const directoryOf = (key: string) => `${root === '/' ? '' : root}/${NAMES.nameOf(checkKey(key, bounds))}`;
  const fileOf = (key: string) => `${directoryOf(key)}/${VALUE}`;
  /** Removes the directory of a cell that is gone. If there is a cell again, etcd refuses. */
  const tidied = (key: string) =>
    defer(() => view.rmdir(directoryOf(key))).pipe(
      retryIf({ idempotent: true, count: 1, scheduler: view.scheduler }),
      catchError(() => EMPTY),
      ignoreElements()
    );
  const QUIET = { noValueOnSuccess: true };
  /** The answer leaves the node out, and its index is that of the change. */
  const version = map(({ node, etcdIndex }: { readonly node: Node | undefined; readonly etcdIndex: number }) => {
    return node?.modifiedIndex ?? etcdIndex;
  });
  return {
    ...LONGEST,
    uniqueVersions: true,
    get: (key, options) =>
      defer(() => {
        checkLatest(options); // every read is
        return view.read(fileOf(key), { quorum: true });
      }).pipe(
        map(({ node }) => cellOf(node)),
        catchError((error: unknown) => unread(error, () => tidied(key)))
      ),
    create: (key, value) =>
      defer(() => view.create(fileOf(key), checkValue(value, bounds), QUIET)).pipe(
        version,
        refusedAs('create', key, undefined)
      ),
    set: (key, value, condition) =>
      defer(() => {
        const { version: wanted } = checkCondition(condition, bounds);
        const at = fileOf(key);
        checkValue(value, bounds);
        if (wanted === undefined) return view.set(at, value, QUIET);
        if (wanted === 'any') return view.update(at, value, QUIET);
        return view.compareAndSwap(at, value, { prevIndex: wanted }, QUIET);
      }).pipe(version, refusedAs('set', key, condition?.version)),
    delete: (key, condition) =>
      defer(() => {
        const { version: wanted } = checkCondition(condition, bounds);
        const at = fileOf(key);
        return typeof wanted === 'number' ? view.compareAndDelete(at, { prevIndex: wanted }) : view.delete(at);
      }).pipe(
        concatMap(() => concat(tidied(key), of(undefined))),
        catchError((error: unknown) =>
          concat(
            isLeftover(error) ? tidied(key) : EMPTY,
            throwError(() => error)
          )
        ),
        refusedAs('delete', key, condition?.version)
      ),
    list: (prefix, options) =>
      defer(() => {
        checkPrefix(prefix, bounds);
        checkLatest(options);
        return view.get(root, { quorum: true });
      }).pipe(
        map((node) => (node?.nodes ?? []).filter(({ dir }) => dir).map(({ key }) => nameOf(key))),
        map((names) => NAMES.keysOf(names, prefix))
      ),
    watch: (key) =>
      defer(() => view.watch(fileOf(key))).pipe(
        map(({ kind, node, error, cause }) => {
          if (kind === 'present') return { ...cellOf(node), ...freshness(cause) };
          return kind === 'unreadable' ? { kind, error, ...freshness(cause) } : { kind, ...freshness(cause) };
        })
      ),
    watchPrefix: (prefix) =>
      defer(() => {
        checkPrefix(prefix, bounds);
        return view.watchTree(root);
      }).pipe(
        map(({ value, cause }) => ({ cause, files: filesIn(value).filter((file) => keyOf(file).startsWith(prefix)) })),
        // what else is in the directory changes too
        distinctUntilChanged((a, b) => a.cause === b.cause && sameElements(a.files, b.files)),
        map(({ files, cause }) => ({
          cells: new Map(files.map((file) => [keyOf(file), cellOf(file)])),
          ...freshness(cause),
        }))
      ),
  };
}

function checkDirectory(directory: string): string {
  const root = normalKey(directory, 'directory');
  const { length } = keyPath(root);
  if (length <= LONGEST_DIRECTORY) return root;
  throw new UsageError('directory', `must have at most ${LONGEST_DIRECTORY} bytes in a URL, not ${length}`);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The files of all cells in a watched directory, in the order of their keys. */
function filesIn(directory: Node | undefined): readonly Node[] {
  const nodes = new Map(directory?.nodes?.map((node) => [nameOf(node.key), node]));
  return NAMES.keysOf([...nodes.keys()], '').flatMap(
    (key) => nodes.get(NAMES.nameOf(key))!.nodes?.filter((node) => nameOf(node.key) === VALUE) ?? []
  );
}

/** The key of the cell of a file. */
function keyOf(file: Node): string {
  return NAMES.keyOf(nameOf(file.key.slice(0, -VALUE.length - 1)))!;
}

/** A node as a cell. */
function cellOf(node: Node | undefined): Cell<number> {
  if (node === undefined) return { kind: 'absent' };
  const { key, dir, value = NOTHING, error, modifiedIndex } = node;
  if (dir) return { kind: 'unreadable', error: refused(102, key, 0, { path: key }) };
  return error === undefined ? { kind: 'present', value, version: modifiedIndex } : { kind: 'unreadable', error };
}

/** Whether only the value is missing, and its directory is there. */
function isLeftover(error: unknown): boolean {
  return error instanceof EtcdV2Error && error.code === 'KEY_NOT_FOUND' && error.reason.endsWith(`/${VALUE}`);
}

/** A refusal of a read that is a value all the same. */
function unread(error: unknown, tidied: () => Observable<never>): Observable<Cell<number>> {
  if (isAbsence(error)) return concat(isLeftover(error) ? tidied() : EMPTY, of<Cell<number>>({ kind: 'absent' }));
  if (isCoordinationError(error, 'UNAUTHORIZED')) return of({ kind: 'denied' });
  if (isCoordinationError(error, 'BAD_VALUE')) return of({ kind: 'unreadable', error });
  return throwError(() => error);
}

/** Gives a refusal the words of the contract. */
function refusedAs<T>(operation: string, key: string, version: number | 'any' | undefined) {
  return catchError<T, Observable<never>>((error: unknown) => {
    const code = error instanceof EtcdV2Error ? codeFor(error, version) : undefined;
    return throwError(() => (code === undefined ? error : new CellError(code, key, operation, error as EtcdV2Error)));
  });
}

function codeFor({ code, effect }: EtcdV2Error, version: number | 'any' | undefined): CellErrorCode | undefined {
  if (effect === 'unknown') return undefined;
  if (code === 'NODE_EXIST') return 'EXISTS';
  if (code === 'TEST_FAILED') return 'CONFLICT';
  return code === 'KEY_NOT_FOUND' ? (typeof version === 'number' ? 'CONFLICT' : 'ABSENT') : undefined;
}
