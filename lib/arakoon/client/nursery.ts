import type { Observable } from 'rxjs';
import type { Interval } from '../protocol/interval.js';
import type { ClusterNodes, NurseryConfig } from '../protocol/nurseryConfig.js';
import type { Entry } from '../protocol/ops/reads.js';
import type { Routing } from '../protocol/routing.js';
import type { Step } from '../protocol/step.js';
import type { CallOptions } from '../session/callOptions.js';

/**
 * The data that the clusters of a nursery keep about each other, and the moves of keys between them. Keys are bytes
 * here, in every view: a border between two clusters need not be a key.
 */
export interface Nursery<K, V> {
  /** The keys that this cluster holds; all by default. */
  getInterval(options?: CallOptions): Observable<Interval>;
  setInterval(interval: Interval, options?: CallOptions): Observable<void>;
  /** Which cluster has which keys. **Errors** with `NOT_FOUND` where this cluster was never told. */
  getRouting(options?: CallOptions): Observable<Routing>;
  setRouting(routing: Routing, options?: CallOptions): Observable<void>;
  /** Changes the routing: keys before `separator` belong to the cluster `left`, the others to `right`. */
  setRoutingDelta(left: string, separator: Uint8Array, right: string, options?: CallOptions): Observable<void>;
  /**
   * The routing, and where the nodes of all clusters are. **Errors** with `NOT_FOUND` where this cluster was never
   * told.
   */
  getConfig(options?: CallOptions): Observable<NurseryConfig>;
  /** Tells this cluster where the nodes of one cluster are. */
  setConfig(cluster: string, nodes: ClusterNodes, options?: CallOptions): Observable<void>;
  /**
   * Keys with their values next to a boundary, at most 1 MiB: `'upper'` those before it, from the last down; `'lower'`
   * those from it on.
   */
  getFringe(
    boundary: Uint8Array | null,
    direction: 'upper' | 'lower',
    options?: CallOptions
  ): Observable<readonly Entry[]>;
  /** Sets the interval and applies steps, together: how a cluster takes over, or gives away. */
  migrateRange(interval: Interval, steps: readonly Step<K, V>[], options?: CallOptions): Observable<void>;
}
