import { type Observable, concatMap, filter } from 'rxjs';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import type { OwnNode } from './gone.js';
import { isOwn } from './isOwn.js';
import { persist } from './persist.js';
import { regardless } from './regardless.js';

/**
 * Deletes an ephemeral node that others make too, unless it is somebody else's by now: once our session is over,
 * another may have made it anew. So may somebody else of this session: only the node with this `czxid` is deleted,
 * unless that is 0, not known.
 */
export function removeOwn(
  zk: Pick<ZooKeeper, 'exists' | 'delete' | 'state' | 'scheduler'>,
  { path, czxid }: OwnNode
): Observable<unknown> {
  return zk.exists(path, regardless).pipe(
    filter((stat) => stat !== null && isOwn(zk, stat.ephemeralOwner) && (czxid === 0n || czxid === stat.czxid)),
    concatMap(() => zk.delete(path, regardless)),
    persist(zk)
  );
}
