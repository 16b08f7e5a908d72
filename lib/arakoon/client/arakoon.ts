import type { Observable, SchedulerLike } from 'rxjs';
import type { RequestFilter } from '../../client/requestFilter.js';
import type { StatsFeed } from '../../client/statsFeed.js';
import type { Codec } from '../../core/codecs.js';
import type { Cluster } from '../cluster.js';
import type { ServerVersion } from '../protocol/ops/reads.js';
import type { Statistics } from '../protocol/statistics.js';
import type { Step } from '../protocol/step.js';
import type { CallOptions } from '../session/callOptions.js';
import type { Pullable } from '../../client/paced.js';
import type { ClusterState, CollapseProgress, Diagnostic } from '../types.js';
import type { Nursery } from './nursery.js';
import type {
  PrefixOptions,
  Range,
  ReadOptions,
  SequenceOptions,
  UserHookOptions,
  ViewOptions,
} from './requestOptions.js';

/**
 * An Arakoon cluster.
 *
 * Operations are cold: each subscription sends one request, and emits one value. They go to the master, and wait for
 * one while there is none, but not longer than their `timeout`. A request that was refused for want of a master, or
 * never left, is sent again. When an answer was lost, only an `idempotent` one is. Unless a method says otherwise they
 * **error** with a `UsageError` or `BAD_VALUE` (nothing was sent), a `ServerError` (the server said no: its `code` is
 * Arakoon's word), or a transport or protocol error; `effect` says whether something may have changed.
 * **Unsubscribing** takes a request back if it has not left, and else ignores its reply.
 *
 * Requests under way at the same time may be done in any order, for they travel over several connections. An answered
 * request was done, and is seen by every later consistent read.
 *
 * Fields that end in `$` are hot: they never error, and complete when the client is closed.
 */
export interface Arakoon<K = string, V = Uint8Array> extends StatsFeed {
  /** Whether there is a master: now, and after every change. */
  readonly state$: Observable<ClusterState>;
  readonly state: ClusterState;
  /** Who is the master: now, and after every change; `null` while none is known. */
  readonly master$: Observable<string | null>;
  /**
   * Events below the surface: dials, links that are lost, refusals, requests that are sent again, nodes that are
   * avoided.
   */
  readonly diagnostics$: Observable<Diagnostic>;
  /** The cluster that was connected to. */
  readonly cluster: Cluster;
  /** The codecs of keys and values. */
  readonly codecs: { readonly key: Codec<K>; readonly value: Codec<V> };
  /** The client's clock and timers. Recipes wait with them, so that a test may turn them. */
  readonly scheduler: SchedulerLike;

  /**
   * A view over the same connections: with other keys and values, and with options that its requests have unless they
   * say otherwise.
   * Throws a `UsageError` about an option.
   *
   * @example
   * ```ts
   * import { json } from 'quorum-rx';
   *
   * const settings = arakoon.with({ value: json<{ replicas: number }>(), timeout: 2000 });
   * settings.set('/settings', { replicas: 3 }).subscribe();
   * ```
   */
  with<K2 = K, V2 = V>(options: ViewOptions<K2, V2>): Arakoon<K2, V2>;
  /**
   * A view over the same connections with a filter around each of its requests: for retries, tracing, metrics, or
   * faults in a test. It is around the filters that were there before. Other views do not change. It does not see
   * answers that are streams, such as `getDb`.
   *
   * @example
   * ```ts
   * import { retryIf } from 'quorum-rx/operators';
   *
   * const patient = arakoon.use((_request, next) => next().pipe(retryIf({ count: 5 })));
   * patient.get('/settings').subscribe();
   * ```
   */
  use(filter: RequestFilter): Arakoon<K, V>;

