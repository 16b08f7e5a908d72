import { randomUUID } from 'node:crypto';
import { type Observable, defer, distinctUntilChanged, filter, map } from 'rxjs';
import { duration, knownKeys } from '../../core/check.js';
import { sameElements } from '../../core/watched.js';
import { keptKey } from './keptKey.js';
import { checkName } from './lock.js';
import { type LockClient, rawView } from './lockClient.js';
import { type Present, watchPresence } from './watchPresence.js';

/** How to join a group. */
export interface JoinOptions {
  /** The time to live of the lease, in milliseconds: how long one is missed after a crash. Default 10,000. */
  readonly ttl?: number;
  /** The value of our key. Of an Observable, always its newest value. Default: nothing. */
  readonly data?: Uint8Array | Observable<Uint8Array>;
}

const NOTHING = new Uint8Array(0);

/**
 * Joins a group, for as long as you are subscribed: with a key of one's own below `name`, by a lease. It is made again
 * when it was deleted, or its lease was lost.
 *
 * - **Emits** the fencing token, each time that the key was made: the revision that created it. **Completes** when the
 *   client is closed.
 * - **Errors** with the refusal of a write, and with the data.
 * - **Unsubscribing** deletes the key.
 *
 * @example
 * ```ts
 * import { joinParty, watchParty } from 'quorum-rx/etcd';
 *
 * joinParty(etcd, 'workers', { data: new TextEncoder().encode('10.0.0.7:80') }).subscribe();
 * watchParty(etcd, 'workers').subscribe((members) => console.log(members.length));
 * ```
 */
export function joinParty(
  etcd: Pick<LockClient<never>, 'with'>,
  name: string,
  options: JoinOptions = {}
): Observable<bigint> {
  return defer(() => {
    const { ttl = 10_000, data = NOTHING } = knownKeys('options', options, ['ttl', 'data']);
    const key = `${checkName(name)}/${randomUUID().replaceAll('-', '')}`;
    return keptKey(rawView(etcd), key, data, duration('options.ttl', ttl));
  }).pipe(map(({ createRevision }) => BigInt(createRevision)));
}

/**
 * The members of a group, the eldest first.
 *
 * - **Emits** all members, now and after every change; none where there is no such key. Not while it is in doubt. A
 *   member that has not changed is the same object as before.
 * - **Completes** and **errors** as `watchPresence` does, which shows a map, and doubts too.
 */
export function watchParty(etcd: Pick<LockClient<never>, 'with'>, name: string): Observable<readonly Present[]> {
  return watchPresence(etcd, name).pipe(
    filter(({ stale }) => !stale),
    map(({ present }) => [...present.values()].sort((a, b) => Number(a.token - b.token))),
    distinctUntilChanged(sameElements)
  );
}
