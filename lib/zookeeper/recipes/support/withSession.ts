import {
  EMPTY,
  type MonoTypeOperatorFunction,
  catchError,
  filter,
  ignoreElements,
  mergeMap,
  take,
  tap,
  throwError,
} from 'rxjs';
import { isCoordinationError } from '../../../core/errors.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { throwCause } from '../../watch/closed.js';
import { LeaseError } from '../locks/leaseError.js';

/**
 * For what a recipe begins with. A request that waits when its session is lost fails, and so do all once the client is
 * closed. Here the first **errors** with `LEASE_LOST`, as everything else does that a session takes with it; the second
 * **completes**, so that whoever tries again after a loss comes to an end, and does not try for ever: once the state
 * says
 * `closed`, and not while the client is still closing. A client that was ended otherwise **errors** with what has ended
 * it.
 */
export function withSession<T>(zk: Pick<ZooKeeper, 'state$'>): MonoTypeOperatorFunction<T> {
  const next$ = zk.state$.pipe(
    tap(throwCause),
    filter(({ kind }) => kind !== 'lost'),
    take(1)
  );
  return catchError((error: unknown) => {
    if (!isCoordinationError(error) || error.layer !== 'session' || error.code === 'MOVED')
      return throwError(() => error);
    if (error.code === 'CLOSED') return zk.state$.pipe(tap(throwCause), ignoreElements());
    const { message, path } = error;
    return next$.pipe(
      mergeMap(({ kind }) =>
        kind === 'closed' ? EMPTY : throwError(() => new LeaseError('LEASE_LOST', message, { path, cause: error }))
      )
    );
  });
}
