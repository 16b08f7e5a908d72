import {
  BehaviorSubject,
  type Observable,
  type OperatorFunction,
  concat,
  concatMap,
  defer,
  filter,
  finalize,
  ignoreElements,
  map,
  mergeMap,
  queueScheduler,
  take,
} from 'rxjs';
import type { Work } from '../../client/paced.js';

/**
 * Reads items at the same time, at most `window` of them, and deals with the results in the order of the items. A
 * result that waits for its turn, or for the work on it, counts as under way.
 */
export function inTurns<T, A, R>(
  read: (item: T) => Observable<A>,
  window: number,
  work: Work<A, R>
): OperatorFunction<T, R> {
  return (item$) =>
    defer(() => {
      const turn$ = new BehaviorSubject(0);
      const turn = (number: number) =>
        turn$.pipe(
          filter((now) => now === number),
          take(1),
          ignoreElements()
        );
      return item$.pipe(
        map((item, number) => ({ item, number })),
        mergeMap(
          ({ item, number }) =>
            read(item).pipe(
              concatMap((result) =>
                concat(
                  turn(number),
                  defer(() => work(result) ?? [])
                )
              ),
              // in a queue: a thousand results that wait would be as many calls inside each other
              finalize(() => queueScheduler.schedule(() => turn$.next(number + 1)))
            ),
          window
        )
      );
    });
}
