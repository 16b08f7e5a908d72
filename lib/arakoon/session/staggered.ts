import {
  EMPTY,
  type Observable,
  type SchedulerLike,
  concatMap,
  connect,
  endWith,
  ignoreElements,
  merge,
  take,
  timer,
} from 'rxjs';

/** Milliseconds for which an address, or a node, is tried alone. After that, the next one is tried beside it. */
export const STAGGER = 250;

/**
 * Asks one after the other: each when the one before it has answered in vain, or has not answered for a while.
 * **Emits** the first answer, and completes. **Completes** without one when all were asked in vain.
 */
export function staggered<A, T>(
  asked: readonly A[],
  ask: (it: A) => Observable<T>,
  scheduler: SchedulerLike
): Observable<T> {
  const from = (at: number): Observable<T> => {
    if (at === asked.length) return EMPTY;
    return ask(asked[at]!).pipe(
      connect((answer$) =>
        merge(
          answer$,
          merge(answer$.pipe(ignoreElements(), endWith(0)), timer(STAGGER, scheduler)).pipe(
            take(1),
            concatMap(() => from(at + 1))
          )
        )
      )
    );
  };
  return from(0).pipe(take(1));
}
