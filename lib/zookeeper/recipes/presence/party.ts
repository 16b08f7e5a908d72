import { randomUUID } from 'node:crypto';
import { type Observable, defer, distinctUntilChanged, filter, map } from 'rxjs';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { joinPath } from '../../path.js';
import { wordOf } from '../locks/contenders.js';
import { ofOpen, orClosed } from '../../watch/closed.js';
import { type PresenceClient, type PersistentNodeOptions, persistentNode } from './persistentNode.js';
import { type Child, watchChildNodes } from '../nodes/watchChildNodes.js';

/** One who is there. */
export interface Member {
  /** The name of its node. */
  readonly name: string;
  readonly data: Uint8Array | null;
  /** The session that it is there with. */
  readonly session: bigint;
}

/**
 * Joins a group, for as long as you are subscribed: a node of one's own below `path`, as kazoo's `Party` names it. In
 * all else as `persistentNode`.
 *
 * @example
 * ```ts
 * import { joinParty, watchParty } from 'quorum-rx';
 *
 * joinParty(zk, '/workers', { data: new TextEncoder().encode('10.0.0.7:80') }).subscribe();
 * watchParty(zk, '/workers').subscribe((members) => console.log(members.length));
 * ```
 */
export function joinParty(zk: PresenceClient, path: string, options: PersistentNodeOptions = {}): Observable<bigint> {
  return defer(() => persistentNode(zk, joinPath(path, `${randomUUID().replaceAll('-', '')}__party__`), options)).pipe(
    ofOpen(zk, 'presence', { operation: 'joinParty', path })
  );
}

/**
 * The members of a group.
 *
 * - **Emits** all members, now and after every change; none where there is no such path. Not while it is in doubt. A
 *   member that has not changed is the same object as before; one that may not be read is left out. Every child is a
 *   member, also one that `persistentNode` has made, but for those that contend for a lock or a leadership.
 * - **Completes** and **errors** as `ZooKeeper.watchChildren` does, and with `NO_AUTH` where the list may not be read.
 */
export function watchParty(
  zk: Pick<ZooKeeper, 'watch' | 'watchChildren'>,
  path: string
): Observable<readonly Member[]> {
  const member = (name: string, { value, stat }: Child): Member | undefined =>
    wordOf(name) === undefined ? { name, data: value, session: stat.ephemeralOwner } : undefined;
  return watchChildNodes(zk, path, member).pipe(
    filter(({ stale }) => !stale),
    map(({ nodes }) => nodes),
    distinctUntilChanged(),
    orClosed({ operation: 'watchParty', path })
  );
}
