import type { Diagnostic, Lost, SessionState } from '../sessionState.js';
import type { NodeEvent } from '../protocol/event.js';
import type { Observable, SchedulerLike } from 'rxjs';
import type { RequestFilter } from '../../client/requestFilter.js';
import type { StatsFeed } from '../../client/statsFeed.js';
import type { SessionTicket } from '../sessionTicket.js';
import type { ViewOptions } from './viewOptions.js';
import type { ZooKeeperReads } from './api/zooKeeperReads.js';
import type { ZooKeeperWrites } from './api/zooKeeperWrites.js';
import type { ZooKeeperAccess } from './api/zooKeeperAccess.js';
import type { ZooKeeperWatches } from './api/zooKeeperWatches.js';
import type { ZooKeeperEnsemble } from './api/zooKeeperEnsemble.js';

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
export interface ZooKeeper<V = Uint8Array | null>
  extends ZooKeeperReads<V>, ZooKeeperWrites<V>, ZooKeeperAccess, ZooKeeperWatches<V>, ZooKeeperEnsemble, StatsFeed {
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
   * A view of the same session with a filter around each of its requests: for retries, tracing, metrics, or faults in
   * a test. It is around the filters that were there before. Other views do not change. The reads of watches are
   * shared by all views: only the filters of the option `use` see them.
   *
   * @example
   * ```ts
   * import { retryIf } from 'quorum-rx/operators';
   *
   * const patient = zk.use((_request, next) => next().pipe(retryIf({ count: 5 })));
   * patient.get('/settings').subscribe();
   * ```
   */
  use(filter: RequestFilter): ZooKeeper<V>;

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
