import { EMPTY, type MonoTypeOperatorFunction, catchError, filter, takeUntil, throwError } from 'rxjs';
import { isCoordinationError } from '../../../core/errors.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import type { SessionState } from '../../sessionState.js';
import { throwCause } from '../../watch/closed.js';

/**
 * For recipes, whose end is that of their client: completes when it is closed, before anything that the recipe stands
 * on has ended, so that nothing is repeated or mourned. **Errors** with what has ended the client otherwise: the loss
 * of a session that no other follows, or a refusal of its identity.
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
