import {
  type MonoTypeOperatorFunction,
  type Observable,
  catchError,
  concatMap,
  defer,
  distinctUntilChanged,
  map,
  of,
  pairwise,
  startWith,
  throwError,
} from 'rxjs';
import { equalBytes } from '../../bytes/equalBytes.js';
import { UsageError, isCoordinationError } from '../../core/errors.js';
import { freshness, sameElements } from '../../core/watched.js';
import { type Arakoon, type OpenOptions, lock, open, poll, pollPrefix, steps } from '../../arakoon/index.js';
import { retryIdempotent } from '../../arakoon/recipes/transientErrors.js';
import { arakoonFigures, arakoonStatus } from './arakoonStatus.js';
import { arakoonTransaction } from './arakoonTransaction.js';
import { KeyPages, endOf } from './keyPages.js';
import { emptyNode, keyOf, namedNode, namesOf, newsBetween, pathOfKey, prefixBelow } from './keyTree.js';
import { keyWalk } from './keyWalk.js';
import { namesBelow } from './namesBelow.js';
import { NodeError } from './nodeError.js';
import { storeUrl } from './storeUrl.js';
import type { ChangeOptions, ListOptions, MakeOptions, SeenTree, StoreNode, TreeStore } from './treeStore.js';

/** Milliseconds from one look to the next: Arakoon has no events. */
const LOOK = { every: 1000 };

/** Arakoon, for the verbs. A path is a key with a slash in front. Keys have no versions, and are watched by polling. */
export async function openArakoonTree(url: string, options: OpenOptions): Promise<TreeStore> {
  const { servers, query, prefix } = storeUrl(url);
  return arakoonTree(await open(servers + query, options), prefix);
}

/** The tree of a client, of the keys with a prefix. */
export function arakoonTree(arakoon: Arakoon, prefix: string): TreeStore {
  const place = new Place(arakoon, prefix);
  return {
    kind: 'arakoon',
    get: (path) => place.nodeAt(path),
    list: (path, options) => place.namesAt(path, options),
    walk: (path, { values, depth = Infinity }) => keyWalk(place.pages(values), path, depth),
    create: (path, value, how) => place.create(path, value ?? new Uint8Array(), how),
    set: (path, value, change) => place.set(path, value, change),
    delete: (path, change) => place.delete(path, change),
    transact: (steps, otherwise) => arakoonTransaction(arakoon, prefix, steps, otherwise),
    deleteTree: (path) => place.deleteTree(path),
    status: () => arakoonStatus(arakoon),
    figures: () => arakoonFigures(arakoon),
    watch: (path) =>
      poll(arakoon, prefix + keyOf(path), LOOK).pipe(
        map(({ kind, value, cause }) => ({
          node: kind === 'absent' ? undefined : nodeOf(keyOf(path), value),
          ...freshness(cause),
        }))
      ),
    watchNames: (path) =>
      pollPrefix(arakoon, prefix + prefixBelow(path), LOOK).pipe(
        map(({ entries, cause }) => ({
          names: namesOf(
            entries.map(([key]) => key),
            prefix + prefixBelow(path)
          ),
          ...freshness(cause),
        })),
        distinctUntilChanged((a, b) => a.stale === b.stale && sameElements(a.names, b.names))
      ),
    watchTree: (path) => place.watchTree(path),
    hold(path, kind) {
      if (kind === 'elect') throw new UsageError('verb', 'elect is not for Arakoon: take qrx lock');
      return lock(arakoon, prefix + keyOf(path));
    },
    close: () => arakoon.close(),
  };
}

/** The keys that begin with a prefix, as a tree. */
class Place {
  readonly #arakoon: Arakoon;
  readonly #prefix: string;

  constructor(arakoon: Arakoon, prefix: string) {
    this.#arakoon = arakoon;
    this.#prefix = prefix;
  }

  nodeAt(path: string): Observable<StoreNode | undefined> {
    const empty$ = this.#arakoon
      .prefix(this.#below(path), { max: 1 })
      .pipe(map(({ length }) => (length > 0 || path === '/' ? emptyNode(path) : undefined)));
    return this.#valueAt(path).pipe(
      concatMap((value) => (value === undefined ? empty$ : of(nodeOf(keyOf(path), value))))
    );
  }

  namesAt(path: string, options: ListOptions = {}): Observable<readonly string[] | undefined> {
    return defer(() => namesBelow(this.pages(false), path, options)).pipe(
      concatMap((names) =>
        names.length > 0 ? of(names) : this.nodeAt(path).pipe(map((node) => (node === undefined ? undefined : names)))
      )
    );
  }

