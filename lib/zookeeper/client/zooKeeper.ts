import type { Observable, SchedulerLike } from 'rxjs';
import type { Codec } from '../../core/codecs.js';
import type { Endpoint } from '../../core/endpoint.js';
import type { SessionTicket } from '../sessionTicket.js';
import type { NodeEvent } from '../protocol/event.js';
import type { Children } from '../protocol/ops/getChildren.js';
import type { NodeAcl } from '../protocol/ops/acl.js';
import type { Created } from '../protocol/ops/createOp.js';
import type { NodeData } from '../protocol/ops/getData.js';
import type { ReconfigRequest } from '../protocol/ops/reconfig.js';
import type { WatchMode, WatcherType } from '../protocol/ops/watches.js';
import type { CallOptions } from '../session/exchange.js';
import type { Diagnostic, Lost, SessionState } from '../sessionState.js';
import type { Acl, ClientInfo, Stat } from '../types.js';
import type { TreeOptions, WatchedTree } from '../watch/tree/watchTree.js';
import type { WatchedChildren } from '../watch/watchChildren.js';
import type { EventsOptions } from '../watch/watchEvents.js';
import type { WatchedNode } from '../watch/watchNode.js';
import type { Outcomes } from '../../core/outcome.js';
import type { EnsembleConfig } from './config.js';
import type { CreateOptions } from './createNode.js';
import type { CreateOrSetOptions, CreatedOrSet } from './createOrSet.js';
import type { EnsureOptions } from './ensurePath.js';
import type { MultiReads, Read, Snapshot } from './consistentReads.js';
import type { EmptyTransaction } from './transaction.js';
import type { ReadOptions, VersionOptions, ViewOptions } from './viewOptions.js';

/**
 * A session with a ZooKeeper ensemble.
 *
 * Operations are cold: each subscription sends one request, in the order of subscription, and emits one value. Unless a
 * method says otherwise they **error** with a `UsageError` (nothing was sent), a `ServerError` (the server said no: its
 * `code` is ZooKeeper's word), or a transport, protocol or session error whose `effect` says whether something may have
 * changed. **Unsubscribing** takes a request back if it has not left, and else ignores its reply.
 *
 * A request is sent when somebody subscribes, so `await zk.create(…)` does nothing: write `await
 * firstValueFrom(zk.create(…))`.
 *
 * Fields that end in `$` are hot: they never error, and complete when the client is closed.
 *
 * `V` is the type of values where no codec is given: bytes, or what the codec of {@link with} makes of them.
 */
export interface ZooKeeper<V = Uint8Array | null> {
  /** Where the session stands: now, and after every change. */
  readonly state$: Observable<SessionState>;
  /** Where the session stands now. */
  readonly state: SessionState;
  /** Emits for every session that is lost: its ephemerals are gone, or going. */
  readonly expired$: Observable<Lost>;
  /**
   * Every watch event from the server, as it comes, with the server's own paths. To follow a node, use {@link watch}.
   */
  readonly events$: Observable<NodeEvent>;
  /** Events below the surface. */
  readonly diagnostics$: Observable<Diagnostic>;
  /** The client's clock and timers. Recipes wait with them, so that a test may turn them. */
  readonly scheduler: SchedulerLike;
  /** The path that this client's paths are below; `''` for the root. */
  readonly root: string;

  /**
   * A view of the same session whose paths are below `path`. Where that node is missing, all is `NO_NODE`: `create('/',
   * null, { parents: true })` makes it.
   */
  chroot(path: string): ZooKeeper<V>;
  /**
   * A view of the same session whose requests have these options, unless they say otherwise.
   *
   * @example
   * ```ts
   * import { CREATOR_ALL_ACL, json } from 'quorum-rx';
   *
   * const settings = zk.with({ codec: json<{ replicas: number }>(), acl: CREATOR_ALL_ACL, timeout: 5_000 });
   * settings.createOrSet('/settings', { replicas: 3 }).subscribe();
   * settings.get('/settings').subscribe(({ value }) => console.log(value.replicas));
   * ```
   */
  with<V2 = V>(defaults: ViewOptions<V2>): ZooKeeper<V2>;

