import {
  type Observable,
  type OperatorFunction,
  catchError,
  concatMap,
  distinctUntilChanged,
  map,
  merge,
  of,
  throwError,
} from 'rxjs';
import { isCoordinationError } from '../../core/errors.js';
import { freshness } from '../../core/watched.js';
import {
  type Acl,
  type CreateMode,
  type OpenOptions,
  Permission,
  type Stat,
  type Tree,
  type TreeChange,
  type VersionOptions,
  type ZooKeeper,
  elect,
  lock,
  open,
} from '../../zookeeper/index.js';
import { wholeNumber } from '../command/wholeNumber.js';
import { zooKeeperSessions } from './zooKeeperSessions.js';
import { zooKeeperFigures, zooKeeperStatus } from './zooKeeperStatus.js';
import { zooKeeperWalk } from './zooKeeperWalk.js';
import { zooKeeperTransaction } from './zooKeeperTransaction.js';
import { parseServers } from '../../core/connectString.js';
import { storeUrl } from './storeUrl.js';
import { leading } from './leading.js';
import { textOrder } from './textOrder.js';
import type { Rights, RightsAtNode } from './rights.js';
import type { ChangeOptions, SeenTree, StoreNode, TreeStore, WalkOptions } from './treeStore.js';

/** ZooKeeper, for the verbs. A path is that of a znode. */
export async function openZooKeeperTree(url: string, options: OpenOptions): Promise<TreeStore> {
  const { servers, place } = storeUrl(url);
  const chroot = place.replace(/\/+$/, '');
  return zooKeeperTree(await open(chroot === '' ? servers : `${servers}/${chroot}`, options), servers);
}

/** The tree of a client. `servers` are those of its URL. */
export function zooKeeperTree(zk: ZooKeeper, servers: string): TreeStore {
  const { endpoints } = parseServers(servers);
  return {
    kind: 'zookeeper',
    get: (path) => nodeAt(zk, path),
    list: (path, { begins = '', max = Infinity } = {}) =>
      zk.getChildren(path).pipe(
        map((names) => names.filter((name) => name.startsWith(begins)).sort(textOrder)),
        map((names) => names.slice(0, max)),
        orAbsent('NO_NODE')
      ),
    walk: (path, options) => walk(zk, path, options),
    create: (path, value, { ttl, mode = ttl === undefined ? undefined : 'persistentWithTtl', parents = false, acl }) =>
      zk
        .create(path, value, {
          parents,
          ...(mode !== undefined && { mode: mode as CreateMode }),
          ...(ttl !== undefined && { ttl }),
          ...(acl !== undefined && { acl: acl.map(aclOf) }),
        })
        .pipe(map((made) => made.path)),
    set: (path, value, change) => zk.set(path, value, versionIn(change)).pipe(map((stat) => nodeOf(path, value, stat))),
    delete: (path, change) => zk.delete(path, versionIn(change)),
    transact: (steps, otherwise) => zooKeeperTransaction(zk, steps, otherwise),
    deleteTree: (path) => zk.delete(path, { recursive: true }),
    acl: (path) =>
      zk.getAcl(path).pipe(
        map(({ acl, stat }): RightsAtNode | undefined => ({ rights: acl.map(rightsOf), version: `${stat.aversion}` })),
        orAbsent<RightsAtNode | undefined>('NO_NODE', 'NO_AUTH')
      ),
    setAcl: (path, rights, change) => zk.setAcl(path, rights.map(aclOf), versionIn(change)).pipe(map(() => undefined)),
    status: (adminPort) => zooKeeperStatus(zk, endpoints, adminPort),
    figures: (adminPort) => zooKeeperFigures(zk, endpoints, adminPort),
    sessions: (adminPort) => zooKeeperSessions(zk, endpoints, adminPort),
    command: (word) => zk.command(word),
    watch: (path) =>
      zk.watch(path).pipe(
        map((seen) => ({
          node: seen.stat === undefined ? undefined : nodeOf(path, seen.value, seen.stat),
          ...freshness(seen.cause),
        }))
      ),
    watchNames: (path) =>
      zk
        .watchChildren(path)
        .pipe(map((seen) => ({ names: seen.kind === 'present' ? seen.names : undefined, ...freshness(seen.cause) }))),
    watchTree: (path) => watchTree(zk, path),
    hold: (path, kind) => (kind === 'lock' ? lock(zk, path) : elect(zk, path).pipe(leading())),
    close: () => zk.close(),
  };
}

