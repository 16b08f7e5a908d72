import { Observable, type Subscriber } from 'rxjs';

/** A request of one reply, and what becomes of that. */
export interface Requested<T, R> {
  readonly request$: Observable<T>;
  /** The result of the reply. May throw. */
  readonly result: (reply: T) => R;
  /** The result in place of an error. May throw: the error itself, or another one. */
  readonly failed: (error: unknown) => R;
}

/**
 * As `defer`, `map` and `catchError` together, at a third of their cost: for requests that are many and small.
 *
 * - **Emits** the results. **Completes** with the request, or after the result of its error.
 * - **Errors** as one of the functions.
 * - **Unsubscribing** ends the request.
 *
 * @param make makes the request, for each subscription
 */
export function deferResult<T, R>(make: () => Requested<T, R>): Observable<R> {
  return new Observable<R>((subscriber) => {
    let requested: Requested<T, R>;
    try {
      requested = make();
    } catch (error) {
      return subscriber.error(error);
    }
    const { request$, result, failed } = requested;
    return request$.subscribe({
      next: (reply) => emit(subscriber, result, reply),
      error(reason: unknown) {
        emit(subscriber, failed, reason);
        subscriber.complete();
      },
      complete: () => subscriber.complete(),
    });
  });
}

function emit<T, R>(subscriber: Subscriber<R>, convert: (it: T) => R, it: T): void {
  let value: R;
  try {
    value = convert(it);
  } catch (error) {
    return subscriber.error(error);
  }
  subscriber.next(value);
}