  /** Whether there is such a key. */
  exists(key: K, options?: ReadOptions): Observable<boolean>;
  /** The value of a key. **Errors** with `NOT_FOUND` where there is none; `multiGetOption` makes that a value. */
  get(key: K, options?: ReadOptions): Observable<V>;
  /**
   * The values of several keys, in their order, all at one moment. **Errors** with `NOT_FOUND`, of the last that is
   * missing.
   */
  multiGet(keys: readonly K[], options?: ReadOptions): Observable<readonly V[]>;
  /** The same, with `null` for a missing key. Needs 1.6. */
  multiGetOption(keys: readonly K[], options?: ReadOptions): Observable<readonly (V | null)[]>;
  /** The keys that begin with `prefix`, ascending. */
  prefix(prefix: K, options?: PrefixOptions): Observable<readonly K[]>;
  /** The keys of a range, ascending. */
  range(range?: Range<K>, options?: ReadOptions): Observable<readonly K[]>;
  /** The keys of a range with their values, ascending. */
  rangeEntries(range?: Range<K>, options?: ReadOptions): Observable<readonly (readonly [key: K, value: V])[]>;
  /** The same descending, from `begin`, which is the high one, down to `end`. */
  revRangeEntries(range?: Range<K>, options?: ReadOptions): Observable<readonly (readonly [key: K, value: V])[]>;
  /** The keys that begin with `prefix`, with their values, ascending: a range, so servers check both of its bounds. */
  prefixEntries(prefix: K, options?: PrefixOptions): Observable<readonly (readonly [key: K, value: V])[]>;
  /** **Errors** with `ASSERTION_FAILED` unless the key has this value; `null`: unless it is not there. */
  assert(key: K, value: V | null, options?: ReadOptions): Observable<void>;
  /** **Errors** with `ASSERTION_FAILED` unless there is such a key. Needs 1.5. */
  assertExists(key: K, options?: ReadOptions): Observable<void>;
  /** How many keys there are. */
  getKeyCount(options?: CallOptions): Observable<bigint>;

  /**
   * Sets a key, whether it was there or not. It counts as idempotent: when its answer was lost it is sent again, and
   * the writes of others meanwhile are overwritten. Where that matters use {@link testAndSet}, or `idempotent: false`.
   */
  set(key: K, value: V, options?: CallOptions): Observable<void>;
  /** Sets a key unless it has this value already: then nothing is written. */
  confirm(key: K, value: V, options?: CallOptions): Observable<void>;
  /** Deletes a key. **Errors** with `NOT_FOUND` where there is none. */
  delete(key: K, options?: CallOptions): Observable<void>;
  /** Deletes the keys that begin with `prefix`; with an empty one, everything. **Emits** their number. */
  deletePrefix(prefix: K, options?: CallOptions): Observable<number>;
  /** Sets a key, or with `null` deletes it. **Emits** the former value, or `null`. Needs 1.7. */
  replace(key: K, value: V | null, options?: CallOptions): Observable<V | null>;
  /**
   * Sets a key, or with `null` deletes it, if it is as `expected`; `null`: if it is not there. **Emits** the former
   * value, which tells whether it was done; it is never refused for that.
   */
  testAndSet(key: K, expected: V | null, wanted: V | null, options?: CallOptions): Observable<V | null>;
  /**
   * Does several things together, or none of them: see `steps`.
   *
   * **Errors** with `NOT_FOUND` or `ASSERTION_FAILED` when a step fails, of which the message names the key.
   */
  sequence(steps: readonly Step<K, V>[], options?: SequenceOptions): Observable<void>;
  /**
   * Calls a function that the servers' administrator has installed. **Errors** with `BAD_INPUT` where there is none of
   * that name; with `USER_FUNCTION_FAILED`.
   */
  userFunction(name: string, argument?: Uint8Array | null, options?: CallOptions): Observable<Uint8Array | null>;
  /** Changes nothing, by a round of consensus: earlier decisions are done after it. Needs 1.7. */
  nop(options?: CallOptions): Observable<void>;

