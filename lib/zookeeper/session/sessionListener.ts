import type { CoordinationError } from '../../core/errors.js';

/** A part of the client that hears of the session's state before any subscriber. None of these may throw. */
export interface SessionListener {
  /** The link is lost, for this reason. */
  suspended(cause: CoordinationError): void;
  /** Watches are set again, and have reported all that they missed. */
  resumed(): void;
  /** The session is over for good; `undefined`: it was closed. */
  ended(error: CoordinationError | undefined): void;
}
