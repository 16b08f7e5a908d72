import { filter, fromEvent, take } from 'rxjs';
import { ConnectError } from '../core/errors.js';
import type { Arakoon } from './client/arakoon.js';
import type { Cluster } from './cluster.js';
import { connect } from './connect.js';
import type { ConnectOptions } from './options.js';

/** How `open` connects, and until when. */
export interface OpenOptions extends ConnectOptions {
  /** Gives up the attempt to connect, and later closes the client, when it aborts. */
  readonly signal?: AbortSignal;
}

/**
 * Connects for as long as the client that it resolves to is not closed: for `await using`, and for whoever owns things
 * rather than subscriptions. Resolves once there is a master; rejects as `connect` errors, or when `signal` aborts.
 *
 * @example
 * ```ts
 * import { open } from 'quorum-rx/arakoon';
 * import { firstValueFrom } from 'rxjs';
 *
 * await using arakoon = await open({ id: 'ricky', nodes: { arakoon_0: ['10.0.0.1:4000'] } });
 * console.log(await firstValueFrom(arakoon.prefix('/services/')));
 * ```
 */
export function open(cluster: Cluster | string, { signal, ...options }: OpenOptions = {}): Promise<Arakoon & AsyncDisposable> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(aborted(signal));
    const subscription = connect(cluster, options).subscribe({
      next: (arakoon) => {
        const close = () => arakoon.close();
        const owned: Arakoon & AsyncDisposable = Object.assign(Object.create(arakoon) as Arakoon, {
          [Symbol.asyncDispose]: () => new Promise<void>((done) => close().subscribe({ complete: done })),
        });
        arakoon.state$.pipe(filter(({ kind }) => kind === 'connected'), take(1)).subscribe(() => resolve(owned));
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