  /**
   * Reads a node. With a `codec`, its value is decoded from the bytes.
   *
   * **Errors** with `NO_NODE`, `NO_AUTH`; with `BAD_VALUE` when the codec refuses the bytes.
   */
  get(path: string, options?: ReadOptions): Observable<NodeData<V>>;
  get<T>(path: string, options: ReadOptions & { readonly codec: Codec<T> }): Observable<NodeData<T>>;
  /**
   * Whether there is a node: its metadata, or `null`. **Errors** with `NO_AUTH` where READ is missing, but only from
   * 3.8.4 and, on the branch of 3.9, from 3.9.2 on: older servers answer everybody.
   */
  exists(path: string, options?: ReadOptions): Observable<Stat | null>;
  /**
   * The names of a node's children, in no order; with `stat: true`, also its metadata. **Errors** with `NO_NODE`,
   * `NO_AUTH`.
   */
  getChildren(path: string, options?: ReadOptions & { readonly stat?: false }): Observable<readonly string[]>;
  getChildren(path: string, options: ReadOptions & { readonly stat: true }): Observable<Children>;
  /** Nodes as they are at one moment: none of them is newer than another. A missing one is a value. Needs 3.6. */
  snapshot<const P extends readonly string[]>(paths: P, options?: CallOptions): Observable<Snapshot<P>>;
  /** Reads of both kinds in one request, each with its own outcome, all at one moment. Needs 3.6. */
  multiRead<const R extends readonly Read[]>(reads: R, options?: CallOptions): Observable<MultiReads<R>>;
  /** How many nodes there are below a path, at any depth. Needs 3.6. */
  getAllChildrenNumber(path: string, options?: CallOptions): Observable<number>;
  /** Paths of this session's ephemerals at or below a path. Needs 3.6. */
  getEphemerals(prefix?: string, options?: CallOptions): Observable<readonly string[]>;

  /**
   * Creates a node; without a `value` it has no bytes. **Emits** its path, which a sequential mode has completed, and
   * its metadata (servers from 3.5 on).
   *
   * **Errors** with `NODE_EXISTS`, `NUMBER_TAKEN` (of a sequential node), `NO_NODE` (of the parent; see `parents`),
   * `NO_CHILDREN_FOR_EPHEMERALS`, `NO_AUTH`, `INVALID_ACL`, `QUOTA_EXCEEDED`. When the reply is lost, see `protect`.
   */
  create(path: string, value?: V, options?: CreateOptions): Observable<Created>;
  create<T>(path: string, value: T, options: CreateOptions & { readonly codec: Codec<T> }): Observable<Created>;
  /**
   * Replaces a node's data. **Emits** its new metadata. **Errors** with `NO_NODE`, `BAD_VERSION`, `NO_AUTH`,
   * `QUOTA_EXCEEDED`.
   */
  set(path: string, value: V, options?: VersionOptions): Observable<Stat>;
  set<T>(path: string, value: T, options: VersionOptions & { readonly codec: Codec<T> }): Observable<Stat>;
  /**
   * Sees to it that there is a node, and a node at every path above, also above the root of this client. Creates those
   * that are missing, without data, and leaves those that are there as they are. **Emits** when the node is there.
   *
   * It may be done twice, so a lost link is no error: it is tried again over the next link, for as long as `timeout`
   * allows. Not with `offline: 'fail'`. **Errors** with `NO_AUTH` when a node is missing and may not be created.
   */
  ensurePath(path: string, options?: EnsureOptions): Observable<void>;
  /**
   * Gives a node this data: sets it, or creates the node if it is not there, also when others create or delete it
   * meanwhile. **Emits** its path, its new metadata, and whether it had to be made.
   *
   * When the reply is lost, it **errors** with the effect `'unknown'`, as {@link set} does: to write again would
   * overwrite what others wrote meanwhile. Where that does no harm, add `retryIf({ idempotent: true })`. **Errors**
   * with `BAD_VERSION`, `NO_AUTH`, `NO_NODE` of the parent (see `parents`), `QUOTA_EXCEEDED`.
   */
  createOrSet(path: string, value: V, options?: CreateOrSetOptions): Observable<CreatedOrSet>;
  createOrSet<T>(
    path: string,
    value: T,
    options: CreateOrSetOptions & { readonly codec: Codec<T> }
  ): Observable<CreatedOrSet>;
  /**
   * Deletes a node; with `recursive`, also the nodes below it, one after the other and the lowest first. **Errors**
   * with `NO_NODE`, `BAD_VERSION`, `NOT_EMPTY`, `NO_AUTH`.
   */
  delete(path: string, options?: VersionOptions & { readonly recursive?: boolean }): Observable<void>;
  /** Several changes that happen together or not at all. */
  transaction(): EmptyTransaction<V>;
  /**
   * Sends requests in one go, over one link: none of them is sent after the link that carried the first was lost.
   *
   * - **Emits** once the outcome of every request, in their order, and completes. Refusals of the server are outcomes,
   *   and no errors.
   * - **Errors** with a `UsageError` for anything but single requests of this client.
   *
   * @example
   * ```ts
   * zk.batch([zk.get('/a'), zk.set('/b', null)]).subscribe(([a, b]) => console.log(a.kind, b.kind));
   * ```
   */
  batch<const R extends readonly Observable<unknown>[]>(requests: R): Observable<Outcomes<R>>;
  /** Brings the connected server up to date with the leader, as far as the leader knows. **Emits** the path. */
  sync(path?: string, options?: CallOptions): Observable<string>;

