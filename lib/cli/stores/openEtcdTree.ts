import { type Observable, concatMap, defer, distinctUntilChanged, map, of, pairwise, startWith } from 'rxjs';
import { UsageError } from '../../core/errors.js';
import { raise } from '../../core/failures.js';
import { freshness, sameElements } from '../../core/watched.js';
import {
  type Etcd,
  type EtcdCells,
  type KeyFacts,
  type OpenOptions,
  type RangeResult,
  type WatchedEntry,
  cells as cellsOf,
  elect,
  lock,
  open,
} from '../../etcd/index.js';
import { wholeNumber } from '../command/wholeNumber.js';
import { KeyPages } from './keyPages.js';
import { emptyNode, keyOf, namedNode, namesOf, newsBetween, pathOfKey, prefixBelow } from './keyTree.js';
import { keyWalk } from './keyWalk.js';
import { namesBelow } from './namesBelow.js';
import { NodeError, asNodeErrors } from './nodeError.js';
import { storeUrl } from './storeUrl.js';
import { etcdFigures, etcdLeases, etcdStatus } from './etcdStatus.js';
import { etcdTransaction } from './etcdTransaction.js';
import { leading } from './leading.js';
import type { ChangeOptions, ListOptions, MakeOptions, SeenTree, StoreNode, TreeStore } from './treeStore.js';

/** Etcd, for the verbs. A path is a key with a slash in front, and the slashes in it are the levels of a tree. */
export async function openEtcdTree(url: string, options: OpenOptions): Promise<TreeStore> {
  const { servers, prefix } = storeUrl(url);
  return etcdTree(await open(servers, options), prefix);
}

/** The tree of a client, of the keys with a prefix. */
export function etcdTree(client: Etcd, prefix: string): TreeStore {
  const etcd = prefix === '' ? client : client.with({ namespace: prefix });
  const cells = cellsOf(client, prefix);
  return {
    kind: 'etcd',
    get: (path) => nodeAt(etcd, path),
    list: (path, options) => namesAt(etcd, path, options),
    walk: (path, { values, depth = Infinity }) => keyWalk(pagesOf(etcd, values), path, depth),
    create: (path, value, how) => create(etcd, cells, path, value ?? new Uint8Array(), how),
    set: (path, value, change) =>
      defer(() => cells.set(keyOf(path), value, { version: versionIn(change) ?? 'any' })).pipe(
        concatMap((revision) => nodeAt(etcd, path, revision)),
        map((node) => node ?? emptyNode(path)),
        asNodeErrors(path, 'set')
      ),
    delete: (path, change) =>
      defer(() => cells.delete(keyOf(path), { version: versionIn(change) })).pipe(asNodeErrors(path, 'delete')),
    transact: (steps, otherwise) => etcdTransaction(etcd, steps, otherwise),
    deleteTree: (path) => deleteTree(etcd, path),
    status: () => etcdStatus(client),
    figures: () => etcdFigures(client),
    sessions: () => etcdLeases(client),
    watch: (path) =>
      etcd.watch(keyOf(path)).pipe(
        map((seen) => ({
          node: seen.kind === 'present' ? nodeOf(keyOf(path), seen.value, seen.facts) : undefined,
          ...freshness(seen.cause),
        }))
      ),
    watchNames: (path) =>
      etcd.watchPrefix(prefixBelow(path)).pipe(
        map(({ entries, cause }) => ({
          names: namesOf(entries?.keys() ?? [], prefixBelow(path)),
          ...freshness(cause),
        })),
        distinctUntilChanged((a, b) => a.stale === b.stale && sameElements(a.names, b.names))
      ),
    watchTree: (path) => watchTree(etcd, path),
    hold: (path, kind) => (kind === 'lock' ? lock(etcd, keyOf(path)) : elect(etcd, keyOf(path)).pipe(leading())),
    close: () => client.close(),
  };
}

function nodeAt(etcd: Etcd, path: string, revision?: number): Observable<StoreNode | undefined> {
  const empty$ = etcd
    .keys({ prefix: prefixBelow(path) }, { limit: 1 })
    .pipe(map(({ entries }) => (entries.length > 0 || path === '/' ? emptyNode(path) : undefined)));
  if (path === '/') return empty$;
  return etcd
    .get(keyOf(path), { revision })
    .pipe(concatMap((found) => (found === undefined ? empty$ : of(nodeOf(found.key, found.value, found)))));
}