function nodeAt(zk: ZooKeeper, path: string): Observable<StoreNode | undefined> {
  return zk.get(path).pipe(
    map(({ value, stat }): StoreNode | undefined => nodeOf(path, value, stat)),
    catchError((error: unknown) => {
      if (!isCoordinationError(error, 'NO_AUTH')) return throwError(() => error);
      return zk.exists(path).pipe(map((stat) => (stat === null ? undefined : nodeOf(path, undefined, stat))));
    }),
    orAbsent<StoreNode | undefined>('NO_NODE')
  );
}

async function* walk(zk: ZooKeeper, path: string, options: WalkOptions): AsyncIterable<StoreNode> {
  for await (const { path: at, value, stat } of zooKeeperWalk(zk, path, options)) yield nodeOf(at, value, stat);
}

function watchTree(zk: ZooKeeper, path: string): Observable<SeenTree> {
  const tree$ = zk.watchTree(path);
  const stale$ = tree$.pipe(
    distinctUntilChanged((a, b) => a.stale === b.stale),
    concatMap(({ cause }: Tree): SeenTree[] => (cause === undefined ? [] : [{ kind: 'stale', cause }]))
  );
  return merge(tree$.changes$.pipe(map(newsOf)), stale$);
}

function newsOf(change: TreeChange): SeenTree {
  if (change.kind === 'synced' || change.kind === 'removed') return change;
  const { path, node } = change;
  return { kind: change.kind === 'added' ? 'added' : 'changed', path, node: nodeOf(path, node.value, node.stat) };
}

function nodeOf(path: string, value: Uint8Array | null | undefined, stat: Stat): StoreNode {
  const { ctime, mtime, ephemeralOwner, ...numbers } = stat;
  const hex = (id: bigint) => `0x${id.toString(16)}`;
  return {
    path,
    value,
    exists: true,
    facts: {
      version: numbers.version,
      created: new Date(ctime),
      modified: new Date(mtime),
      bytes: numbers.dataLength,
      children: numbers.numChildren,
      ...(ephemeralOwner !== 0n && { ephemeralOwner: hex(ephemeralOwner) }),
      cversion: numbers.cversion,
      aversion: numbers.aversion,
      czxid: hex(numbers.czxid),
      mzxid: hex(numbers.mzxid),
      pzxid: hex(numbers.pzxid),
    },
  };
}

/** The letters of permissions, by their bits. */
const LETTERS = [
  ['c', Permission.CREATE],
  ['d', Permission.DELETE],
  ['r', Permission.READ],
  ['w', Permission.WRITE],
  ['a', Permission.ADMIN],
] as const;

function rightsOf({ scheme, id, permissions }: Acl): Rights {
  const letters = LETTERS.filter(([, bit]) => (permissions & bit) !== 0);
  return { scheme, id, perms: letters.map(([letter]) => letter).join('') };
}

function aclOf({ scheme, id, perms }: Rights): Acl {
  return {
    scheme,
    id,
    permissions: LETTERS.reduce((sum, [letter, bit]) => sum + (perms.includes(letter) ? bit : 0), 0),
  };
}

function versionIn({ version }: ChangeOptions): VersionOptions {
  return version === undefined ? {} : { version: wholeNumber('--version', version) };
}

/** Shows a node that is not there, or may not be read, as `undefined`. */
function orAbsent<T>(...codes: ('NO_NODE' | 'NO_AUTH')[]): OperatorFunction<T, T | undefined> {
  return catchError((error: unknown) =>
    isCoordinationError(error, ...codes) ? of(undefined) : throwError(() => error)
  );
}
