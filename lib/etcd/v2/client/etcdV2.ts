import type { Observable, SchedulerLike } from 'rxjs';
import type { CallOptions } from '../../../client/callOptions.js';
import type { RequestFilter } from '../../../client/requestFilter.js';
import type { StatsFeed } from '../../../client/statsFeed.js';
import type { Watched } from '../../../core/watched.js';
import type { Diagnostic, EtcdState } from '../../types.js';
import type { EtcdV2Node, EtcdV2Result } from '../protocol/answer.js';
import type { EtcdV2Version } from '../protocol/clusterRequests.js';
import type {
  EtcdV2Condition,
  EtcdV2Event,
  EventsV2Options,
  ReadV2Options,
  TtlOptions,
  ViewV2Options,
  WriteV2Options,
} from '../types.js';
import type { AuthV2 } from './auth.js';
import type { MembersV2 } from './membership.js';
import type { StatisticsV2 } from './statistics.js';

/**
 * An etcd cluster, by the HTTP API of version 2: etcd 0.4 to 3.5, from 3.4 on with `--enable-v2`.
 *
 * Operations are cold: each subscription sends one request, and emits one value. A key is text with slashes; the one in
 * front may be left out. A read is sent again, to another member, when its answer is lost or the member cannot serve.
 * A write is sent again only if no member can have seen it, or if it compares a `prevIndex`: such a write succeeds at
 * most once. Unless a method says otherwise operations **error** with a `UsageError` or `BAD_VALUE` (nothing was sent),
 * an `EtcdV2Error` (etcd said no: its `code` is etcd's reason), or a transport or protocol error; `effect` says whether
 * something may have changed. **Unsubscribing** gives a request up.
 *
 * Fields that end in `$` are hot: they never error, and complete when the client is closed.
 *
 * @typeParam V the type of values. Text, unless {@link with} chooses a codec
 */
export interface EtcdV2<V = string> extends StatsFeed {
  /** Whether a member is known that serves: now, and after every change. */
  readonly state$: Observable<EtcdState>;
  readonly state: EtcdState;
  /** Events below the surface: members that fail, requests that are sent again. */
  readonly diagnostics$: Observable<Diagnostic>;
  /** The client's clock and timers. Recipes wait with them, so that a test may turn them. */
  readonly scheduler: SchedulerLike;

  /**
   * A view over the same members: with other values, and with options that its requests have unless they say otherwise.
   * Throws a `UsageError` about an option.
   *
   * @example
   * ```ts
   * import { bytes } from 'quorum-rx';
   *
   * const pictures = etcdV2.with({ value: bytes, encoding: 'base64', timeout: 2000 });
   * pictures.set('/logo', new Uint8Array([0xff, 0xd8])).subscribe();
   * ```
   */
  with<V2 = V>(options: ViewV2Options<V2>): EtcdV2<V2>;
  /**
   * A view over the same members with a filter around each of its requests: for retries, tracing, metrics, or faults
   * in a test. It is around the filters that were there before. Other views do not change. It does not see the
   * requests that wait for a change.
   *
   * @example
   * ```ts
   * import { retryIf } from 'quorum-rx/operators';
   *
   * const patient = etcdV2.use((_request, next) => next().pipe(retryIf({ count: 5 })));
   * patient.get('/settings').subscribe();
   * ```
   */
  use(filter: RequestFilter): EtcdV2<V>;

  /** Reads a key or a directory. **Emits** `undefined` where there is none, also below a file. */
  get(key: string, options?: ReadV2Options): Observable<EtcdV2Node<V> | undefined>;
  /** As {@link get}, with all that the answer tells. **Errors** with `KEY_NOT_FOUND`, or `NOT_DIR` below a file. */
  read(key: string, options?: ReadV2Options): Observable<EtcdV2Result<V>>;
  /** Whether there is such a key or directory. */
  exists(key: string, options?: ReadV2Options): Observable<boolean>;
  /**
   * Waits for one event, for as long as it takes: there is no timeout.
   *
   * @param options.waitIndex the first index that counts. Default: from now on. **Errors** with `EVENT_INDEX_CLEARED`
   * when etcd has forgotten what happened since then
   */
  wait(
    key: string,
    options?: { readonly recursive?: boolean; readonly waitIndex?: number; readonly signal?: AbortSignal }
  ): Observable<EtcdV2Result<V>>;

