import { type Observable, concatMap, filter } from 'rxjs';
import type { ZooKeeper } from '../client/zooKeeper.js';
import { isOwn } from './isOwn.js';
import { persist } from './persist.js';
import { regardless } from './regardless.js';

/**
 * Deletes an ephemeral node that others make too, unless it is somebody else's by now: once our session is over, another
 * may have made it anew.
 */
export function removeOwn(zk: Pick<ZooKeeper, 'exists' | 'delete' | 'state' | 'scheduler'>, path: string): Observable<unknown> {
  return zk.exists(path, regardless).pipe(
    filter((stat) => stat !== null && isOwn(zk, stat.ephemeralOwner)),
    concatMap(() => zk.delete(path, regardless)),
    persist(zk)
  );
}
