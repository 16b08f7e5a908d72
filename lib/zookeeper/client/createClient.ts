import { type Observable, defer, map } from 'rxjs';
import type { RequestFilter } from '../../client/requestFilter.js';
import { sound } from '../../client/sound.js';
import { statsFeed } from '../../client/statsFeed.js';
import { callable } from '../../core/check.js';
import { type Codec, encodedBy } from '../../core/codecs.js';
import { inspectable } from '../../core/inspect.js';
import { type AclPolicy, OPEN_ACL } from '../acl.js';
import { chrooted, nested } from '../filters/chrooted.js';
import { getDecoded } from '../filters/getDecoded.js';
import { withDefaults } from '../filters/withDefaults.js';
import { checkIdentity } from '../options.js';
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
import type { Acl } from '../types.js';
import { type CallOptions, exchangeOver } from '../session/exchange.js';
import { ofOpen } from '../watch/closed.js';
import { watchNode } from '../watch/watchNode.js';
import type { Base } from './base.js';
import { batch } from './batch.js';
import { summaryOf } from './summaryOf.js';
import { command } from './command.js';
import { CONFIG_PATH, configCodec, parseConfig } from './config.js';
import { type CreateOptions, type Creating, createNode } from './createNode.js';
import { type CreateOrSetOptions, createOrSet } from './createOrSet.js';
import { createWatches } from './createWatches.js';
import { deleteTree } from './deleteTree.js';
import { serverVersion } from './serverVersion.js';
import { ensurePath } from './ensurePath.js';
import { badOptions, checkOptions } from './badOptions.js';
import { freshly, readMany, snapshot } from './consistentReads.js';
import { EMPTY_DATA, type EncodedBy, Transaction } from './transaction.js';
import type { ReadOptions, ViewOptions } from './viewOptions.js';
import type { ZooKeeper } from './zooKeeper.js';

const getConfig: typeof getData = { ...getData, name: 'getConfig', coalesces: false };

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
  const { session, settings, cells, closing } = base;
  const { streams } = session;
  const { call, aclOf = () => OPEN_ACL } = defaults;
  const usual: Codec<unknown> | undefined = defaults.codec;
  const bare = call === undefined ? base.exchange : withDefaults(call)(base.exchange);
  const exchange = chrooted(root)(bare);
  const full = (path: string) => (root === '' ? path : nested(root, path));
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
    ...statsFeed(session, streams.state$),
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
    use(filter: RequestFilter) {
      const filters = [callable('filter', filter), ...base.filters];
      return createClient({ ...base, filters, exchange: exchangeOver(base.origin, filters) }, root, defaults);
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

    ...createWatches({ base, root, exchange, codec: usual, here, full }),

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
    serverVersion: () => serverVersion(streams.versioned$).pipe(ofOpen(here, 'wait', { operation: 'serverVersion' })),

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
