import { type Observable, map } from 'rxjs';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { NO_AUTH, refusal } from '../../protocol/errorCode.js';
import type { WatchedChildren } from '../../watch/watchChildren.js';

/**
 * A list of children, for recipes that need one: **errors** with `NO_AUTH` where it may not be read, for that is not an
 * empty list.
 */
export function watchChildrenOrFail(zk: Pick<ZooKeeper, 'watchChildren'>, path: string): Observable<WatchedChildren> {
  return zk.watchChildren(path).pipe(
    map((children) => {
      if (children.kind === 'unreadable') throw children.error;
      if (children.kind === 'denied') throw refusal(NO_AUTH, { operation: 'watchChildren', path });
      return children;
    })
  );
}
