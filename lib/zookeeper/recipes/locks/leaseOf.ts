import {
  EMPTY,
  NEVER,
  type Observable,
  catchError,
  concat,
  defer,
  distinctUntilChanged,
  endWith,
  filter,
  finalize,
  ignoreElements,
  map,
  of,
  switchMap,
  throwError,
  throwIfEmpty,
  timeout as inTime,
} from 'rxjs';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { orClosed } from '../../watch/closed.js';
import type { Lease } from './lease.js';
import { LeaseError } from './leaseError.js';
import type { Standing } from './standings.js';

/**
 * The one lease that comes of standing in line. **Errors** with `NOT_ACQUIRED` when it was not our turn in time, and
 * with
 * `LEASE_LOST` when what was held no longer is; with `CLOSED` when the client was closed before it was held.
 *
 * @param timeout milliseconds; 0 does not wait at all; `undefined`: as long as it takes
 */
export function leaseOf(
  standing$: Observable<Standing>,
  path: string,
  timeout: number | undefined,
  zk: Pick<ZooKeeper, 'exists' | 'state' | 'scheduler'>,
  operation: string
): Observable<Lease> {
  return defer(() => {
    const late = () =>
      new LeaseError('NOT_ACQUIRED', `${path}: held by another${timeout === 0 ? '' : ` for ${timeout} ms`}`, { path });
    const lease$ = standing$.pipe(
      map((standing) => {
        if (standing.kind === 'waiting') {
          if (timeout === 0) throw late();
          return undefined;
        }
        if (standing.standing === 'over') throw standing.lease.lost;
        return standing.lease.valid ? standing.lease : undefined; // one that has run out says so in a moment
      }),
      filter((lease) => lease !== undefined),
      distinctUntilChanged(),
      endWith(undefined), // with the client
      switchMap((lease) => (lease === undefined ? EMPTY : owned(lease))),
      orClosed({ operation, path }, zk)
    );
    if (timeout === undefined || timeout === 0) return lease$;
    return lease$.pipe(
      inTime({
        first: timeout,
        scheduler: zk.scheduler,
        with: () => (zk.state.kind === 'connected' ? throwError(late) : unconnected(zk, path, timeout)),
      })
    );
  });
}

/** Errors with the reason why there is no connection, which a request learns that may not wait for one. */
function unconnected(zk: Pick<ZooKeeper, 'exists'>, path: string, timeout: number): Observable<never> {
  const late = (cause?: unknown) =>
    new LeaseError(
      'NOT_ACQUIRED',
      `${path}: no connection within ${timeout} ms${cause instanceof Error ? `: ${cause.message}` : ''}`,
      { path, cause }
    );
  return zk.exists(path, { timeout: 1, signal: undefined }).pipe(
    ignoreElements(),
    catchError((error: unknown) => throwError(() => late((error as Error).cause))),
    throwIfEmpty(late)
  );
}

/** The lease as one of those who hold it has it: given back when this one leaves. */
function owned(lease: Lease): Observable<Lease> {
  return defer(() => {
    const view = lease.view();
    const left = () => view.end(new LeaseError('LEASE_LOST', `${lease.path}: no longer held`, { path: lease.path }));
    return concat(of(view), NEVER).pipe(finalize(left));
  });
}
