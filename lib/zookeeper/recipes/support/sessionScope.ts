import {
  catchError,
  EMPTY,
  filter,
  ignoreElements,
  mergeMap,
  type MonoTypeOperatorFunction,
  take,
  takeUntil,
  tap,
  throwError,
} from 'rxjs';
import { isCoordinationError } from '../../../core/errors.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import type { SessionState } from '../../sessionState.js';
import { throwCause } from '../../watch/closed.js';
import { LeaseError } from '../../../lease/leaseError.js';

/** Resubscribes after `LEASE_LOST` or the end of the session. */
export function restartAfterLoss<T>(zk: Pick<ZooKeeper, 'state$'>): MonoTypeOperatorFunction<T> {
  return (source$) =>
    source$.pipe(
      withinSession(zk),
      catchError((error: unknown, again$) =>
        isCoordinationError(error, 'LEASE_LOST') ? again$ : throwError(() => error)
      )
    );
}

/**
 * Ends a recipe with its client. **Completes** when the client is closed, before the streams below the recipe end, so
 * that nothing is retried or reported. **Errors** with the cause when the client ended otherwise: with the loss of its
 * last session, or a refused identity.
 */
export function untilClosed<T>({ state$ }: Pick<ZooKeeper, 'state$'>): MonoTypeOperatorFunction<T> {
  const isOver = (state: SessionState, i: number) => {
    if (i > 0) throwCause(state); // the first is how it stood already
    return state.kind === 'closed' || (state.kind === 'lost' && state.cause !== undefined);
  };
  return (source$) =>
    source$.pipe(
      takeUntil(state$.pipe(filter(isOver))),
      catchError((error: unknown) => (isCoordinationError(error, 'CLOSED') ? EMPTY : throwError(() => error)))
    );
}

/**
 * Treats the end of the session as a loss. A request that waits when its session is lost **errors** with `LEASE_LOST`,
 * as everything else does that goes with a session. After the end of the client it **completes**, once the state is
 * `closed`, so that a recipe that tries again after a loss comes to its end. It **errors** with the cause when the
 * client did not end by `close()`.
 */
export function withinSession<T>(zk: Pick<ZooKeeper, 'state$'>): MonoTypeOperatorFunction<T> {
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
