import { type Observable, catchError, map, of } from 'rxjs';
import { type CoordinationError, ProtocolError, isCoordinationError } from '../../core/errors.js';
import { freshness } from '../../core/watched.js';
import type { Seen } from './types.js';

/** A state for the page: with its freshness, and the reason in words. */
export function seen<T extends object>(state: T, cause?: CoordinationError): Seen<T> {
  return { ...state, ...freshness(cause), why: cause?.message ?? '' };
}

/** Shows a question that failed as a stale state: the last one, or `empty`. */
export function orStale<T extends object>(last: () => T): (asked$: Observable<T>) => Observable<Seen<T>> {
  return (asked$) =>
    asked$.pipe(
      map((state) => seen(state)),
      catchError((error: unknown) => {
        const known = isCoordinationError(error) ? error : new ProtocolError(String(error), { cause: error });
        return of(seen(last(), known));
      })
    );
}