  /** The access control list of a node. **Errors** with `NO_NODE`, `NO_AUTH`. */
  getAcl(path: string, options?: CallOptions): Observable<NodeAcl>;
  /**
   * Replaces a node's ACL; `version` is compared with its `aversion`. **Errors** with `NO_NODE`, `BAD_VERSION`,
   * `INVALID_ACL`, `NO_AUTH`.
   */
  setAcl(path: string, acl: readonly Acl[], options?: VersionOptions): Observable<Stat>;
  /**
   * Holds an identity, now and on every later connection. For `digest` it is `user:password`; text stands for its bytes
   * in UTF-8. **Emits** once the server has accepted it. A refusal ends the
   * session, on ZooKeeper's terms: it **errors**, and so does the client, with `AUTH_FAILED`.
   */
  addAuth(scheme: string, auth: Uint8Array | string): Observable<void>;
  /** The identities that the server holds for this connection. Needs 3.7. */
  whoAmI(options?: CallOptions): Observable<readonly ClientInfo[]>;

  /**
   * A node as it is, now and after every change: see `docs/guarantees.md` for why it can be believed.
   *
   * - **Emits** the known state at once to later subscribers. Never an older state after a newer one, never one state
   *   twice; changes in quick succession may show as their last. A node that does not exist (`kind: 'absent'`), that
   *   may not be read (`'denied'`), or whose bytes the codec refuses (`'unreadable'`) is a value, and the watch goes
   *   on. While there is no connection, the last value with `stale: true`.
   * - **Completes** when the client is closed; **errors** with `CLOSED` when that was before the first value.
   *   **Errors** when its session is over otherwise, or with the server's error when the first read is refused again
   *   and again. A later refusal shows as `stale`.
   * - **Unsubscribing** the last subscriber removes the watch from the server.
   */
  watch(path: string): Observable<WatchedNode<V>>;
  watch<T>(path: string, options: { readonly codec: Codec<T> }): Observable<WatchedNode<T>>;
  /** The names of a node's children, in the manner of {@link watch}. */
  watchChildren(path: string): Observable<WatchedChildren>;
  /**
   * A node and everything below it as they are, now and after every change. Nodes are immutable, and an unchanged node
   * keeps its identity. A change costs one read. After a gap only nodes that have changed are read, on any session.
   * Uses one recursive watch (3.6), and one for each node on servers that have none.
   *
   * - **Emits** the tree once it is whole, and the known tree at once to later subscribers; then at every change, and
   *   with `stale: true` when the connection is lost, until all missed changes have been read. Every node's value is
   *   the last before quiet; nodes are read one by one, so the tree is no snapshot of one moment: for that see
   *   `watchSnapshot`.
   * - **Completes** when the client is closed. **Errors** when its session is over otherwise, or when `filter` throws.
   * - **Unsubscribing** the last subscriber of the tree and of its `changes$` removes the watches.
   *
   * @example
   * ```ts
   * zk.watchTree('/services', { depth: 2 }).subscribe(({ root, stale }) => console.log(stale, root?.children.size));
   * ```
   */
  watchTree(path: string, options?: Omit<TreeOptions<V>, 'codec'>): WatchedTree<V>;
  watchTree<T>(path: string, options: TreeOptions<T> & { readonly codec: Codec<T> }): WatchedTree<T>;
  /**
   * The events of a path from now on, also over lost links and sessions: missed changes are reported as one event. With
   * `recursive`: creations, deletions and changes at and below the path, and after such a gap one `resync`. Other
   * watches do not change the events. **Completes** and **errors** as {@link watch} does.
   */
  events(path: string, options?: EventsOptions): Observable<NodeEvent>;
  /** Adds a watch whose events show in {@link events$}, and keeps it until {@link removeWatches}. Needs 3.6. */
  addWatch(path: string, mode?: WatchMode, options?: CallOptions): Observable<void>;
  /**
   * Removes a watch of {@link addWatch}: a mode, a half of `persistent` (`'data'`, `'children'`), or all of it. Other
   * watches of the path stay. **Errors** with `NO_WATCHER` where nothing was added.
   */
  removeWatches(path: string, type?: WatcherType, options?: CallOptions): Observable<void>;
  /** Emits if the server has such a watch of this connection, and else **errors** with `NO_WATCHER`. Needs 3.5. */
  checkWatches(path: string, type?: WatcherType, options?: CallOptions): Observable<void>;

