import { type Observable, filter, map } from 'rxjs';
import { type ZooKeeper, elect, lock, readWriteLock, semaphore } from '../../lib/index.js';

/** One way to contend for something at a path: how to, who stands in the way, and what is heard of a loss. */
export interface Contention {
  /** **Emits** when it is held. */
  readonly contend: (zk: ZooKeeper, path: string) => Observable<'held'>;
  /** The same for somebody who cannot hold it together with the first. */
  readonly rival: (zk: ZooKeeper, path: string) => Observable<'held'>;
  /** What a loss ends with; `undefined`: it stands in line again by itself. */
  readonly loss: 'LEASE_LOST' | undefined;
}

const held = <T>(lease$: Observable<T>) => lease$.pipe(map(() => 'held' as const));
const alone = (contend: Contention['contend']): Contention => ({ contend, rival: contend, loss: 'LEASE_LOST' });
const leading = (zk: ZooKeeper, path: string) => held(elect(zk, path).pipe(filter(({ role }) => role === 'leader')));

/** Every recipe that waits in line. */
export const CONTENTIONS: ReadonlyArray<readonly [string, Contention]> = [
  ['a lock', alone((zk, path) => held(lock(zk, path)))],
  ['a lock to write', alone((zk, path) => held(readWriteLock(zk, path).write$))],
  [
    'a lock to read',
    {
      ...alone((zk, path) => held(readWriteLock(zk, path).read$)),
      rival: (zk, path) => held(readWriteLock(zk, path).write$),
    },
  ],
  ['a semaphore of one', alone((zk, path) => held(semaphore(zk, path, 1)))],
  ['an election', { contend: leading, rival: leading, loss: undefined }],
];
