import { EMPTY, type MonoTypeOperatorFunction, type SchedulerLike, Subject, audit, defer, merge, timer } from 'rxjs';

/**
 * Passes on the last of the values that come in one turn, at the end of it. Values that come while subscribing are the
 * exception: the last of them is passed on before `subscribe` returns, so that there is something to show at once.
 *
 * - **Completes** with the source, after the value that is still held back. **Errors** with it, at once.
 * - **Unsubscribing** drops the value that is held back.
 *
 * @param scheduler says when the turn is over
 */
export function lastPerTurn<T>(scheduler: SchedulerLike): MonoTypeOperatorFunction<T> {
  return (source$) =>
    defer(() => {
      let subscribing = true;
      const subscribed$ = new Subject<void>();
      const end$ = defer(() => {
        subscribing = false;
        subscribed$.next();
        return EMPTY;
      });
      return merge(source$, end$).pipe(audit(() => (subscribing ? subscribed$ : timer(0, scheduler))));
    });
}