  /** Who is in the ensemble. Needs 3.5, and permission to read `/zookeeper/config`. */
  getConfig(options?: ReadOptions): Observable<EnsembleConfig>;
  /**
   * The members of the ensemble, now and after every change, shown as {@link watch} shows a node. `'absent'` before
   * 3.5, `'denied'` without permission to read `/zookeeper/config`.
   */
  watchConfig(): Observable<WatchedNode<EnsembleConfig>>;
  /**
   * Changes who is in the ensemble. **Errors** with `RECONFIG_DISABLED`, `NEW_CONFIG_NO_QUORUM`, `BAD_VERSION`,
   * `NO_AUTH`. Needs 3.5.
   */
  reconfig(change: ReconfigRequest, options?: CallOptions): Observable<EnsembleConfig>;
  /**
   * Asks a server a four-letter word, over a connection of its own. Default: the one that is connected to. **Emits**
   * its whole answer. **Errors** with `TIMEOUT` when that takes longer than `connectTimeout`, or else 10 s.
   */
  command(word: string, endpoint?: Endpoint): Observable<string>;
  /**
   * The version of the connected server, as in `3.8.0`; waits for a connection. **Errors** with `UNSUPPORTED` where it
   * does not tell.
   */
  serverVersion(): Observable<string>;

  /** The ticket to take this session up again, in this or another process. */
  readonly ticket: SessionTicket;
  /**
   * Ends the session, and with it its ephemerals. It acts when it is called. Requests that wait fail with `CLOSED`. The
   * promise is fulfilled when all is over, after at most `closeTimeout`. It never rejects, and a second call, also of
   * another view, gives the same promise.
   *
   * @example
   * ```ts
   * process.once('SIGTERM', () => void zk.close());
   * ```
   */
  close(): Promise<void>;
  /**
   * Closes the client and leaves the session, with its ephemerals, on the servers until its timeout. The promise is
   * fulfilled with the ticket that takes it up again; a second call gives the same promise. It rejects with `CLOSED`
   * when there was no session to leave: the client was closed before, or never had one.
   */
  detach(): Promise<SessionTicket>;
}
