import { type Observable, concat, defer, filter, ignoreElements, merge, of, take, tap } from 'rxjs';
import { conflateMap } from '../../../operators/conflateMap.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { joinPath } from '../../path.js';
import type { WatchedChildren } from '../../watch/watchChildren.js';
import { watchChildrenOrFail } from '../support/watchChildrenOrFail.js';

/**
 * Waits until all members of a round have gone, and until the list of names shows it. One who has left may come again
 * under the same name, for the next round: that is another node, which was created after `last` was read. **Emits** the
 * list then, and completes.
 *
 * @param round the names of those who are of the round
 * @param last the newest list on which they are all of the round
 * @param isOn whether the round is on: then one who comes again belongs to this one
 */
export function roundOver(
  zk: Pick<ZooKeeper, 'watchChildren' | 'exists'>,
  path: string,
  round: ReadonlySet<string>,
  last: WatchedChildren,
  isOn: (names: readonly string[]) => boolean,
  test: (names: readonly string[]) => boolean
): Observable<WatchedChildren> {
  return defer(() => {
    const left = new Set(round);
    let since = last.stat?.pzxid ?? 0n;
    let seen = last;
    const gone = (name: string) =>
      zk
        .exists(joinPath(path, name))
        .pipe(tap((stat) => void ((stat === null || stat.czxid > since) && left.delete(name))));
    return watchChildrenOrFail(zk, path).pipe(
      filter(({ stale }) => !stale),
      conflateMap((now) => {
        for (const name of left) if (!now.names.includes(name)) left.delete(name);
        if (isOn(now.names)) since = now.stat?.pzxid ?? 0n;
        const looks = isPlain(seen, now) ? [] : [...left].map(gone);
        return concat(merge(...looks).pipe(ignoreElements()), of(now).pipe(tap(() => (seen = now))));
      }),
      filter(({ names }) => left.size === 0 && test(names)),
      take(1)
    );
  });
}

/** Whether all that has happened between two lists shows in their names: none was deleted and created again. */
function isPlain(before: WatchedChildren, now: WatchedChildren): boolean {
  if (before.stat === undefined || now.stat === undefined || before.stat.czxid !== now.stat.czxid) return false;
  const [was, is] = [new Set(before.names), new Set(now.names)];
  const changes =
    before.names.filter((name) => !is.has(name)).length + now.names.filter((name) => !was.has(name)).length;
  // it counts creations and deletions
  return ((now.stat.cversion - before.stat.cversion) | 0) === changes;
}
