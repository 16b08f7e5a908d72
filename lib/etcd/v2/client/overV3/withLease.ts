import { EMPTY, type Observable, catchError, concat, ignoreElements, mergeMap, throwError } from 'rxjs';
import type { CallOptions } from '../../../../client/callOptions.js';
import { asCoordinationError } from '../../../../core/failures.js';
import type { Etcd } from '../../../v3/client/etcd.js';

/** A lease of a key, with its time to live in seconds. */
export interface KeyLease {
  readonly id: bigint;
  readonly ttl: number;
}

const SECOND = 1000;
/** The shortest time to live, in seconds. Servers may have a longer one. */
const SHORTEST = 1;

/**
 * Writes with a lease of its own, if it is to live for a time. If the write fails, the lease is revoked; not if nobody
 * knows whether it has failed.
 *
 * @param ttl seconds
 */
export function withLease<T>(
  etcd: Pick<Etcd, 'leases'>,
  ttl: number | undefined,
  options: CallOptions,
  write: (lease: KeyLease | undefined) => Observable<T>
): Observable<T> {
  if (ttl === undefined) return write(undefined);
  return etcd.leases.grant(Math.max(ttl, SHORTEST) * SECOND, options).pipe(
    mergeMap((lease) =>
      write({ id: lease.id, ttl: lease.ttl / SECOND }).pipe(
        catchError((error: unknown) => {
          const failed$ = throwError(() => error);
          if (asCoordinationError(error).effect === 'unknown') return failed$;
          const revoked$ = etcd.leases.revoke(lease.id, options).pipe(
            catchError(() => EMPTY), // it runs out
            ignoreElements()
          );
          return concat(revoked$, failed$);
        })
      )
    )
  );
}
