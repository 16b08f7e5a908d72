import type { CallOptions } from '../../session/exchange.js';
import type { Codec } from '../../../core/codecs.js';
import type { EventsOptions } from '../../watch/watchEvents.js';
import type { NodeEvent } from '../../protocol/event.js';
import type { Observable } from 'rxjs';
import type { TreeOptions, WatchedTree } from '../../watch/tree/watchTree.js';
import type { WatchMode, WatcherType } from '../../protocol/ops/watches.js';
import type { WatchedChildren } from '../../watch/watchChildren.js';
import type { WatchedNode } from '../../watch/watchNode.js';

/** Nodes, names and trees as they change. */
export interface ZooKeeperWatches<V> {
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
  /** Adds a watch whose events show in `events$`, and keeps it until {@link removeWatches}. Needs 3.6. */
  addWatch(path: string, mode?: WatchMode, options?: CallOptions): Observable<void>;
  /**
   * Removes a watch of {@link addWatch}: a mode, a half of `persistent` (`'data'`, `'children'`), or all of it. Other
   * watches of the path stay. **Errors** with `NO_WATCHER` where nothing was added.
   */
  removeWatches(path: string, type?: WatcherType, options?: CallOptions): Observable<void>;
  /** Emits if the server has such a watch of this connection, and else **errors** with `NO_WATCHER`. Needs 3.5. */
  checkWatches(path: string, type?: WatcherType, options?: CallOptions): Observable<void>;
}
