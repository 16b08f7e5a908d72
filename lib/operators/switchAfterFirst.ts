import {
  BehaviorSubject,
  EMPTY,
  type Observable,
  type OperatorFunction,
  concat,
  concatMap,
  defer,
  finalize,
  first,
  map,
  of,
  switchMap,
} from 'rxjs';

/**
 * As `switchMap`, but a run is not cancelled before it has emitted: the next value waits until then, or until the run
 * has ended. Only the newest value waits. So a steady stream of changes cannot keep every run from its result, as with
 * `switchMap`, and a run that never ends does not hold the next one back, as with `conflateMap`.
 *
 * ```text
 * source       -a-b-c-----------d|
 * project       ----x--y---        (y is cancelled where the next run has begun)
 * result       -----a----c---y-----d--y---…
 * ```
 *
 * - **Emits** what the runs emit.
 * - **Completes** when the source and the last run have.
 * - **Errors** when the source, or a run does.
 * - **Unsubscribing** cancels the run under way, and drops the value that waits.
 *
 * @param project the work to run for a value
 * @param waits whether a value waits. One that does not wait cancels the run under way at once
 */
export function switchAfterFirst<T, R>(
  project: (value: T) => Observable<R>,
  waits: (value: T) => boolean
): OperatorFunction<T, R> {
  return (source$) =>
    defer(() => {
      const free$ = new BehaviorSubject(true);
      const freed$ = defer(() => (free$.next(true), EMPTY));
      const run = (value: T) =>
        defer(() => {
          let isFirst = true;
          free$.next(false);
          return project(value).pipe(
            concatMap((result) => {
              if (!isFirst) return of(result);
              isFirst = false;
              return concat(of(result), freed$); // the result goes on before the next run begins
            }),
            finalize(() => isFirst && free$.next(true))
          );
        });
      return source$.pipe(
        switchMap((value) =>
          waits(value)
            ? free$.pipe(
                first((isFree) => isFree),
                map(() => value)
              )
            : of(value)
        ),
        switchMap(run)
      );
    });
}
