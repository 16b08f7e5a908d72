import { type Observable, catchError, concatMap, defer, map, throwError } from 'rxjs';
import { checkCondition, checkKey, checkLatest, checkPrefix, checkSteps, checkValue } from '../core/cellArguments.js';
import { CellError, type CellErrorCode } from '../core/cellError.js';
import { integer } from '../core/check.js';
import type { Cell, CellStep, Cells, List, Presence, PrefixWatching, Transact, Watching } from '../core/contract.js';
import { type CoordinationError, ServerError, isCoordinationError } from '../core/errors.js';
import { keyNames } from '../core/keyNames.js';
import { freshness } from '../core/watched.js';
import { deferResult } from '../operators/deferResult.js';
import type { ZooKeeper } from './client/zooKeeper.js';
import { joinPath, nameOf } from './path.js';
import { type PresenceClient, persistentNode } from './recipes/presence/persistentNode.js';
import { valueOnError } from './recipes/support/callPolicy.js';
import type { Stat } from './types.js';

/** Cells in ZooKeeper: everything of the contract. The version of a cell is the node's own `version`. */
export type ZooKeeperCells = Cells<number> &
  List &
  Transact<number> &
  Watching<number> &
  PrefixWatching<number> &
  Presence;

/** The part of a client that {@link cells} needs. */
export type CellsClient = PresenceClient &
  Pick<ZooKeeper, 'get' | 'set' | 'createOrSet' | 'getChildren' | 'watch' | 'watchTree' | 'transaction'>;

/** A server takes packets of 1,048,575 bytes by default, with path, ACL and header. */
const LONGEST = { maxKeyBytes: 1024, maxValueBytes: 1_000_000 };
const LARGEST_VERSION = 2 ** 31 - 1;
const EMPTY = new Uint8Array(0);
/** Servers refuse or reserve these names. */
const NAMES = keyNames(/^(\.{1,2}|zookeeper)$/);

/**
 * The contract of cells on ZooKeeper: one node below `path` for each cell. `path` is created with the first cell.
 *
 * Keys are flat: a key is one name, percent-encoded as by `encodeURIComponent`, so that `/` in it makes no further
 * level. The keys `.`, `..` and `zookeeper` begin with `%2E` and `%7A`. Nodes with other names are no cells.
 *
 * Versions begin at 0 whenever a node is created, so they are not unique: a condition on a version may hold for a cell
 * that was deleted and created since. All names are read at once, so keep a path below some ten thousand cells.
 *
 * @example
 * ```ts
 * import { cells } from 'quorum-rx/zookeeper';
 * import { concatMap } from 'rxjs';
 *
 * const colours = cells(zk, '/colours');
 * colours.create('sky', data).pipe(concatMap((version) => colours.set('sky', data, { version }))).subscribe();
 * colours.watch('sky').subscribe((cell) => console.log(cell.kind, cell.version, cell.stale));
 * ```
 */
export function cells(zk: CellsClient, path: string): ZooKeeperCells {
  const bounds = {
    ...LONGEST,
    checkVersion: (argument: string, version: number) => void integer(argument, version, 0, LARGEST_VERSION),
  };
  const node = (key: string) => joinPath(path, NAMES.nameOf(checkKey(key, bounds)));
  return {
    ...LONGEST,
    uniqueVersions: false,
    get: (key, options) =>
      deferResult(() => ({
        request$: zk.get(node(key), { read: checkLatest(options) ? 'strict' : 'local' }),
        result: ({ value, stat }): Cell<number> => ({ kind: 'present', value: value ?? EMPTY, version: stat.version }),
        failed: unread,
      })),
    create: (key, value) =>
      defer(() => zk.create(node(key), checkValue(value, bounds), { parents: true })).pipe(
        map(() => 0),
        refusedAs('create', [key], () => undefined)
      ),
    set: (key, value, condition) =>
      defer(() => {
        const { version } = checkCondition(condition, bounds);
        const at = node(key);
        checkValue(value, bounds);
        if (version === undefined)
          return zk.createOrSet(at, value, { parents: true }).pipe(map(({ stat }) => stat?.version ?? 0));
        return zk.set(at, value, onlyIf(version)).pipe(map((stat) => stat.version));
      }).pipe(refusedAs('set', [key], () => condition?.version)),
    delete: (key, condition) =>
      defer(() => zk.delete(node(key), onlyIf(checkCondition(condition, bounds).version))).pipe(
        refusedAs('delete', [key], () => condition?.version)
      ),
    list: (prefix, options) =>
      defer(() => {
        checkPrefix(prefix, bounds);
        return zk.getChildren(path, { read: checkLatest(options) ? 'strict' : 'local' });
      }).pipe(
        valueOnError('NO_NODE'),
        map((names = []) => NAMES.keysOf(names, prefix))
      ),
    transact: (steps) =>
      defer(() => {
        const keys = checkSteps(steps, bounds).map(({ key }) => key);
        const version = (i: number) => (steps[i] as { readonly version?: number | 'any' }).version;
        return committed(zk, path, steps, true).pipe(refusedAs('transact', keys, version));
      }),
    watch: (key) => defer(() => zk.watch(node(key))).pipe(map((it) => ({ ...cellOf(it), ...freshness(it.cause) }))),
    watchPrefix: (prefix) =>
      defer(() => {
        checkPrefix(prefix, bounds);
        const filter = (at: string) => NAMES.keyOf(nameOf(at))?.startsWith(prefix) === true;
        return zk.watchTree(path, { depth: 1, filter });
      }).pipe(
        map(({ root, cause }) => ({
          cells: new Map([...(root?.children.values() ?? [])].map((it) => [NAMES.keyOf(it.name)!, cellOf(it)])),
          ...freshness(cause),
        }))
      ),
    announce: (key, value) =>
      defer(() => persistentNode(zk, node(key), { data: checkValue(value, bounds) })).pipe(map(() => undefined)),
  };
}

