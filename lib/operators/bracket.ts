import { Observable, type ObservableInput, defer, take } from 'rxjs';

/**
 * Holds a remote resource for as long as someone is subscribed.
 *
 * `using` for resources that arrive asynchronously and are given back asynchronously: a lock node, a lease, a session.
 * Once asked for, the resource is always given back. Unsubscribing while `acquire` is under way does not cancel it,
 * because the server may already have granted it: the answer is awaited, and the resource released on arrival. So
 * `acquire` should end by itself, for example with its session.
 *
 * - **Emits** the resource, once.
 * - **Completes** never, the subscription *is* the hold; but at once when `acquire` completes without a resource.
 * - **Errors** when `acquire` does. What goes wrong in `release` is dropped: by then nobody listens, and every backend
 *   reclaims what a dead session held. A release that matters more than that retries by itself.
 * - **Unsubscribing** releases. It does not wait for the release to be over.
 *
 * @example
 * bracket(zk.create('/workers/w-', null, { mode: 'ephemeralSequential' }), ({ path }) => zk.delete(path)).pipe(
 *   switchMap(({ path }) => work(path)) // runs while the node stands, and is stopped before the node is deleted
 * );
 *
 * @param acquire asks for the resource; its first value is the resource
 * @param release gives it back, once per resource
 */
export function bracket<R>(acquire: Observable<R>, release: (resource: R) => ObservableInput<unknown>): Observable<R> {
  return new Observable((subscriber) => {
    let granted = false;
    acquire.pipe(take(1)).subscribe({
      next: (resource) => {
        granted = true;
        subscriber.add(() => giveBack(release, resource)); // runs at once if the subscriber has already left
        subscriber.next(resource);
      },
      error: (error: unknown) => subscriber.error(error),
      complete: () => {
        if (!granted) subscriber.complete();
      },
    });
  });
}

/** Throws nothing: it would hit whoever unsubscribes. */
function giveBack<R>(release: (resource: R) => ObservableInput<unknown>, resource: R): void {
  defer(() => release(resource)).subscribe({ error: () => {} });
}
