import { Observable, type ObservableInput, Subscription, defer, take } from 'rxjs';

/** The key under which an Observable says how it is followed on its way. */
export const CHARGED: unique symbol = Symbol('charged');

/** The state of an acquisition. */
export interface Charge {
  /** Whether it may be there, or come yet. */
  readonly owed: boolean;
  /** Set by {@link bracket}: called when it turns out that there is none. */
  onFree: (() => void) | undefined;
}

/** An acquisition that is taken back as long as nothing is owed. */
export interface Charged<R> extends Observable<R> {
  [CHARGED](): { readonly acquire$: Observable<R>; readonly charge: Charge };
}

/**
 * Holds a remote resource for as long as someone is subscribed.
 *
 * `using` for resources that arrive asynchronously and are given back asynchronously: a lock node, a lease, a session.
 * Once asked for, the resource is always given back. Unsubscribing while `acquire$` is under way does not cancel it,
 * because the server may already have granted it: the answer is awaited, and the resource released on arrival. So
 * `acquire$` should end by itself, for example with its session. A `create` of this library is taken back, and never
 * sent, if it has not left yet.
 *
 * - **Emits** the resource, once.
 * - **Completes** never, the subscription *is* the hold; but at once when `acquire` completes without a resource.
 * - **Errors** when `acquire` does. An error of `release` is dropped: there is no subscriber any more, and every store
 *   takes back the resources of a dead session. A release that matters more than that retries by itself.
 * - **Unsubscribing** releases. It does not wait for the release to be over.
 *
 * @example
 * bracket(zk.create('/workers/w-', null, { mode: 'ephemeralSequential' }), ({ path }) => zk.delete(path)).pipe(
 *   switchMap(({ path }) => work(path)) // runs while the node stands, and is stopped before the node is deleted
 * );
 *
 * @param acquire$ asks for the resource; its first value is the resource
 * @param release gives it back, once per resource
 */
export function bracket<R>(acquire$: Observable<R>, release: (resource: R) => ObservableInput<unknown>): Observable<R> {
  return new Observable((subscriber) => {
    let granted = false;
    const asked = CHARGED in acquire$ ? (acquire$ as Charged<R>)[CHARGED]() : { acquire$, charge: undefined };
    const { charge } = asked;
    const acquisition = new Subscription();
    if (charge !== undefined) {
      subscriber.add(() => {
        if (granted) return;
        if (charge.owed) charge.onFree = () => acquisition.unsubscribe();
        else acquisition.unsubscribe();
      });
    }
    const asking = asked.acquire$.pipe(take(1)).subscribe({
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
    acquisition.add(asking);
  });
}

/** Throws nothing: the error would reach the caller of `unsubscribe`. */
function giveBack<R>(release: (resource: R) => ObservableInput<unknown>, resource: R): void {
  defer(() => release(resource)).subscribe({ error: () => {} });
}
