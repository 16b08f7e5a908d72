import { EMPTY, type MonoTypeOperatorFunction, catchError, filter, takeUntil, throwError } from 'rxjs';
import { isCoordinationError } from '../../core/errors.js';
import type { ZooKeeper } from '../client/zooKeeper.js';

/**
 * For recipes, whose end is that of their client: completes when it is closed, before anything that the recipe stands on
 * has ended, so that nothing is repeated or mourned. What is asked for afterwards completes at once.
 */
export function untilClosed<T>({ state$ }: Pick<ZooKeeper, 'state$'>): MonoTypeOperatorFunction<T> {
  return (source$) =>
    source$.pipe(
      takeUntil(state$.pipe(filter(({ kind }) => kind === 'closed'))),
      catchError((error: unknown) => (isCoordinationError(error, 'CLOSED') ? EMPTY : throwError(() => error)))
    );
}
