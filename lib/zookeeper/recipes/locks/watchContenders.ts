import { type Observable, distinctUntilChanged, filter, map } from 'rxjs';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { type Contender, contenders } from './contenders.js';
import { byCreation } from './eldestFirst.js';
import { orClosed } from '../../watch/closed.js';
import { type Child, watchChildNodes } from '../nodes/watchChildNodes.js';

/** One who waits or holds, with the data of its node. */
export interface KnownContender extends Contender {
  readonly data: Uint8Array | null;
  /** The session that contends. */
  readonly session: bigint;
}

/** With the transaction that created its node. */
interface Dated extends Contender {
  readonly contender: KnownContender;
  readonly czxid: bigint;
}

/**
 * The contenders at a path, first come first: the first of them holds, as far as that node's own client knows.
 *
 * - **Emits** the list, now and after every change, also of their data; empty where there is no such path. Not while it
 *   is in doubt; and without those that may not be read.
 * - **Completes** and **errors** as `ZooKeeper.watchChildren` does, and with `NO_AUTH` where the list may not be read.
 *
 * @example
 * ```ts
 * import { watchContenders } from 'quorum-rx';
 *
 * watchContenders(zk, '/election').subscribe(([leader]) => console.log(leader?.data ?? 'nobody leads'));
 * ```
 */
export function watchContenders(
  zk: Pick<ZooKeeper, 'watch' | 'watchChildren'>,
  path: string
): Observable<readonly KnownContender[]> {
  const known = (name: string, { value, stat }: Child): Dated | undefined => {
    const [contender] = contenders(path, [name]);
    return (
      contender && {
        contender: { ...contender, data: value, session: stat.ephemeralOwner },
        ...contender,
        czxid: stat.czxid,
      }
    );
  };
  return watchChildNodes(zk, path, known).pipe(
    filter(({ stale }) => !stale),
    map(({ nodes }) => nodes),
    distinctUntilChanged(),
    orClosed({ operation: 'watchContenders', path }),
    map((nodes) => [...nodes].sort(byCreation).map(({ contender }) => contender))
  );
}
