import { randomUUID } from 'node:crypto';
import { type Observable, defer, filter, forkJoin, map, of } from 'rxjs';
import { conflateMap } from '../../operators/conflateMap.js';
import type { ZooKeeper } from '../client/zooKeeper.js';
import { joinPath } from '../path.js';
import { despite } from './despite.js';
import { type Appearing, present } from './present.js';
import type { ContendOptions } from './queueUp.js';

/** One who is there. */
export interface Member {
  /** The name of its node. */
  readonly name: string;
  readonly data: Uint8Array | null;
  /** The session that it is there with. */
  readonly session: bigint;
}

/**
 * Joins a group, for as long as you are subscribed: a node of one's own below `path`, as kazoo's `Party` names it. In all
 * else as `present`.
 *
 * @example
 * ```ts
 * import { joinParty, watchParty } from 'quorum-rx';
 *
 * joinParty(zk, '/workers', { data: new TextEncoder().encode('10.0.0.7:80') }).subscribe();
 * watchParty(zk, '/workers').subscribe((members) => console.log(members.length));
 * ```
 */
export function joinParty(zk: Appearing, path: string, options: ContendOptions = {}): Observable<bigint> {
  return defer(() => present(zk, joinPath(path, `${randomUUID().replaceAll('-', '')}__party__`), options));
}

/**
 * Who is in a group.
 *
 * - **Emits** all members, now and after every change; nobody where there is no such path. Not while it is in doubt.
 * - **Completes** and **errors** as `ZooKeeper.watchChildren` does.
 */
export function watchParty(zk: Pick<ZooKeeper, 'watchChildren' | 'get'>, path: string): Observable<readonly Member[]> {
  return zk.watchChildren(path).pipe(
    filter(({ stale }) => !stale),
    conflateMap(({ names }) => (names.length === 0 ? of([]) : forkJoin(names.map((name) => member(zk, path, name))).pipe(map((all) => all.filter((each) => each !== undefined)))))
  );
}

function member(zk: Pick<ZooKeeper, 'get'>, path: string, name: string): Observable<Member | undefined> {
  return zk.get(joinPath(path, name)).pipe(
    map(({ value, stat }) => ({ name, data: value, session: stat.ephemeralOwner })),
    despite('NO_NODE')
  );
}
