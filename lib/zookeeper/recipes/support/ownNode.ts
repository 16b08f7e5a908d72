import { concatMap, filter, map, merge, mergeMap, type Observable, of, tap, throwError } from 'rxjs';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import type { Created } from '../../protocol/ops/createOp.js';
import { throwCause } from '../../watch/closed.js';
import { LeaseError } from '../../../lease/leaseError.js';
import { retryWhileSessionLives, withoutLimits } from './callPolicy.js';

/** A node that this client has created. */
export interface OwnNode {
  readonly path: string;
  /**
   * Its identity: the transaction that created it. Later ones are higher. 0: the node has gone already, or belongs to a
   * session that is over.
   */
  readonly czxid: bigint;
}

/**
 * The node that a create has made. Before 3.5 the reply does not tell its identity, and the node is read. When a link
 * was lost over that, the client may have another session by now; the node then goes with the one before.
 */
export function identified(
  zk: Pick<ZooKeeper, 'exists' | 'state'>,
  { path, stat }: Pick<Created, 'path' | 'stat'>
): Observable<OwnNode> {
  if (stat !== undefined) return of({ path, czxid: stat.czxid });
  return zk
    .exists(path, withoutLimits)
    .pipe(map((found) => ({ path, czxid: found !== null && isOwn(zk, found.ephemeralOwner) ? found.czxid : 0n })));
}

/**
 * **Errors** with `LEASE_LOST` when the node was deleted, or replaced, or the session is over; with the cause when the
 * client ended otherwise. Emits nothing.
 */
export function ownNodeLost(
  zk: Pick<ZooKeeper, 'state' | 'state$' | 'watch'>,
  { path, czxid }: OwnNode
): Observable<never> {
  const lost = (why: string) => throwError(() => new LeaseError('LEASE_LOST', `${path}: ${why}`, { path }));
  if (czxid === 0n) return lost('the node was deleted, or its session is over');
  const { epoch } = zk.state;
  const over$ = zk.state$.pipe(
    tap(throwCause),
    filter(
      (state) => state.epoch > epoch || (state.epoch === epoch && (state.kind === 'lost' || state.kind === 'closed'))
    ),
    mergeMap(() => lost('the session is over'))
  );
  const deleted$ = zk.watch(path).pipe(
    filter(({ kind, stat, stale }) => !stale && kind !== 'denied' && stat?.czxid !== czxid),
    mergeMap(({ error }) => (error === undefined ? lost('the node was deleted') : throwError(() => error)))
  );
  return merge(over$, deleted$);
}

/** Whether the current session owns an ephemeral node. */
export function isOwn({ state }: Pick<ZooKeeper, 'state'>, session: bigint): boolean {
  return state.kind === 'connected' && state.id === session;
}

/**
 * Deletes an ephemeral node, if it is still ours. Another session, or another part of this program, may have created a
 * node at the same path since: only the node with this `czxid` is deleted. A `czxid` of 0 is not known, and matches all
 * nodes of this session.
 */
export function removeOwn(
  zk: Pick<ZooKeeper, 'exists' | 'delete' | 'state' | 'scheduler'>,
  { path, czxid }: OwnNode
): Observable<unknown> {
  return zk.exists(path, withoutLimits).pipe(
    filter((stat) => stat !== null && isOwn(zk, stat.ephemeralOwner) && (czxid === 0n || czxid === stat.czxid)),
    concatMap(() => zk.delete(path, withoutLimits)),
    retryWhileSessionLives(zk)
  );
}
