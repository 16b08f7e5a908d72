import {
  EMPTY,
  type Observable,
  catchError,
  defaultIfEmpty,
  ignoreElements,
  map,
  merge,
  of,
  take,
  tap,
  timer,
} from 'rxjs';
import { ServerError } from '../../core/errors.js';
import type { Settings } from '../options.js';
import type { Call } from './call.js';
import { ELSEWHERE } from './failures.js';

/**
 * Asks several nodes at once for a read that needs a fresh node. The first fresh one answers the call. When all refuse,
 * or some refuse and the rest is silent for as long as the longest back-off, it calls `later`.
 *
 * @param asks a request to each node
 */
export function freshRead(
  call: Call,
  asks: readonly Observable<unknown>[],
  { backoff, scheduler }: Settings,
  later: () => void
): Observable<never> {
  const outcomes = asks.map((ask$) =>
    ask$.pipe(
      map((reply) => () => {
        call.settle();
        call.answer(reply);
      }),
      catchError((error: unknown) =>
        error instanceof ServerError && !ELSEWHERE.has(error.code as string) ? of(() => call.reject(error)) : EMPTY
      )
    )
  );
  return merge(
    merge(...outcomes).pipe(defaultIfEmpty(later)),
    timer(backoff.max, scheduler).pipe(map(() => later))
  ).pipe(
    take(1),
    tap((act) => act()),
    ignoreElements()
  );
}
