import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Observable, filter, map } from 'rxjs';
import {
  type ProvenHold,
  type ZooKeeper,
  elect,
  lock,
  multiLock,
  setPartitioner,
  readWriteLock,
  semaphore,
  timeLease,
  whileHeld,
} from '../../../../lib/index.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

const T = 4000;
let world: VirtualWorld;
let delay: number; // of every proof
beforeEach(() => {
  delay = 0;
  world = new VirtualWorld({ faults: ({ operation }) => (operation === 'multi' && delay > 0 ? { delay } : undefined) });
});

type Leased = (zk: ZooKeeper) => Observable<ProvenHold>;
const RECIPES: ReadonlyArray<readonly [string, Leased]> = [
  ['a lock', (zk) => lock(zk, '/l')],
  ['a lock to read', (zk) => readWriteLock(zk, '/l').read$],
  ['a semaphore', (zk) => semaphore(zk, '/l', 2)],
  ['several locks', (zk) => multiLock(zk, ['/l', '/m'])],
  [
    'an election',
    (zk) =>
      elect(zk, '/l').pipe(
        filter((now) => now.role === 'leader'),
        map(({ lease }) => lease)
      ),
  ],
  [
    'a partition',
    (zk) =>
      setPartitioner(zk, '/l', ['a'], { settle: 10 }).pipe(
        filter((parts) => parts.length > 0),
        map(([part]) => part!.lease)
      ),
  ],
];

describe.each(RECIPES)('%s whose proofs come late', (_, leased) => {
  it('is not given out as long as they prove nothing any more, and is as soon as one comes in time', () => {
    const { zk } = world.client();
    world.after(100);
    delay = T / 2 + 100;
    world.watch('held', leased(zk), ({ valid }) => String(valid));
    expect(world.after(20_000)).toEqual([]);
    delay = 0;
    expect([...new Set(world.after(3 * (T / 2 + 200)))]).toEqual(['held true']);
  });

  it('whatever the round trips are, is never given out invalid, and never becomes valid again', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2600 }), { minLength: 3, maxLength: 12 }), (delays) => {
        world = new VirtualWorld({
          faults: ({ operation }) => (operation === 'multi' ? { delay: delays[0]! } : undefined),
        });
        const { zk } = world.client();
        const leases = new Map<ProvenHold, boolean>();
        world.after(100);
        leased(zk).subscribe({
          next: (lease) => (expect(lease.valid).toBe(true), leases.set(lease, true)),
          error: () => undefined,
        });
        while (delays.length > 1) {
          for (let i = 0; i < 20; i++) {
            world.time.advance(100);
            for (const [lease, was] of leases) {
              if (lease.valid && !was) throw new Error('valid again');
              leases.set(lease, lease.valid);
            }
          }
          delays.shift();
        }
      }),
      { numRuns: 20 }
    );
  });
});

describe('work under a lease whose proofs come late', () => {
  it('does not begin', () => {
    const { zk } = world.client();
    world.after(100);
    delay = T / 2 + 100;
    world.watch('work', lock(zk, '/l', { timeout: 10_000 }).pipe(whileHeld(() => ['begun'])));
    expect(world.after(10_100)).toEqual(['work ! NOT_ACQUIRED']);
  });
});

describe('a lease by the clock whose reply comes after its end', () => {
  it('is asked for again, and given out with time that is left', () => {
    const { zk } = world.client({ sessionTimeout: 20_000 });
    world.after(100);
    delay = 1100;
    const now = () => world.time.now();
    world.watch('lease', timeLease(zk, '/t', { holder: 'a', duration: 1000, now }), (lease) =>
      String(lease !== undefined && now() < lease.until)
    );
    expect(world.after(4000)).toEqual([]);
    delay = 0;
    expect(world.after(3000)).toEqual(['lease true', 'lease |']);
  });

  it('is not asked for under a lock that was lost meanwhile', () => {
    const { zk } = world.client();
    world.after(100);
    delay = 1100;
    world.watch('lease', timeLease(zk, '/t', { holder: 'a', duration: 1000, now: () => world.time.now() }));
    expect(world.after(4000)).toEqual(['lease ! LEASE_LOST']);
  });
});