function namesAt(etcd: Etcd, path: string, options: ListOptions = {}): Observable<readonly string[] | undefined> {
  return defer(() => namesBelow(pagesOf(etcd, false), path, options)).pipe(
    concatMap((names) =>
      names.length > 0 ? of(names) : nodeAt(etcd, path).pipe(map((node) => (node === undefined ? undefined : names)))
    )
  );
}

/** Pages of keys, all as they are at the moment of the first one. */
function pagesOf(etcd: Etcd, withValues: boolean): KeyPages {
  let moment: number | undefined;
  const read = (from: string, to: string | undefined, limit: number): Observable<readonly StoreNode[]> => {
    const asked = [
      { from, to },
      { limit, revision: moment },
    ] as const;
    const page$: Observable<RangeResult<StoreNode>> = withValues
      ? etcd
          .range(...asked)
          .pipe(
            map((page) => ({ ...page, entries: page.entries.map((found) => nodeOf(found.key, found.value, found)) }))
          )
      : etcd.keys(...asked).pipe(map((page) => ({ ...page, entries: page.entries.map(namedNode) })));
    return page$.pipe(
      map(({ entries, revision }) => {
        moment ??= revision;
        return entries;
      })
    );
  };
  return new KeyPages(read, withValues);
}

function create(
  etcd: Etcd,
  cells: EtcdCells,
  path: string,
  value: Uint8Array,
  { mode, ttl }: MakeOptions
): Observable<string> {
  if (mode !== undefined) throw new UsageError('--mode', 'is for ZooKeeper; a key of etcd takes --ttl');
  const key = keyOf(path);
  if (ttl === undefined)
    return cells.create(key, value).pipe(
      map(() => path),
      asNodeErrors(path, 'create')
    );
  return etcd.leases.grant(ttl).pipe(
    concatMap(({ id }) =>
      etcd
        .transaction()
        .when(key, { exists: false })
        .do((t) => t.put(key, value, { lease: id }))
        .commit()
        .pipe(
          concatMap(({ succeeded }) =>
            succeeded
              ? of(path)
              : etcd.leases.revoke(id).pipe(map(() => raise(new NodeError('NODE_EXISTS', path, 'create'))))
          )
        )
    )
  );
}

function deleteTree(etcd: Etcd, path: string): Observable<void> {
  const below = { prefix: prefixBelow(path) };
  return etcd
    .transaction()
    .do((t) => (path === '/' ? t.deleteRange(below) : t.delete(keyOf(path)).deleteRange(below)))
    .commit()
    .pipe(map(() => undefined));
}

function watchTree(etcd: Etcd, path: string): Observable<SeenTree> {
  const none: ReadonlyMap<string, WatchedEntry<Uint8Array>> = new Map();
  const prefix = path === '/' ? '' : keyOf(path);
  const isIn = (key: string) => prefix === '' || key === prefix || key.startsWith(`${prefix}/`);
  return etcd.watchPrefix(prefix).pipe(
    map(({ entries = none, cause }) => ({ entries: new Map([...entries].filter(([key]) => isIn(key))), cause })),
    startWith({ entries: none, cause: undefined }),
    pairwise(),
    concatMap(([before, now]): readonly SeenTree[] => {
      if (now.cause !== undefined) return [{ kind: 'stale', cause: now.cause }];
      const news = newsBetween(before.entries, now.entries, (key, entry) => nodeOf(key, entry.value, entry.facts));
      return [...news, { kind: 'synced' }];
    })
  );
}

/** @param value `undefined` where it cannot be read */
function nodeOf(key: string, value: Uint8Array | undefined, facts: KeyFacts | undefined): StoreNode {
  const { version = 0, createRevision = 0, modRevision = 0, lease = 0n } = facts ?? {};
  return {
    path: pathOfKey(key),
    value,
    exists: true,
    facts: {
      version: modRevision,
      writes: version,
      createRevision,
      bytes: value?.length ?? 0,
      ...(lease !== 0n && { lease: lease.toString(16) }),
    },
  };
}

function versionIn({ version }: ChangeOptions): number | undefined {
  return version === undefined ? undefined : wholeNumber('--version', version, 1);
}
