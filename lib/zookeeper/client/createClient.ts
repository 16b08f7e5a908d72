import { type Observable, defer, filter, map, take, tap } from 'rxjs';
import { type Codec, encodedBy } from '../../core/codecs.js';
import { ServerError } from '../../core/errors.js';
import { inspectable } from '../../core/inspect.js';
import { type AclPolicy, OPEN_ACL } from '../acl.js';
import { chrooted, nested } from '../filters/chrooted.js';
import { getDecoded } from '../filters/getDecoded.js';
import { withDefaults } from '../filters/withDefaults.js';
import { type Settings, checkIdentity } from '../options.js';
import { checkPath, outOfChroot } from '../path.js';
import type { Op } from '../protocol/op.js';
import { getAcl, setAcl } from '../protocol/ops/acl.js';
import { deleteNode } from '../protocol/ops/deleteNode.js';
import { exists } from '../protocol/ops/exists.js';
import { getChildren, getChildrenWithStat } from '../protocol/ops/getChildren.js';
import { getData } from '../protocol/ops/getData.js';
import { getAllChildrenNumber, getEphemerals, whoAmI } from '../protocol/ops/serverInfo.js';
import { reconfig } from '../protocol/ops/reconfig.js';
import { setData } from '../protocol/ops/setData.js';
import { sync } from '../protocol/ops/sync.js';
import { checkWatches } from '../protocol/ops/watches.js';
import { dotted } from '../protocol/opForVersion.js';
import type { Acl } from '../types.js';
import type { CallOptions, Exchange, Origin } from '../session/exchange.js';
import type { Session } from '../session/session.js';
import type { WatchCells } from '../watch/cell.js';
import { ofOpen, orClosed, throwCause } from '../watch/closed.js';
import { type TreeOptions, type WatchedTree, watchTree } from '../watch/tree/watchTree.js';
import { watchChildren } from '../watch/watchChildren.js';
import { watchEvents } from '../watch/watchEvents.js';
import { watchNode } from '../watch/watchNode.js';
import { batch } from './batch.js';
import type { Closing } from './closing.js';
import { summaryOf } from './summaryOf.js';
import { command } from './command.js';
import { CONFIG_PATH, configCodec, parseConfig } from './config.js';
import { type CreateOptions, type Creating, createNode } from './createNode.js';
import { type CreateOrSetOptions, createOrSet } from './createOrSet.js';
import { deleteTree } from './deleteTree.js';
import { ensurePath } from './ensurePath.js';
import { badOptions, checkOptions, sound } from './badOptions.js';
import type { UserWatches } from './userWatches.js';
import { freshly, readMany, snapshot } from './consistentReads.js';
import { EMPTY_DATA, type EncodedBy, Transaction } from './transaction.js';
import type { ReadOptions, ViewOptions } from './viewOptions.js';
import type { ZooKeeper } from './zooKeeper.js';

const getConfig: typeof getData = { ...getData, name: 'getConfig', coalesces: false };

/** The parts that all views of one session share. */
export interface Base {
  readonly session: Session;
  readonly settings: Settings;
  /** The session's own exchange: no chroot, no defaults. */
  readonly exchange: Exchange;
  readonly origin: Origin;
  readonly cells: WatchCells;
  readonly pins: UserWatches;
  readonly closing: Closing;
}

/** What a view has that its caller does not say. */
interface Defaults<V> {
  readonly call?: CallOptions;
  readonly codec?: Codec<V>;
  /** By the full path. */
  readonly aclOf?: (full: string) => readonly Acl[];
}

/**
 * A table, not a class: names and defaults for the operations. Behaviour is in the exchange, the filters and the cells.
 */
