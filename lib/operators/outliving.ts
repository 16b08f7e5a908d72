import { Observable } from 'rxjs';

/**
 * Keeps the subscription of the source until `rest` is over.
 *
 * @param rest the work to finish after the subscriber has left; `undefined`: none
 */
export function outliving<T>(source$: Observable<T>, rest: () => Observable<unknown> | undefined): Observable<T> {
  return new Observable((subscriber) => {
    const source = source$.subscribe({
      next: (value) => subscriber.next(value),
      error: (error: unknown) => subscriber.error(error),
      complete: () => subscriber.complete(),
    });
    return () => {
      const rest$ = rest();
      if (rest$ === undefined) source.unsubscribe();
      // eslint-disable-next-line rxjs-x/no-ignored-error -- `rest` leaves none
      else rest$.subscribe({ complete: () => source.unsubscribe() });
    };
  });
}