  /**
   * Which node some node, or `node`, takes for the master; it may have died. To follow the master see {@link master$}.
   */
  whoMaster(options?: CallOptions): Observable<string | null>;
  /** The greeting of a node to a client of this name. */
  hello(name: string, options?: CallOptions): Observable<string>;
  /** The version of a node. Development builds have the numbers -1. */
  version(options?: CallOptions): Observable<ServerVersion>;
  /** The state of a node, in its own words, such as `Stable_master`; for the search for faults. Needs 1.6. */
  getCurrentState(options?: CallOptions): Observable<string>;
  /** The counters and timings of a node; without `node`, of the master. */
  statistics(options?: CallOptions): Observable<Statistics>;
  /** How far a node has got, for reads that are to be at least as new; without `node`, the master. Needs 1.7.1. */
  getTxid(options?: CallOptions): Observable<{ readonly atLeast: bigint }>;
  /** Whether the master believes that it has a quorum: a hint, and late. */
  expectProgressPossible(options?: CallOptions): Observable<boolean>;

  /**
   * Makes the master step down. **Emits** when it has, after half a lease or more; it may be master again by then. A
   * cluster of one node refuses with `NOT_SUPPORTED`. Default `timeout`: a minute. Needs 1.6.
   */
  dropMaster(options?: CallOptions): Observable<void>;
  /**
   * Makes a node rewrite its data, without the holes. As with all commands for the files of one node, it must be named,
   * by `node`, unless the cluster has but one; and the default `timeout` is an hour. The master refuses with
   * `NOT_SUPPORTED`.
   */
  optimizeDb(options?: CallOptions): Observable<void>;
  /** Makes a node put its data in order. As {@link optimizeDb}. */
  defragDb(options?: CallOptions): Observable<void>;
  /** Makes a node write unwritten data to the disk. As {@link optimizeDb}, but the master does it too. Needs 1.7.1. */
  flushStore(options?: CallOptions): Observable<void>;
  /**
   * Makes a node copy its data to the head database, and keep only so many logs. As {@link optimizeDb}. Needs 1.7.1.
   */
  copyDbToHead(keep: number, options?: CallOptions): Observable<void>;
  /**
   * Makes a node fold its logs into the head database, all but so many.
   *
   * - **Emits** at once, and whenever a log is done. **Completes** when all are.
   * - **Errors** with `UNKNOWN_FAILURE` when it is under way already; with `TIMEOUT` when nothing is done for an hour,
   *   or `timeout`.
   * - **Unsubscribing** closes the connection, which is its own. The node goes on.
   */
  collapseTlogs(keep: number, options?: CallOptions): Observable<CollapseProgress>;
  /**
   * A node's data as a file of Tokyo Cabinet, piece by piece. Meanwhile the node takes no part; the master refuses.
   *
   * - **Emits** bytes, as fast as they come. `for await` takes them no faster than its body is done with them: the
   *   server is held back, and little waits here. **Completes** when all have come; not before.
   * - **Errors** with `NOT_SUPPORTED`; with `TIMEOUT` when nothing comes for an hour, or `timeout`.
   * - **Unsubscribing** closes the connection, which is its own.
   */
  getDb(options?: CallOptions): Pullable<Uint8Array>;
  /**
   * Talks to a hook that the servers' administrator has installed, over a connection of its own. The bytes are the
   * hook's affair, but by custom the answer begins with four zero bytes, and so must here; these are not emitted. Needs
   * 1.8.
   *
   * - **Emits** bytes as they come, or as `for await` takes them. **Completes** when the server closes the connection:
   *   most hooks do not, so take as many bytes as you need.
   * - **Errors** with `USER_HOOK_NOT_FOUND`; with `TIMEOUT` when the first bytes do not come within `timeout`.
   * - **Unsubscribing** closes the connection.
   */
  userHook(name: string, options?: UserHookOptions): Pullable<Uint8Array>;

  /** Several clusters as one. */
  readonly nursery: Nursery<K, V>;

  /**
   * Closes all connections. It acts when it is called. Requests that wait fail with `CLOSED`. The promise never
   * rejects, and a second call, also of another view, gives the same promise.
   */
  close(): Promise<void>;
}