export function createClient<V>(base: Base, root: string, defaults: Defaults<V> = {}): ZooKeeper<V> {
  const { session, settings, cells, pins, closing } = base;
  const { streams } = session;
  const { call, aclOf = () => OPEN_ACL } = defaults;
  const usual: Codec<unknown> | undefined = defaults.codec;
  const bare = call === undefined ? base.exchange : withDefaults(call)(base.exchange);
  const exchange = chrooted(root)(bare);
  const full = (path: string) => (root === '' ? path : nested(root, path));
  /**
   * The path below the root, when it is one; for methods that send no operation: operations check their paths
   * themselves.
   */
  const checked = (operation: string, path: string) => {
    checkPath(path, 'path', operation);
    return full(path);
  };
  const creating: Creating = {
    exchange,
    bare,
    root,
    full,
    aclOf,
    sessionId: () => session.ticket.id,
    scheduler: settings.scheduler,
    patient: settings.offline === 'queue',
  };
  const transacting = { exchange, codec: usual, aclOf: (path: string) => aclOf(full(path)) };
  const read = (codec = usual) => (codec === undefined ? getData : getDecoded(codec)) as Op<string, never>;
  const plain = read();
  const here = { get state() { return streams.state; }, scheduler: settings.scheduler }; // prettier-ignore

  const client = {
    state$: streams.state$,
    get state() {
      return streams.state;
    },
    expired$: streams.expired$,
    events$: streams.events$,
    diagnostics$: streams.diagnostics$,
    scheduler: settings.scheduler,
    root,

    chroot(path: string) {
      checkPath(path, 'path', 'chroot');
      return createClient(base, path === '/' ? root : full(path), defaults);
    },
    with<V2>(more: ViewOptions<V2>) {
      checkOptions('with', more);
      const { codec = usual as Codec<V2> | undefined, acl, ...options } = more;
      return createClient<V2>(base, root, {
        call: { ...call, ...options },
        aclOf: acl === undefined ? aclOf : policyOf(acl, root),
        ...(codec && { codec }),
      });
    },

    get<T>(path: string, options?: ReadOptions & { readonly codec?: Codec<T> }): Observable<never> {
      if (options === undefined) return exchange(plain, path);
      return (
        badOptions('get', options, path) ??
        freshly(exchange, exchange(read(options.codec), path, options), path, options)
      );
    },
    exists: (path, options) =>
      badOptions('exists', options, path) ?? freshly(exchange, exchange(exists, path, options), path, options),
    getChildren(path: string, options?: ReadOptions & { readonly stat?: boolean }): Observable<never> {
      const op: Op<string, unknown> = options?.stat === true ? getChildrenWithStat : getChildren;
      return (
        badOptions('getChildren', options, path) ??
        freshly(exchange, exchange(op as Op<string, never>, path, options), path, options)
      );
    },
    snapshot: (paths, options) =>
      badOptions('snapshot', options) ?? sound('snapshot', () => snapshot(exchange, paths, options)),
    multiRead: (reads, options) =>
      badOptions('multiRead', options) ?? sound('multiRead', () => readMany(exchange, reads, options)),
    getAllChildrenNumber: (path, options) =>
      badOptions('getAllChildrenNumber', options, path) ?? exchange(getAllChildrenNumber, path, options),
    getEphemerals: (prefix = '/', options) =>
      badOptions('getEphemerals', options, prefix) ?? exchange(getEphemerals, prefix, options),

    create(path: string, value: unknown, options?: CreateOptions & Partial<EncodedBy<unknown>>) {
      return (
        badOptions('create', options, path) ??
        sound('create', () => {
          const data = value === undefined ? EMPTY_DATA : encodedBy(options?.codec ?? usual, value, 'create', path);
          return createNode(creating, path, data, options);
        })
      );
    },
    set: (
      path: string,
      value: unknown,
      options?: CallOptions & { readonly version?: number } & Partial<EncodedBy<unknown>>
    ) =>
      badOptions('set', options, path) ??
      sound('set', () => {
        const data = encodedBy(options?.codec ?? usual, value, 'set', path);
        return exchange(setData, { path, data, version: options?.version ?? -1 }, options);
      }),
    ensurePath: (path, options) =>
      badOptions('ensurePath', options, path) ?? sound('ensurePath', () => ensurePath(creating, path, options)),
    createOrSet: (path: string, value: unknown, options?: CreateOrSetOptions & Partial<EncodedBy<unknown>>) =>
      badOptions('createOrSet', options, path) ??
      sound('createOrSet', () => {
        const { codec = usual, ...others } = options ?? {};
        return createOrSet(creating, path, encodedBy(codec, value, 'createOrSet', path), others);
      }),
    delete(path, options) {
      const request = { path, version: options?.version ?? -1 };
      return (
        badOptions('delete', options, path) ??
        (options?.recursive === true ? deleteTree(exchange, request, options) : exchange(deleteNode, request, options))
      );
    },
    transaction: () => new Transaction(transacting),
    batch: (requests) => batch(requests, base.origin),
    sync: (path = '/', options) => badOptions('sync', options, path) ?? exchange(sync, path, options),

    getAcl: (path, options) => badOptions('getAcl', options, path) ?? exchange(getAcl, path, options),
    setAcl: (path, acl, options) =>
      badOptions('setAcl', options, path) ?? exchange(setAcl, { path, acl, version: options?.version ?? -1 }, options),
    addAuth: (scheme, auth) => defer(() => sound('addAuth', () => session.addIdentity(checkIdentity(scheme, auth)))),
    whoAmI: (options) => badOptions('whoAmI', options) ?? exchange(whoAmI, undefined, options),

    watch: <T>(path: string, options?: { readonly codec: Codec<T> }): Observable<never> =>
      badOptions('watch', options, path) ??
      (defer(() => watchNode(cells, checked('watch', path), options?.codec ?? usual, path)).pipe(
        ofOpen(here, 'value', { operation: 'watch', path })
      ) as Observable<never>),
    watchTree: (path: string, options: TreeOptions<unknown> = {}): WatchedTree<never> =>
      watchTree(
        { session, exchange: chrooted(root)(base.exchange), scheduler: settings.scheduler, root },
        path,
        usual === undefined ? options : { codec: usual, ...options }
      ) as WatchedTree<never>,
    watchChildren: (path) =>
      defer(() => watchChildren(cells, checked('watchChildren', path), path)).pipe(
        ofOpen(here, 'value', { operation: 'watchChildren', path })
      ),
    events: (path, options = {}) =>
      badOptions('events', options, path) ??
      defer(() =>
        watchEvents(
          { session, exchange: base.exchange, scheduler: settings.scheduler },
          checked('events', path),
          options,
          root
        )
      ).pipe(ofOpen(here, 'presence', { operation: 'events', path })),
    addWatch: (path, mode = 'persistent', options) =>
      badOptions('addWatch', options, path) ??
      defer(() => (checkPath(path, 'path', 'addWatch'), pins.add(exchange, root, path, mode, options))),
    removeWatches: (path, type = 'any', options) =>
      badOptions('removeWatches', options, path) ??
      defer(() => (checkPath(path, 'path', 'removeWatches'), pins.remove(exchange, root, path, type, options))),
    checkWatches: (path, type = 'any', options) =>
      badOptions('checkWatches', options, path) ?? exchange(checkWatches, { path, type }, options),

    getConfig: (options) =>
      badOptions('getConfig', options) ??
      freshly(bare, bare(getConfig, CONFIG_PATH, options), CONFIG_PATH, options).pipe(
        map(({ value }) => parseConfig(value))
      ),
    watchConfig: () =>
      watchNode(cells, CONFIG_PATH, configCodec).pipe(ofOpen(here, 'value', { operation: 'watchConfig' })),
    reconfig: (change, options) =>
      badOptions('reconfig', options) ?? bare(reconfig, change, options).pipe(map(({ value }) => parseConfig(value))),
    command: (word, endpoint) =>
      defer(() =>
        sound('command', () => command(settings, word, endpoint === undefined ? session.endpoint : endpoint))
      ),
    serverVersion: () =>
      streams.state$.pipe(
        tap(throwCause),
        map((state) => (state.kind === 'connected' ? state.version : undefined)),
        filter((version) => version !== undefined),
        take(1),
        map((version) => {
          if (version === 0)
            throw new ServerError('UNSUPPORTED', -6, {
              operation: 'serverVersion',
              message: 'the server does not tell its version (srvr is not allowed)',
            });
          return dotted(version);
        }),
        orClosed({ operation: 'serverVersion' }),
        ofOpen(here, 'wait', { operation: 'serverVersion' })
      ),

    get ticket() {
      return session.ticket;
    },
    close: () => closing.close(),
    detach: () => closing.detach(),
  } satisfies ZooKeeper<V> as ZooKeeper<V>;
  return inspectable(client, 'ZooKeeper', () => summaryOf(session, root));
}

/** Who may do what with a new node, by its full path, as a view below `root` has said. */
function policyOf(acl: AclPolicy, root: string): (full: string) => readonly Acl[] {
  return typeof acl === 'function' ? (full) => acl(outOfChroot(root, full)) ?? OPEN_ACL : () => acl;
}
