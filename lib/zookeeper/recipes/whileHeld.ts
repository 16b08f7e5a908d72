import { type ObservableInput, type OperatorFunction, from, switchMap } from 'rxjs';
import type { Lease } from './lease.js';

/**
 * Works while a lease is held: subscribes to `work` when it comes, and unsubscribes when it is lost or given back.
 *
 * - **Emits** what the work emits. **Completes** never by itself, since the lease is held on: `take` what you need.
 * - **Errors** with the lease, as with `LEASE_LOST`, after the work was unsubscribed; or with the work.
 * - **Unsubscribing** ends the work, and then gives the lease back.
 *
 * @example
 * ```ts
 * import { lock, whileHeld } from 'quorum-rx';
 *
 * lock(zk, '/locks/report').pipe(whileHeld(() => zk.set('/report', data))).subscribe();
 * ```
 */
export function whileHeld<T>(work: (lease: Lease) => ObservableInput<T>): OperatorFunction<Lease, T> {
  return switchMap((lease) => from(work(lease)));
}
