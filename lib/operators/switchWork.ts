import { type ObservableInput, type OperatorFunction, catchError, defer, map, of, switchAll, throwError } from 'rxjs';

/**
 * As `switchMap`, but what is under way is left before an error of the source is passed on, not after: whoever hears
 * that something is lost may rely on it that the work has ended.
 */
export function switchWork<T, R>(work: (value: T) => ObservableInput<R>): OperatorFunction<T, R> {
  return (source$) =>
    source$.pipe(
      map((value) => defer(() => work(value))),
      catchError((error: unknown) => of(throwError(() => error))), // the last thing to switch to
      switchAll()
    );
}
