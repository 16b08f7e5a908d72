import type { Observable } from 'rxjs';
import { LeaseError } from './leaseError.js';
import type { Lease } from './lease.js';

/** A lease that is owned: until it is disposed of, or lost. */
export interface OwnedLease extends AsyncDisposable {
  readonly lease: Lease;
  /** Gives it back. */
  release(): void;
}

/**
 * Holds a lease for `await using`: resolves when it is held, rejects as the lock errors. When it is lost later, its
 * `lease.signal` aborts.
 *
 * @example
 * ```ts
 * import { acquire, lock } from 'quorum-rx';
 *
 * await using held = await acquire(lock(zk, '/locks/report', { timeout: 5_000 }));
 * await fetch('https://example.org/report', { signal: held.lease.signal });
 * ```
 */
export function acquire(lease$: Observable<Lease>, { signal }: { readonly signal?: AbortSignal } = {}): Promise<OwnedLease> {
  return new Promise((resolve, reject) => {
    const aborted = () => new LeaseError('NOT_ACQUIRED', 'aborted', { cause: signal?.reason });
    if (signal?.aborted === true) return reject(aborted());
    const subscription = lease$.subscribe({
      next: (lease) => {
        signal?.removeEventListener('abort', abort);
        resolve({ lease, release: () => subscription.unsubscribe(), [Symbol.asyncDispose]: async () => subscription.unsubscribe() });
      },
      error: reject, // after it was held, its signal tells
      complete: () => reject(new LeaseError('NOT_ACQUIRED', 'the client was closed')),
    });
    const abort = () => {
      subscription.unsubscribe();
      reject(aborted());
    };
    signal?.addEventListener('abort', abort, { once: true });
  });
}

