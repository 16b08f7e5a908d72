import type { CoordinationError } from '../core/errors.js';

/**
 * Whether there is a master to talk to. Nobody tells clients when it changes: it shows with the end of a connection, with a
 * refusal, or with the next question after it, which is asked every `heartbeat`.
 */
export type ClusterState =
  /** No master is known; `cause` is why the last node that was asked was none. */
  | { readonly kind: 'searching'; readonly cause?: CoordinationError }
  /** This node has said of itself that it is the master. */
  | { readonly kind: 'connected'; readonly master: string }
  | { readonly kind: 'closed' };

/** How far a node has got with collapsing its logs. */
export interface CollapseProgress {
  /** Logs that are done. */
  readonly done: number;
  readonly total: number;
  /** Milliseconds since it began. */
  readonly elapsed: number;
}
