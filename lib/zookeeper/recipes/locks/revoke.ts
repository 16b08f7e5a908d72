import { EMPTY, type Observable, catchError, defer, filter, map, take, throwError } from 'rxjs';
import { UsageError, isCoordinationError } from '../../../core/errors.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { checkPath, nameOf, sequenceOf } from '../../path.js';
import { retryIdempotent, valueOnError } from '../support/callPolicy.js';

/** The data that Curator's `Revoker` writes into the node of a holder. */
const REVOKE = '__REVOKE__';

/**
 * Asks the owner of a node to give the lock back, as Curator's `Revoker` does. It is a request: the holder hears of it
 * as `lease.revoked$`, and decides. One who still waits hears of it when it holds. kazoo's locks do not listen.
 *
 * - **Emits** once, when the request is there to be seen, or the node has gone already; and completes.
 * - **Errors** with `NO_AUTH` where the ACL of the node says so. **Unsubscribing** ends the attempt.
 *
 * It replaces the data of the node. **When the reply is lost**, it asks again: twice is as good as once. Over a lost
 * session of the holder nothing needs to be asked, since its node goes.
 *
 * @example
 * ```ts
 * import { revoke, watchContenders } from 'quorum-rx';
 * import { concatMap, take } from 'rxjs';
 *
 * watchContenders(zk, '/locks/report')
 *   .pipe(
 *     take(1),
 *     concatMap(([holder]) => (holder ? revoke(zk, holder.path) : []))
 *   )
 *   .subscribe();
 * ```
 *
 * @param path the node of one who contends, as {@link watchContenders} shows it, or `lease.path`; not that of the lock
 */
export function revoke(zk: Pick<ZooKeeper, 'set' | 'scheduler'>, path: string): Observable<void> {
  return defer(() => {
    checkPath(path);
    if (sequenceOf(nameOf(path)) === undefined)
      throw new UsageError('path', `must be the node of one who contends, not the place: ${path}`, { path });
    return zk.set(path, new TextEncoder().encode(REVOKE)).pipe(
      valueOnError('NO_NODE'),
      retryIdempotent(zk),
      map(() => undefined)
    );
  });
}

/**
 * **Emits** once when a client has asked for the node to be given back, also before; and completes, also with the
 * client.
 */
export function revocation(zk: Pick<ZooKeeper, 'watch'>, path: string): Observable<void> {
  return zk.watch(path).pipe(
    filter(({ value }) => value?.length === REVOKE.length && new TextDecoder().decode(value) === REVOKE),
    take(1),
    map(() => undefined),
    catchError((error: unknown) => (isCoordinationError(error, 'CLOSED') ? EMPTY : throwError(() => error)))
  );
}
