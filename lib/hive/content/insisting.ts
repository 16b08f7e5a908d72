import { EMPTY, type MonoTypeOperatorFunction, catchError, throwError } from 'rxjs';
import { isCoordinationError } from '../../core/errors.js';
import { retryIf } from '../../operators/retryIf.js';
import type { HiveSettings } from '../options.js';

/** How often a request is tried again when the connection is lost: each try waits for one. */
const MOST_TRIES = 10;

/** Tries a request again when the connection is lost: one that does no harm if it is done twice. */
export function insisting<T>({ scheduler }: HiveSettings): MonoTypeOperatorFunction<T> {
  return retryIf<T>({ idempotent: true, count: MOST_TRIES, scheduler });
}

/** Tries a write again that cannot have been done: the connection was lost before it left. */
export function insistingIfUndone<T>({ scheduler }: HiveSettings): MonoTypeOperatorFunction<T> {
  return retryIf<T>({ count: MOST_TRIES, scheduler });
}

/** Goes on when the cell to delete is not there. */
export function unlessAbsent<T>(): MonoTypeOperatorFunction<T> {
  return catchError((error: unknown) => (isCoordinationError(error, 'ABSENT') ? EMPTY : throwError(() => error)));
}
