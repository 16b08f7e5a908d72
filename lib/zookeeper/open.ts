import { filter, fromEvent, take } from 'rxjs';
import { ConnectError } from '../core/errors.js';
import type { ZooKeeper } from './client/zooKeeper.js';
import { type ServerList, connect } from './connect.js';
import type { ConnectOptions } from './options.js';

/** How `open` connects, and until when. */
export interface OpenOptions extends ConnectOptions {
  /** Gives up the attempt to connect, and later ends the session, when it aborts. */
  readonly signal?: AbortSignal;
}

/**
 * Opens a session for as long as the client that it resolves to is not closed: for `await using`, and for whoever owns
 * things rather than subscriptions. Resolves once there is a session; rejects as `connect` errors, or when `signal` aborts.
 *
 * @example
 * ```ts
 * import { open } from 'quorum-rx';
 * import { firstValueFrom } from 'rxjs';
 *
 * await using zk = await open('zk1:2181', { sessionTimeout: 10_000 });
 * console.log(await firstValueFrom(zk.getChildren('/')));
 * ```
 */
export function open(servers: ServerList, { signal, ...options }: OpenOptions = {}): Promise<ZooKeeper & AsyncDisposable> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(aborted(signal));
    const subscription = connect(servers, options).subscribe({
      next: (zk) => {
        const close = () => zk.close();
        const owned: ZooKeeper & AsyncDisposable = Object.assign(Object.create(zk) as ZooKeeper, {
          [Symbol.asyncDispose]: () => new Promise<void>((done) => close().subscribe({ complete: done })),
        });
        zk.state$.pipe(filter(({ kind }) => kind === 'connected'), take(1)).subscribe(() => resolve(owned));
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