  /** Writes a value, whether there is such a key or not. Directories above are made. */
  set(key: string, value: V, options?: WriteV2Options): Observable<EtcdV2Result<V>>;
  /** Writes a key that does not exist. **Errors** with `NODE_EXIST`. */
  create(key: string, value: V, options?: WriteV2Options): Observable<EtcdV2Result<V>>;
  /** Writes a key that exists. **Errors** with `KEY_NOT_FOUND`. */
  update(key: string, value: V, options?: WriteV2Options): Observable<EtcdV2Result<V>>;
  /** Writes if all conditions hold; at least one is needed. **Errors** with `TEST_FAILED`, or as create and update. */
  compareAndSwap(
    key: string,
    value: V,
    condition: EtcdV2Condition<V>,
    options?: WriteV2Options
  ): Observable<EtcdV2Result<V>>;
  /** Deletes a key if all conditions hold; at least one is needed. **Errors** with `TEST_FAILED`. */
  compareAndDelete(
    key: string,
    condition: Omit<EtcdV2Condition<V>, 'prevExist'>,
    options?: CallOptions
  ): Observable<EtcdV2Result<V>>;
  /** Creates a key in a directory. Its name is the store's index, so names follow the order of creation. */
  createInOrder(directory: string, value: V, options?: TtlOptions): Observable<EtcdV2Result<V>>;
  /**
   * Lets a key live for so many seconds from now on. Watchers do not see it. **Errors** with `KEY_NOT_FOUND`, and with
   * a `UsageError` before etcd 2.3, which would empty the value.
   */
  refresh(key: string, ttl: number, options?: CallOptions): Observable<EtcdV2Result<V>>;
  /**
   * Gives a key another time to live, in seconds; `undefined`: for ever. It reads the value, and writes it again if it
   * is still the same one, so watchers see it. Works with every version. **Errors** with `KEY_NOT_FOUND`.
   */
  updateTtl(key: string, ttl: number | undefined, options?: CallOptions): Observable<EtcdV2Result<V>>;
  /** Deletes a key. A directory needs `recursive`. **Errors** with `KEY_NOT_FOUND` or `NOT_FILE`. */
  delete(key: string, options?: CallOptions & { readonly recursive?: boolean }): Observable<EtcdV2Result<V>>;
  /** Creates a directory. **Errors** with `NODE_EXIST`. */
  mkdir(directory: string, options?: TtlOptions): Observable<EtcdV2Result<V>>;
  /**
   * Deletes an empty directory, or with `recursive` any. Etcd deletes a file too. **Errors** with `DIR_NOT_EMPTY` or
   * `KEY_NOT_FOUND`.
   */
  rmdir(directory: string, options?: CallOptions & { readonly recursive?: boolean }): Observable<EtcdV2Result<V>>;

  /**
   * The value of a key, now and after every change. A directory is `'unreadable'`, with the error `NOT_FILE`.
   *
   * - **Emits** the first value, then every other one. Values are never skipped, but after a gap that etcd has
   *   forgotten. `stale` while no member tells of changes.
   * - **Completes** when the client is closed; **errors** with `CLOSED` when that was before the first value.
   * - **Errors** with a refusal that does not pass by itself. A user without the right sees `'denied'`.
   */
  watch(key: string): Observable<Watched<V, { readonly node: EtcdV2Node<V> }>>;
  /**
   * A directory and all below it, now and after every change, as an immutable tree: what has not changed is the same
   * object. Contents are in the order of their keys. A value that cannot be shown has an `error` in its node. Otherwise
   * as {@link watch}. Hidden keys (`/_x`) are not in it.
   */
  watchTree(directory: string): Observable<Watched<EtcdV2Node<V>>>;
  /**
   * The changes of a key. None is lost, and none comes twice.
   *
   * - **Emits** each event. After a gap that etcd has forgotten, the differences, marked with `resync`.
   * - **Completes** when the client is closed.
   * - **Errors** with a refusal, such as `UNAUTHORIZED`, or with `BAD_VALUE`.
   */
  events(key: string, options?: EventsV2Options): Observable<EtcdV2Event<V>>;

  /** The members of the cluster. */
  readonly members: MembersV2;
  /** The counters of members. */
  readonly statistics: StatisticsV2;
  /** Users and roles. */
  readonly auth: AuthV2;
  /** The versions of a member and of the cluster. */
  version(options?: CallOptions): Observable<EtcdV2Version>;
  /** Whether the member in use can read and write. */
  health(options?: CallOptions): Observable<boolean>;

  /** Closes the client, now: requests without an answer end with `CLOSED`. Resolves when all is over. */
  close(): Promise<void>;
}
