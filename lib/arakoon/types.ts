import type { ConnectionDiagnostic, ResendDiagnostic } from '../client/diagnostics.js';
import type { CoordinationError } from '../core/errors.js';

/**
 * Whether there is a master to talk to. Servers do not tell clients about a change: it shows with the end of a
 * connection, with a refusal, or with the next question after it, which is asked every `heartbeat`.
 */
export type ClusterState =
  /** No master is known; `cause` is why the last node that was asked was none. */
  | { readonly kind: 'searching'; readonly cause?: CoordinationError }
  /** This node has said of itself that it is the master. */
  | { readonly kind: 'connected'; readonly master: string }
  | { readonly kind: 'closed' };

/** Events below the surface, for logs and the search for faults. Kinds may be added. */
export type Diagnostic =
  | ConnectionDiagnostic<{ readonly node: string }>
  /** A node refused a request that may go to another node, or to the same one later. */
  | { readonly kind: 'refused'; readonly node: string; readonly error: CoordinationError }
  | ResendDiagnostic
  /**
   * A node fell silent. For so many milliseconds it gets no requests that others can answer; then it is tried again.
   */
  | { readonly kind: 'avoided'; readonly node: string; readonly delay: number }
  /** An avoided node answers again. */
  | { readonly kind: 'answering'; readonly node: string };

/** How far a node has got with collapsing its logs. */
export interface CollapseProgress {
  /** Logs that are done. */
  readonly done: number;
  readonly total: number;
  /** Milliseconds since it began. */
  readonly elapsed: number;
}
