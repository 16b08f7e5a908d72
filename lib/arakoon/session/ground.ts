import type { Endpoint } from '../../core/endpoint.js';
import type { CoordinationError } from '../../core/errors.js';
import type { LaneKind } from './callProfile.js';

/** The node that a lane leads to. */
export interface Ground {
  readonly name: string;
  /** Milliseconds until it may be dialed again. */
  readonly pause: number;
  /** Whether calls of this kind are better off elsewhere, when there is no connection. */
  elsewhere(kind: LaneKind): boolean;
  dialing(endpoint: Endpoint): void;
  /** The server has answered; for the first time on a connection, it has also taken us in. */
  worked(kind: LaneKind, first: boolean): void;
  /** A connection has ended, or did not come about. */
  broke(error: CoordinationError, endpoint: Endpoint, established: boolean): void;
}
