import {
  EMPTY,
  type Observable,
  type ObservableInput,
  Subject,
  concatMap,
  defer,
  merge,
  mergeMap,
  observeOn,
  queueScheduler,
  range,
  tap,
} from 'rxjs';

/**
 * Works on items in several lanes. A lane takes its next item when the work on its last one is done, so that no item is
 * taken before there is time for it. **Completes** when there are no items any more, and all work is done.
 *
 * @param next takes an item; `undefined` when there are no more. It is called when the take before it has ended
 */
export function inLanes<T, R>(
  next: () => ObservableInput<T | undefined>,
  lanes: number,
  work: (item: T) => Observable<R>
): Observable<R> {
  return defer(() => {
    const free$ = new Subject<void>();
    // in a queue: thousands of items whose work needs no time would be as many calls inside each other
    return merge(free$, range(0, lanes)).pipe(
      observeOn(queueScheduler),
      concatMap(next),
      mergeMap((item) => {
        if (item !== undefined) return work(item).pipe(tap({ complete: () => free$.next() }));
        free$.complete();
        return EMPTY;
      })
    );
  });
}
