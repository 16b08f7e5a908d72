import { type Observable, catchError, of, throwError } from 'rxjs';
import { isCoordinationError } from '../../core/errors.js';
import type { Arakoon } from '../client/arakoon.js';
import type { ReadOptions } from '../client/requestOptions.js';

/**
 * The value of a key, or `null`. Not `multiGetOption`, for which servers do not look whether the key has moved to
 * another cluster.
 */
export function getIfAny<K, V>(
  arakoon: Pick<Arakoon<K, V>, 'get'>,
  key: K,
  options?: ReadOptions
): Observable<V | null> {
  return arakoon
    .get(key, options)
    .pipe(
      catchError((error: unknown) => (isCoordinationError(error, 'NOT_FOUND') ? of(null) : throwError(() => error)))
    );
}
