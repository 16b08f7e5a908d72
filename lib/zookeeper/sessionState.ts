import type { ConnectionDiagnostic } from '../client/diagnostics.js';
import type { Endpoint } from '../core/endpoint.js';
import type { CoordinationError, UsageError } from '../core/errors.js';
import type { Version } from './types.js';

/** Why a session was lost. `replaced`: a server answered with another session than the one that was taken up. */
export type LostReason = 'expired' | 'replaced' | 'auth-failed' | 'data-loss';

/**
 * Where a session stands. `epoch` counts sessions: a `connected` with a higher epoch is always preceded by the `lost`
 * of the one before. A slow reader may miss states, but never, comparing epochs, the loss of a session.
 */
export type SessionState =
  /** There is no session yet, or none again. */
  | { readonly kind: 'connecting'; readonly epoch: number }
  | {
      readonly kind: 'connected';
      readonly epoch: number;
      readonly id: bigint;
      readonly endpoint: Endpoint;
      /** Negotiated session timeout, in milliseconds. */
      readonly timeout: number;
      /** The server has lost its quorum: it only answers reads, and they may be old. */
      readonly readOnly: boolean;
      /**
       * Version of the server; 0 where it does not tell, `undefined` where it has not answered yet. The same state has
       * the version as soon as the server has told it, without another emission; `serverVersion()` waits for it.
       */
      readonly version: Version | undefined;
    }
  /**
   * The link is gone, the session perhaps not: until `deadline` it may be taken up again. That is in milliseconds since
   * the epoch, unless the client has a `scheduler` with another clock.
   */
  | {
      readonly kind: 'suspended';
      readonly epoch: number;
      readonly id: bigint;
      readonly deadline: number;
      readonly cause: CoordinationError;
    }
  /** The session is over, and with it its ephemerals. With a `cause`, no other follows: `closed` comes next. */
  | {
      readonly kind: 'lost';
      readonly epoch: number;
      readonly id: bigint;
      readonly reason: LostReason;
      readonly cause?: CoordinationError;
    }
  /** By `close()` or by unsubscribing; or by an error that has ended the client, which is the `cause` then. */
  | { readonly kind: 'closed'; readonly epoch: number; readonly cause?: CoordinationError };

/** A session that is over. */
export type Lost = Extract<SessionState, { readonly kind: 'lost' }>;

/** Events below the surface: for logs and for tests. Correct programs need none of them. */
export type Diagnostic =
  | ConnectionDiagnostic
  /** A list of servers, or an entry of one, that cannot be used. The last list that could be stays. */
  | { readonly kind: 'servers-ignored'; readonly error: UsageError }
  /**
   * Every server closed the connection without an answer: they are all older than the data that this client has seen.
   * Was a backup restored?
   */
  | { readonly kind: 'zxid-ahead'; readonly zxid: bigint }
  /** Watches that were set again after a reconnect, and how many requests that took. */
  | { readonly kind: 'rearmed'; readonly watches: number; readonly requests: number };
