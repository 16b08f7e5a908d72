import type { CallOptions } from '../../session/exchange.js';
import type { Codec } from '../../../core/codecs.js';
import type { CreateOptions } from '../createNode.js';
import type { CreateOrSetOptions, CreatedOrSet } from '../createOrSet.js';
import type { Created } from '../../protocol/ops/createOp.js';
import type { EmptyTransaction } from '../transaction.js';
import type { EnsureOptions } from '../ensurePath.js';
import type { Observable } from 'rxjs';
import type { Outcomes } from '../../../core/outcome.js';
import type { Stat } from '../../types.js';
import type { VersionOptions } from '../viewOptions.js';

/** The changes of nodes, alone and together. */
export interface ZooKeeperWrites<V> {
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
}
