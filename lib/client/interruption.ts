import { EMPTY, type MonoTypeOperatorFunction, type SchedulerLike, catchError, throwError } from 'rxjs';
import { type CoordinationError, type ErrorContext, SessionError } from '../core/errors.js';
import { refusing } from '../operators/refusing.js';

/** The errors of waits that the end of their client has ended. */
const interruptions = new WeakSet<object>();

/** The error of a request that a closed client refuses. */
export function closed(context?: ErrorContext): SessionError {
  return new SessionError('CLOSED', 'the client was closed', 'none', context);
}

/** The `CLOSED` error of a wait that was under way when its client was closed. */
export function interruption(context?: ErrorContext): SessionError {
  return interrupted(closed(context));
}

/** Marks the error of a wait that was under way when its client was closed. */
export function interrupted<E extends object>(error: E): E {
  interruptions.add(error);
  return error;
}

/** Whether the close of the client ended this wait. False for a wait that began after the close. */
export function isInterruption(error: unknown): boolean {
  return typeof error === 'object' && error !== null && interruptions.has(error);
}

/** Completes work that waits for a lease when the client is closed: there is no work to do then. */
export function completeOnClose<T>(): MonoTypeOperatorFunction<T> {
  return catchError((error: unknown) => (isInterruption(error) ? EMPTY : throwError(() => error)));
}

/** A client that may be over. */
export interface EndingClient {
  readonly scheduler: SchedulerLike;
  readonly isOver: () => boolean;
  /** What has ended it, if that was not its own `close`. */
  readonly cause?: () => CoordinationError | undefined;
}

/**
 * Ends what is asked of a client that is over, in a turn of its own. A wait **errors** with `CLOSED`, or with what has
 * ended the client. A value does so too, but **completes** the third time within two seconds. A presence, which goes on
 * while there is a client, completes the first time, and errors the second. So `repeat()` comes to an end, and
 * `retry()` too, but not over a wait.
 */
export function refusingClosed<T>(
  { scheduler, isOver, cause }: EndingClient,
  kind: 'wait' | 'value' | 'presence',
  context: () => ErrorContext | undefined
): MonoTypeOperatorFunction<T> {
  const error = () => throwError(() => cause?.() ?? closed(context()));
  // work under a lease makes a completion of it, and must not do so twice
  const first = () => throwError(() => cause?.() ?? interruption(context()));
  const complete = () => EMPTY;
  if (kind === 'wait') return refusing(isOver, scheduler, 1, [error]);
  return refusing(isOver, scheduler, 0, kind === 'value' ? [first, error, complete] : [complete, error]);
}
