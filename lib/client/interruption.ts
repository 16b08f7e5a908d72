import { EMPTY, type MonoTypeOperatorFunction, catchError, throwError } from 'rxjs';
import { type ErrorContext, SessionError } from '../core/errors.js';

/** The errors of waits that the end of their client has ended. */
const interruptions = new WeakSet<object>();

/** The `CLOSED` error of a wait that was under way when its client was closed. */
export function interruption(context?: ErrorContext): SessionError {
  const error = new SessionError('CLOSED', 'the client was closed', 'none', context);
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
