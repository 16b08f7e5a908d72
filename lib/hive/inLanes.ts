import { EMPTY, type Observable, Subject, concat, defer, from, merge, mergeMap, range } from 'rxjs';

/**
 * Works on items in several lanes. A lane takes its next item when the work on its last one is done, so that no item is
 * taken before there is time for it. **Completes** when there are no items any more, and all work is done.
 *
 * @param next takes an item; `undefined` when there are no more
 */
export function inLanes<T, R>(
  next: () => Promise<T | undefined>,
  lanes: number,
  work: (item: T) => Observable<R>
): Observable<R> {
  return defer(() => {
    const free$ = new Subject<void>();
    return merge(range(0, lanes), free$).pipe(
      mergeMap(() => from(next())),
      mergeMap((item) => {
        if (item !== undefined)
          return concat(
            work(item),
            defer(() => (free$.next(), EMPTY))
          );
        free$.complete();
        return EMPTY;
      })
    );
  });
}
