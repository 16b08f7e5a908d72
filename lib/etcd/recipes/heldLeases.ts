import {
  EMPTY,
  type MonoTypeOperatorFunction,
  type Observable,
  catchError,
  defer,
  filter,
  map,
  of,
  repeat,
  takeUntil,
  throwError,
} from 'rxjs';
import { isCoordinationError } from '../../core/errors.js';
import type { Etcd } from '../v3/client/etcd.js';
import type { LeaseStanding } from '../v3/lease/heldLease.js';
import { retryIdempotent } from './retryIdempotent.js';

/** A lease, and how many leases it makes with those before it. */
export type NumberedStanding = LeaseStanding & { readonly epoch: number };

/**
 * One lease after the other: the next one is granted when the last one is lost, which is told first. A grant waits for
 * a connection. **Completes** when the client is closed. **Errors** with the refusal of a grant. **Unsubscribing**
 * revokes the lease.
 *
 * @param ttl the time to live, in milliseconds
 */
export function heldLeases(etcd: Etcd, ttl: number): Observable<NumberedStanding> {
  return defer(() => {
    let epoch = 0;
    const isClosed = () => etcd.state.kind === 'closed';
    return defer(() => {
      epoch++;
      return etcd.leases.hold(ttl);
    }).pipe(
      map((standing) => ({ ...standing, epoch })),
      retryIdempotent(etcd), // a grant, under another id
      repeat({ delay: () => (isClosed() ? EMPTY : of(undefined)) })
    );
  });
}

/** Completes when the client is closed: before the streams below it end, or with the error that says so. */
export function untilClosed<T>({ state$ }: Pick<Etcd, 'state$'>): MonoTypeOperatorFunction<T> {
  return (source$) =>
    source$.pipe(
      takeUntil(state$.pipe(filter(({ kind }) => kind === 'closed'))),
      catchError((error: unknown) => (isCoordinationError(error, 'CLOSED') ? EMPTY : throwError(() => error)))
    );
}