function onlyIf(version: number | 'any' | undefined): { readonly version?: number } {
  return typeof version === 'number' ? { version } : {};
}

/** A node, of a watch or of a tree. */
type Seen =
  | { readonly kind: 'present'; readonly value: Uint8Array | null; readonly stat: Stat }
  | { readonly kind: 'absent' | 'denied' }
  | { readonly kind: 'unreadable'; readonly error: CoordinationError };

/** A node as a cell. No data is a value of no bytes. */
function cellOf(node: Seen): Cell<number> {
  const { kind } = node;
  if (kind === 'present') return { kind, value: node.value ?? EMPTY, version: node.stat.version };
  return kind === 'unreadable' ? { kind, error: node.error } : { kind };
}

/** A refusal of a read that is a value all the same. */
function unread(error: unknown): Cell<number> {
  if (isCoordinationError(error, 'NO_NODE')) return { kind: 'absent' };
  if (isCoordinationError(error, 'NO_AUTH')) return { kind: 'denied' };
  if (isCoordinationError(error, 'REPLY_TOO_LARGE')) return { kind: 'unreadable', error };
  throw error;
}

/**
 * Gives a refusal the words of the contract.
 *
 * @param version the condition of a step
 */
function refusedAs<T>(
  operation: string,
  keys: readonly string[],
  version: (step: number) => number | 'any' | undefined
) {
  return catchError<T, Observable<never>>((error: unknown) => {
    const code =
      isCoordinationError(error) && error instanceof ServerError
        ? codeFor(error, version(error.index ?? 0))
        : undefined;
    if (code === undefined) return throwError(() => error);
    const { index } = error as ServerError;
    return throwError(() => new CellError(code, keys[index ?? 0]!, operation, error as ServerError, index));
  });
}

function codeFor({ code }: ServerError, version: number | 'any' | undefined): CellErrorCode | undefined {
  if (code === 'NODE_EXISTS') return 'EXISTS';
  if (code === 'BAD_VERSION') return 'CONFLICT';
  return code === 'NO_NODE' ? (typeof version === 'number' ? 'CONFLICT' : 'ABSENT') : undefined;
}

/** All steps in one transaction. A create that finds no parent makes it, and tries once more. */
function committed(
  zk: CellsClient,
  path: string,
  steps: readonly CellStep<number>[],
  mayMakeParent: boolean
): Observable<readonly (number | undefined)[]> {
  let all = zk.transaction() as unknown as Steps;
  for (const step of steps) {
    const at = joinPath(path, NAMES.nameOf(step.key));
    if (step.kind === 'create') all = all.create(at, step.value);
    else if (step.kind === 'set') all = all.set(at, step.value, onlyIf(step.version));
    else all = all[step.kind](at, onlyIf(step.version));
  }
  return all.commit().pipe(
    map((results) =>
      steps.map(({ kind }, i) => (kind === 'create' ? 0 : kind === 'set' ? (results[i] as Stat).version : undefined))
    ),
    catchError((error: unknown) => {
      const isOrphan = isCoordinationError(error, 'NO_NODE') && steps[error.index ?? -1]?.kind === 'create';
      if (!isOrphan || !mayMakeParent) return throwError(() => error);
      return zk.create(path, null, { parents: true }).pipe(
        valueOnError('NODE_EXISTS'),
        concatMap(() => committed(zk, path, steps, false))
      );
    })
  );
}

/** A transaction that a loop makes. */
interface Steps {
  create(path: string, data: Uint8Array): Steps;
  set(path: string, data: Uint8Array, options: { readonly version?: number }): Steps;
  check(path: string, options: { readonly version?: number }): Steps;
  delete(path: string, options: { readonly version?: number }): Steps;
  commit(): Observable<readonly unknown[]>;
}
