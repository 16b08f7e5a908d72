import { type MonoTypeOperatorFunction, catchError, throwError } from 'rxjs';
import { isCoordinationError } from '../../../core/errors.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { withSession } from './withSession.js';

/**
 * For what goes on over losses: begins anew when what was held is lost, or what was asked for went with its session.
 */
export function anew<T>(zk: Pick<ZooKeeper, 'state$'>): MonoTypeOperatorFunction<T> {
  return (source$) =>
    source$.pipe(
      withSession(zk),
      catchError((error: unknown, again$) =>
        isCoordinationError(error, 'LEASE_LOST') ? again$ : throwError(() => error)
      )
    );
}
