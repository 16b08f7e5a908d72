import { EMPTY, type MonoTypeOperatorFunction, catchError, throwError } from 'rxjs';
import { isInterruption } from '../../watch/closed.js';

/**
 * For work under a lease that is waited for when the client is closed: then there is none to be done, and it
 * **completes**.
 */
export function untilInterrupted<T>(): MonoTypeOperatorFunction<T> {
  return catchError((error: unknown) => (isInterruption(error) ? EMPTY : throwError(() => error)));
}
