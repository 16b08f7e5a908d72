import type { Observable, SchedulerLike } from 'rxjs';
import type { RequestFilter } from '../../../client/requestFilter.js';
import type { StatsFeed } from '../../../client/statsFeed.js';
import type { CallOptions } from '../../../client/callOptions.js';
import type { Pullable } from '../../../client/paced.js';
import type { Diagnostic, EtcdState } from '../../types.js';
import type { Auth } from './auth.js';
import type { KeyRange, KeyValue } from './keyValue.js';
import type { Maintenance } from './maintenance.js';
import type { Members } from './members.js';
import type {
  DeleteOptions,
  DeleteResult,
  Page,
  PagesOptions,
  PutOptions,
  PutResult,
  RangeOptions,
  RangeResult,
  ReadOptions,
  ViewOptions,
} from './requestOptions.js';
import type { RangeEvents } from '../watch/rangeEvents.js';
import type { WatchedKey } from '../watch/watchKey.js';
import type { WatchedRange } from '../watch/watchRange.js';
import type { Leases } from './createLeases.js';
import type { EventsOptions, KeyChange, KeyEntry } from './eventTypes.js';
import type { Transaction } from './transaction.js';

/**
 * An etcd cluster, by the API of version 3.
 *
 * Operations are cold: each subscription sends one request, and emits one value. They go to the member that the client
 * is connected to, and wait for one while there is none, but not longer than their `timeout`. A read is sent again when
 * its answer was lost; a write only when it is sure that no member has done it. Unless a method says otherwise they
 * **error** with a `UsageError` or `BAD_VALUE` (nothing was sent), a `ServerError` (etcd said no: its `code` is etcd's
 * reason), or a transport or protocol error; `effect` says whether something may have changed. **Unsubscribing**
 * gives a request up: it is taken back if it has not left.
 *
 * Fields that end in `$` are hot: they never error, and complete when the client is closed.
 *
 * @typeParam K the type of keys. Text, unless {@link with} chooses another codec
 * @typeParam V the type of values. Bytes, unless {@link with} chooses another codec
 */
export interface Etcd<K = string, V = Uint8Array> extends StatsFeed {
  /** Whether there is a connection: now, and after every change. */
  readonly state$: Observable<EtcdState>;
  readonly state: EtcdState;
  /** Events below the surface: dials, connections that are lost, requests that are sent again. */
  readonly diagnostics$: Observable<Diagnostic>;
  /** The client's clock and timers. Recipes wait with them, so that a test may turn them. */
  readonly scheduler: SchedulerLike;

  /**
   * A view over the same connection: with other keys and values, below a namespace, and with options that its requests
   * have unless they say otherwise. Throws a `UsageError` about an option.
   *
   * @example
   * ```ts
   * import { json } from 'quorum-rx';
   *
   * const settings = etcd.with({ namespace: 'app/', value: json<{ replicas: number }>(), timeout: 2000 });
   * settings.put('settings', { replicas: 3 }).subscribe();
   * ```
   */
  with<K2 = K, V2 = V>(options: ViewOptions<K2, V2>): Etcd<K2, V2>;
  /**
   * A view over the same connection with a filter around each of its requests: for retries, tracing, metrics, or
   * faults in a test. It is around the filters that were there before. Other views do not change. The reads of watches
   * are those of the session: only the filters of the option `use` see them.
   *
   * @example
   * ```ts
   * import { retryIf } from 'quorum-rx/operators';
   *
   * const patient = etcd.use((_request, next) => next().pipe(retryIf({ count: 5 })));
   * patient.get('settings').subscribe();
   * ```
   */
  use(filter: RequestFilter): Etcd<K, V>;

