import { type Observable, filter, take } from 'rxjs';
import { abortSignal } from '../core/check.js';
import { ConnectError } from '../core/errors.js';
import { onAbort } from '../core/onAbort.js';
import type { Trouble } from '../core/trouble.js';

/** What a client must have to be owned. */
interface Closable {
  readonly state$: Observable<{ readonly kind: string }>;
  close(): Observable<unknown>;
}

/** A client that may not be connected yet, and why it is not. */
export interface Opening<C> {
  readonly client: C;
  readonly trouble: Pick<Trouble, 'text' | 'cause'>;
}

/**
 * A client to own, made of one to subscribe to: resolves once it is connected, with what `await using` disposes of, by
 * its own `close`. Rejects as `opening$` errors, or when `signal` aborts, which later closes the client. An error that
 * comes before the first connection carries the newest failure of each server: in its message, and as its `cause`.
 */
export function owned<C extends Closable>(
  opening$: Observable<Opening<C>>,
  signal: AbortSignal | undefined
): Promise<C & AsyncDisposable> {
  return new Promise((resolve, reject) => {
    if (signal !== undefined) abortSignal('options.signal', signal);
    let trouble: Opening<C>['trouble'] | undefined;
    const refuse = (code: string, message: string, reason?: unknown) =>
      reject(new ConnectError(`${message}${trouble?.text ?? ''}`, { code, cause: trouble?.cause ?? reason }));
    if (signal?.aborted === true) return refuse('ABORTED', 'aborted', signal.reason);
    const subscription = opening$.subscribe({
      next: (opening) => {
        const { client } = opening;
        trouble = opening.trouble;
        const close = () => client.close();
        const disposable: C & AsyncDisposable = Object.assign(Object.create(client) as C, {
          [Symbol.asyncDispose]: () => new Promise<void>((done) => close().subscribe({ complete: done })),
        });
        client.state$
          .pipe(
            filter(({ kind }) => kind === 'connected'),
            take(1)
          )
          .subscribe(() => resolve(disposable));
      },
      error: reject,
      complete: () => refuse('CLOSED', 'closed before it was connected'),
    });
    if (signal === undefined) return;
    subscription.add(
      onAbort(signal, () => {
        refuse('ABORTED', 'aborted before it was connected', signal.reason); // first: closing forgets what failed
        subscription.unsubscribe();
      })
    );
  });
}
