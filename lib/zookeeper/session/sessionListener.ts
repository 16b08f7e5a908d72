import type { CoordinationError } from '../../core/errors.js';

/** Somebody who must know, before any subscriber, how the session fares. None of these may throw. */
export interface SessionListener {
  /** The link is lost, for this reason. */
  suspended(cause: CoordinationError): void;
  /** Watches are set again, and what they had to tell has been told. */
  resumed(): void;
  /** The session is over for good; `undefined`: it was closed. */
  ended(error: CoordinationError | undefined): void;
}