  /** Reads a key. **Emits** `undefined` where there is none. */
  get(key: K, options?: ReadOptions): Observable<KeyValue<K, V> | undefined>;
  /** Reads a range at one revision. */
  range(range: KeyRange<K>, options?: RangeOptions): Observable<RangeResult<KeyValue<K, V>>>;
  /**
   * Reads a range in pages, all at one revision, as if it were read at once: for ranges that are too large for that.
   *
   * - **Emits** the pages as fast as they come, at least one. `for await` reads a page when the work on the one before
   *   is done.
   * - **Errors** with `COMPACTED` when the cluster forgets that revision meanwhile; begin again then. The timeout is
   *   for each page.
   *
   * @example
   * ```ts
   * for await (const { entries } of etcd.pages({ prefix: 'users/' }, { size: 500 })) {
   *   console.log(entries.length);
   * }
   * ```
   */
  pages(range: KeyRange<K>, options?: PagesOptions): Pullable<Page<KeyValue<K, V>>>;
  /** Reads the keys of a range, without their values. */
  keys(range: KeyRange<K>, options?: RangeOptions): Observable<RangeResult<K>>;
  /** Counts the keys of a range. */
  count(range: KeyRange<K>, options?: ReadOptions): Observable<number>;
  /** Writes a key. */
  put(key: K, value: V, options?: PutOptions): Observable<PutResult<K, V>>;
  /** Deletes a key, if there is one. */
  delete(key: K, options?: DeleteOptions): Observable<DeleteResult<K, V>>;
  /** Deletes all keys of a range. */
  deleteRange(range: KeyRange<K>, options?: DeleteOptions): Observable<DeleteResult<K, V>>;
  /** Begins a transaction. */
  transaction(): Transaction<[], [], K, V>;
  /**
   * Forgets the history before a revision: what can then be read and watched begins there. **Errors** with `COMPACTED`
   * when that has happened already, and with `FUTURE_REVISION` when there is no such revision yet.
   *
   * @param options.physical whether to wait until the space is free
   */
  compact(revision: number, options?: CallOptions & { readonly physical?: boolean }): Observable<void>;

  /**
   * Follows a key: its value now, and after every change. It never goes back to an older value, and the last one before
   * quiet is the truth.
   *
   * - **Emits** `'absent'` and `'denied'` as values too. While there is no connection the last value is `stale`; it is
   *   read again when there is one, so a value that came and went meanwhile is not shown.
   * - **Completes** when the client is closed. **Errors** with a `UsageError` about an argument.
   *
   * @example
   * ```ts
   * import { json } from 'quorum-rx';
   *
   * etcd
   *   .with({ value: json<{ replicas: number }>() })
   *   .watch('settings')
   *   .subscribe((found) => {
   *     if (found.kind === 'present') console.log(found.value.replicas, found.stale ? '(perhaps old)' : '');
   *     else console.log(found.kind);
   *   });
   * ```
   */
  watch(key: K): Observable<WatchedKey<V>>;
  /** Follows all keys with a prefix, as {@link watchRange}. */
  watchPrefix(prefix: K): Observable<WatchedRange<K, V>>;
  /**
   * Follows a range, as {@link watch} follows a key: a map of its keys now, and after every revision that changed it.
   * Entries that did not change are the same objects as before.
   */
  watchRange(range: KeyRange<K>): Observable<WatchedRange<K, V>>;
  /**
   * Every change of a key or a range, each once and in order, over lost connections: for logs, queues and copies. For
   * the value alone, {@link watch} is simpler.
   *
   * - **Emits** the changes of one revision together; and `'resync'` with all keys, when the cluster has compacted away
   *   changes that are missing here.
   * - **Completes** when the client is closed. **Errors** with `PERMISSION_DENIED`, or a `UsageError`.
   *
   * @example
   * ```ts
   * import { concatMap } from 'rxjs';
   *
   * // nothing is missed between the read and the first event
   * etcd
   *   .range({ prefix: 'jobs/' })
   *   .pipe(concatMap(({ revision }) => etcd.events({ prefix: 'jobs/' }, { from: revision + 1 })))
   *   .subscribe((events) => {
   *     if (events.kind === 'changes') for (const change of events.changes) console.log(change.kind, change.key);
   *   });
   * ```
   */
  events(range: K | KeyRange<K>, options?: EventsOptions): Observable<RangeEvents<KeyChange<K, V>, KeyEntry<K, V>>>;

  /** Leases, with which keys come and go. */
  readonly leases: Leases<K>;
  /** The servers of the cluster. */
  readonly members: Members;
  /** Alarms, defragmentation, hashes, snapshots, and the state of each member. */
  readonly maintenance: Maintenance;
  /** Users, roles and permissions. */
  readonly auth: Auth<K>;

  /** Closes the client, now: requests without an answer end with `CLOSED`. Resolves when all is over. */
  close(): Promise<void>;
}
