import { type Observable, filter, merge, mergeMap, tap, throwError } from 'rxjs';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { throwCause } from '../../watch/closed.js';
import { LeaseError } from '../locks/leaseError.js';

/** A node that is ours. */
export interface OwnNode {
  readonly path: string;
  /** Its identity: the transaction that created it. Later ones are higher. */
  readonly czxid: bigint;
}

/**
 * **Errors** with `LEASE_LOST` when the node is no longer there, or no longer ours, or the session is over; with what
 * has ended the client for good. Emits nothing.
 */
export function gone(zk: Pick<ZooKeeper, 'state' | 'state$' | 'watch'>, { path, czxid }: OwnNode): Observable<never> {
  const lost = (why: string) => throwError(() => new LeaseError('LEASE_LOST', `${path}: ${why}`, { path }));
  const { epoch } = zk.state;
  const over$ = zk.state$.pipe(
    tap(throwCause),
    filter(
      (state) => state.epoch > epoch || (state.epoch === epoch && (state.kind === 'lost' || state.kind === 'closed'))
    ),
    mergeMap(() => lost('the session is over'))
  );
  const deleted$ = zk.watch(path).pipe(
    filter((node) => !node.stale && (node.exists === false || (node.exists === true && node.stat.czxid !== czxid))),
    mergeMap(() => lost('the node was deleted'))
  );
  return merge(over$, deleted$);
}
