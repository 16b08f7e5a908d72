import { type Observable, filter, fromEvent, take } from 'rxjs';
import { ConnectError } from '../core/errors.js';

/** What a client must have to be owned. */
interface Closable {
  readonly state$: Observable<{ readonly kind: string }>;
  close(): Observable<unknown>;
}

/**
 * A client to own, made of one to subscribe to: resolves once it is connected, with what `await using` disposes of, by its
 * own `close`. Rejects as `client$` errors, or when `signal` aborts, which later closes the client.
 */
export function owned<C extends Closable>(client$: Observable<C>, signal: AbortSignal | undefined): Promise<C & AsyncDisposable> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(aborted(signal));
    const subscription = client$.subscribe({
      next: (client) => {
        const close = () => client.close();
        const disposable: C & AsyncDisposable = Object.assign(Object.create(client) as C, {
          [Symbol.asyncDispose]: () => new Promise<void>((done) => close().subscribe({ complete: done })),
        });
        client.state$.pipe(filter(({ kind }) => kind === 'connected'), take(1)).subscribe(() => resolve(disposable));
      },
      error: reject,
      complete: () => reject(new ConnectError('closed before it was connected', { code: 'CLOSED' })),
    });
    if (signal === undefined) return;
    const abort$ = fromEvent(signal, 'abort').pipe(take(1));
    subscription.add(abort$.subscribe(() => (subscription.unsubscribe(), reject(aborted(signal)))));
  });
}

function aborted(signal: AbortSignal): ConnectError {
  return new ConnectError('aborted', { code: 'ABORTED', cause: signal.reason });
}
