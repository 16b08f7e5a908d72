import { type Observable, Subscription, firstValueFrom } from 'rxjs';
import { abortSignal, having, knownKeys } from '../core/check.js';
import { onAbort } from '../core/onAbort.js';
import { givenBack } from './endOfWork.js';
import { LeaseError } from './leaseError.js';
import { interruption, isInterruption } from '../client/interruption.js';
import type { Held } from './held.js';

/** A lease that is owned: until it is disposed of, or lost. */
export interface OwnedLease<L extends Held> extends AsyncDisposable {
  readonly lease: L;
  /** Gives it back. */
  release(): void;
}

/**
 * Holds a lease for `await using`: resolves when it is held, rejects as the lock errors. When it is lost later, its
 * `lease.signal` aborts. Where a lock would outlive its client, as Arakoon's does, disposing waits until it is free.
 *
 * @example
 * ```ts
 * import { acquire, lock } from 'quorum-rx';
 *
 * await using held = await acquire(lock(zk, '/locks/report', { timeout: 5_000 }));
 * await fetch('https://example.org/report', { signal: held.lease.signal });
 * ```
 */
export function acquire<L extends Held>(
  lease$: Observable<L>,
  options: { readonly signal?: AbortSignal } = {}
): Promise<OwnedLease<L>> {
  return new Promise((resolve, reject) => {
    const { signal } = knownKeys('options', options, ['signal']);
    void having('lease$', lease$, 'an Observable of leases', ['subscribe']);
    if (signal !== undefined) abortSignal('options.signal', signal);
    const aborted = () => new LeaseError('NOT_ACQUIRED', 'aborted', { cause: signal?.reason });
    if (signal?.aborted === true) return reject(aborted());
    const subscription = new Subscription();
    const abort = () => {
      subscription.unsubscribe();
      reject(aborted());
    };
    const stop = signal === undefined ? undefined : onAbort(signal, abort);
    const settle = (act: () => void) => {
      stop?.();
      act();
    };
    subscription.add(
      lease$.subscribe({
        next: (lease) =>
          settle(() =>
            resolve({
              lease,
              release: () => subscription.unsubscribe(),
              [Symbol.asyncDispose]: async () => {
                try {
                  if (lease.release !== undefined) await firstValueFrom(givenBack(lease), { defaultValue: undefined });
                } finally {
                  subscription.unsubscribe();
                }
              },
            })
          ),
        // after it was held, its signal tells
        error: (error: unknown) => settle(() => reject(isInterruption(error) ? ended(error) : (error as Error))),
        complete: () => settle(() => reject(ended(interruption()))),
      })
    );
  });
}

function ended(cause: unknown): LeaseError {
  return new LeaseError('NOT_ACQUIRED', 'the client was closed', { cause });
}
