import { type Observable, catchError, map, of, throwError } from 'rxjs';
import type { CallOptions } from '../../../client/callOptions.js';
import { isCoordinationError } from '../../../core/errors.js';
import { leaseGrant, leaseKeepAlive, leaseRevoke } from '../protocol/methods.js';
import type { Exchange } from '../session/exchange.js';

const SECOND = 1000;

/** A grant with an id of our own does no harm twice. */
const grant: typeof leaseGrant = { ...leaseGrant, isRead: true };

/**
 * Grants a lease of this id. It may be sent twice, for the second one is refused, which says that the first was done.
 * **Emits** the granted time to live, in milliseconds; servers have a minimum.
 */
export function grantLease(exchange: Exchange, id: bigint, ttl: number, options?: CallOptions): Observable<number> {
  const seconds = Math.ceil(ttl / SECOND);
  return exchange(grant, { id, ttl: seconds }, { operation: 'lease' }, options, {
    decode: (granted) => granted.ttl * SECOND,
  }).pipe(
    catchError((error: unknown) =>
      isCoordinationError(error, 'LEASE_EXISTS') ? of(seconds * SECOND) : throwError(() => error)
    )
  );
}

/** Keeps a lease alive once. **Emits** its time to live in milliseconds; 0 when there is no such lease. */
export function keepLeaseAlive(exchange: Exchange, id: bigint, options?: CallOptions): Observable<number> {
  return exchange(leaseKeepAlive, { id }, { operation: 'keepAlive' }, options).pipe(
    map(({ ttl }) => ttl * SECOND),
    catchError((error: unknown) => (isCoordinationError(error, 'LEASE_NOT_FOUND') ? of(0) : throwError(() => error)))
  );
}

/** Ends a lease, and deletes its keys. That there is no such lease is as good. */
export function revokeLease(exchange: Exchange, id: bigint, options?: CallOptions): Observable<void> {
  const revoke: typeof leaseRevoke = { ...leaseRevoke, isRead: true }; // twice is as good as once
  return exchange(revoke, { id }, { operation: 'revoke' }, options, { decode: () => undefined }).pipe(
    catchError((error: unknown) =>
      isCoordinationError(error, 'LEASE_NOT_FOUND') ? of(undefined) : throwError(() => error)
    )
  );
}