  /** Pages of keys. Each is as it is at a moment of its own. They wait for a master while there is none. */
  pages(withValues: boolean): KeyPages {
    const read = (from: string, to: string | undefined, max: number): Observable<readonly StoreNode[]> => {
      const end = to === undefined ? endOf(this.#prefix) : this.#prefix + to;
      const range = { begin: this.#prefix + from, end: end ?? null, max };
      const rest = (key: string) => key.slice(this.#prefix.length);
      const nodes$ = withValues
        ? this.#arakoon
            .rangeEntries(range)
            .pipe(map((entries) => entries.map(([key, value]) => nodeOf(rest(key), value))))
        : this.#arakoon.range(range).pipe(map((keys) => keys.map((key) => namedNode(rest(key)))));
      return nodes$.pipe(retryIdempotent(this.#arakoon));
    };
    return new KeyPages(read, withValues);
  }

  create(path: string, value: Uint8Array, { mode, ttl }: MakeOptions): Observable<string> {
    if (mode !== undefined || ttl !== undefined)
      throw new UsageError(mode === undefined ? '--ttl' : '--mode', 'is not for Arakoon, whose keys have no modes');
    const key = this.#key(path);
    return this.#arakoon.sequence([steps.assert<string, Uint8Array>(key, null), steps.set(key, value)]).pipe(
      map(() => path),
      refused('NODE_EXISTS', path, 'create')
    );
  }

  set(path: string, value: Uint8Array, change: ChangeOptions): Observable<StoreNode> {
    checkNoVersion(change);
    const key = this.#key(path);
    return this.#arakoon.sequence([steps.assertExists<string>(key), steps.set(key, value)]).pipe(
      map(() => nodeOf(keyOf(path), value)),
      refused('NO_NODE', path, 'set')
    );
  }

  delete(path: string, change: ChangeOptions): Observable<void> {
    checkNoVersion(change);
    return this.#arakoon.delete(this.#key(path)).pipe(refused('NO_NODE', path, 'delete'));
  }

  deleteTree(path: string): Observable<void> {
    const key = this.#key(path);
    const own = path === '/' ? [] : [steps.replace<string, Uint8Array>(key, null)];
    return this.#arakoon.sequence([...own, steps.deletePrefix(this.#below(path))]);
  }

  watchTree(path: string): Observable<SeenTree> {
    const none: ReadonlyMap<string, Uint8Array> = new Map();
    const top = path === '/' ? '' : keyOf(path);
    const isIn = (key: string) => top === '' || key === top || key.startsWith(`${top}/`);
    return pollPrefix(this.#arakoon, this.#prefix + top, LOOK).pipe(
      map(({ entries, cause }) => ({
        entries: entries.map(([key, value]) => [key.slice(this.#prefix.length), value] as const),
        cause,
      })),
      map(({ entries, cause }) => ({ entries: new Map(entries.filter(([key]) => isIn(key))), cause })),
      startWith({ entries: none, cause: undefined }),
      pairwise(),
      concatMap(([before, now]): readonly SeenTree[] => {
        if (now.cause !== undefined) return [{ kind: 'stale', cause: now.cause }];
        return [...newsBetween(before.entries, now.entries, nodeOf, equalBytes), { kind: 'synced' }];
      })
    );
  }

  #valueAt(path: string): Observable<Uint8Array | undefined> {
    if (path === '/') return of(undefined);
    return this.#arakoon.get(this.#key(path)).pipe(
      map((value): Uint8Array | undefined => value),
      catchError((error: unknown) =>
        isCoordinationError(error, 'NOT_FOUND') ? of(undefined) : throwError(() => error)
      )
    );
  }

  #key(path: string): string {
    return this.#prefix + keyOf(path);
  }

  #below(path: string): string {
    return this.#prefix + prefixBelow(path);
  }
}

function nodeOf(key: string, value: Uint8Array | undefined): StoreNode {
  return { path: pathOfKey(key), value, exists: true, facts: { bytes: value?.length ?? 0 } };
}

function checkNoVersion({ version }: ChangeOptions): void {
  if (version !== undefined) throw new UsageError('--version', 'is not for Arakoon, whose keys have no versions');
}

function refused<T>(code: 'NODE_EXISTS' | 'NO_NODE', path: string, operation: string): MonoTypeOperatorFunction<T> {
  return catchError((error: unknown) => {
    const isRefusal = isCoordinationError(error, 'ASSERTION_FAILED') || isCoordinationError(error, 'NOT_FOUND');
    return throwError(() => (isRefusal ? new NodeError(code, path, operation, error) : error));
  });
}
