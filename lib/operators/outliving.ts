import { Observable } from 'rxjs';

/**
 * The source, which is not unsubscribed from before `rest` is over.
 *
 * @param rest what is still to be done when the subscriber leaves; `undefined`: nothing
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
      else rest$.subscribe({ complete: () => source.unsubscribe() });
    };
  });
}
