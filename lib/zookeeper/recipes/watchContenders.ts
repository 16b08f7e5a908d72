import { type Observable, distinctUntilChanged, filter, forkJoin, map, of } from 'rxjs';
import { conflateMap } from '../../operators/conflateMap.js';
import type { ZooKeeper } from '../client/zooKeeper.js';
import { despite } from './despite.js';
import { type Contender, LAYOUTS, contenders } from './contenders.js';

/** Somebody who waits or holds, with what its node says. */
export interface KnownContender extends Contender {
  readonly data: Uint8Array | null;
  /** The session that contends. */
  readonly session: bigint;
}

const WORDS = Object.values(LAYOUTS).flatMap((layout) => Object.values(layout));

/**
 * Who contends at a path, first come first: the first of them holds, as far as that node's own client knows.
 *
 * - **Emits** the list, now and after every change; empty where there is no such path.
 * - **Completes** and **errors** as `ZooKeeper.watchChildren` does.
 *
 * @example
 * ```ts
 * import { watchContenders } from 'quorum-rx';
 *
 * watchContenders(zk, '/election').subscribe(([leader]) => console.log(leader?.data ?? 'nobody leads'));
 * ```
 */
export function watchContenders(zk: Pick<ZooKeeper, 'watchChildren' | 'get'>, path: string): Observable<readonly KnownContender[]> {
  return zk.watchChildren(path).pipe(
    filter(({ stale }) => !stale),
    map(({ names }) => contenders(path, names, WORDS)),
    distinctUntilChanged((a, b) => a.length === b.length && a.every(({ name }, i) => name === b[i]!.name)),
    conflateMap((all) => (all.length === 0 ? of([]) : forkJoin(all.map((each) => known(zk, each))).pipe(map((found) => found.filter((each) => each !== undefined)))))
  );
}

function known(zk: Pick<ZooKeeper, 'get'>, contender: Contender): Observable<KnownContender | undefined> {
  return zk.get(contender.path).pipe(
    map(({ value, stat }) => ({ ...contender, data: value, session: stat.ephemeralOwner })),
    despite('NO_NODE')
  );
}
