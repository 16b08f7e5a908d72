import { type Observable, catchError, ignoreElements, throwError, throwIfEmpty } from 'rxjs';
import { LeaseError } from '../../../lease/leaseError.js';
import { leaseOf } from '../../../lease/leaseOf.js';
import type { Standing } from '../../../lease/standings.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { orClosed } from '../../watch/closed.js';
import { Lease } from './lease.js';
import type { LockClient } from './lockClient.js';

/**
 * The one lease that comes of standing in line, see {@link leaseOf}. It also **errors** with `CLOSED` when the client
 * is closed before it is held; `NOT_ACQUIRED` tells whether there was no connection, and why.
 */
export function oneLease(
  standing$: Observable<Standing<unknown>>,
  path: string,
  timeout: number | undefined,
  zk: LockClient,
  operation: string
): Observable<Lease> {
  const unconnected = (ms: number) => (zk.state.kind === 'connected' ? undefined : noConnection(zk, path, ms));
  return leaseOf(standing$, (tenure) => new Lease(zk, tenure), {
    name: path,
    timeout,
    scheduler: zk.scheduler,
    unconnected,
  }).pipe(orClosed({ operation, path }, zk));
}

/** Errors with the reason why there is no connection, which a request learns that may not wait for one. */
function noConnection(zk: Pick<ZooKeeper, 'exists'>, path: string, timeout: number): Observable<never> {
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
