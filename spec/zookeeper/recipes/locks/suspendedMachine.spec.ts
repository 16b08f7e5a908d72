import { beforeEach, describe, expect, it } from '@jest/globals';
import { NEVER, map } from 'rxjs';
import {
  type ProvenHold,
  elect,
  lock,
  multiLock,
  setPartitioner,
  readWriteLock,
  semaphore,
  whileHeld,
} from '../../../../lib/index.js';
import { steadyClock } from '../../../../lib/transport/steadyClock.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

const T = 4000;
let world: VirtualWorld;
let asleep: number; // how far the wall clock is ahead of the monotonic one
beforeEach(() => {
  world = new VirtualWorld();
  asleep = 0;
});

/** A client on a machine that can be suspended. */
function client() {
  const time = world.time;
  return world.client({
    scheduler: steadyClock({ running: () => time.now(), wall: () => time.now() + asleep, timers: time }),
  });
}

describe('a lease of a machine that was suspended', () => {
  it.each<[string, (zk: ReturnType<typeof client>['zk']) => ReturnType<typeof lock>]>([
    ['a lock', (zk) => lock(zk, '/l')],
    ['a lock to write', (zk) => readWriteLock(zk, '/l').write$],
    ['a semaphore', (zk) => semaphore(zk, '/l', 1)],
  ])('is not valid from the first look on, and its work is ended soon: %s', (_, leased) => {
    const { zk } = client();
    let lease: ProvenHold | undefined;
    const work = leased(zk).pipe(whileHeld((it) => ((lease = it), NEVER)));
    world.watch('work', work);
    world.after(100);
    expect(lease!.valid).toBe(true);
    asleep += T / 2;
    expect([lease!.valid, lease!.signal.aborted]).toEqual([false, false]);
    expect(world.after(250)).toEqual(['work ! LEASE_LOST']);
    expect(lease!.signal.aborted).toBe(true);
  });

  it('is lost with all that are held with it', () => {
    const { zk } = client();
    let lease: ProvenHold | undefined;
    world.watch('all', multiLock(zk, ['/a', '/b']), (it) => ((lease = it), 'held'));
    world.after(100);
    asleep += T / 2;
    expect([lease!.valid, world.after(250)]).toEqual([false, ['all ! LEASE_LOST']]);
  });

  it('is a leadership no more, until the servers have proved it again', () => {
    const { zk } = client();
    const leases = new Set<ProvenHold>();
    world.watch('a', elect(zk, '/l'), (now) => (now.role === 'leader' && leases.add(now.lease), now.role));
    expect(world.after(100)).toEqual(['a leader']);
    asleep += T / 2;
    expect(world.after(1100)).toEqual(['a candidate', 'a leader']);
    expect([...leases].map(({ valid }) => valid)).toEqual([false, true]);
  });

  it('is a part of a set no more, until it is held again', () => {
    const { zk } = client();
    world.watch('a', setPartitioner(zk, '/set', ['1'], { settle: 10 }).pipe(map(({ length }) => length)));
    world.after(1000);
    asleep += T / 2;
    expect(world.after(1100)).toEqual(['a 0', 'a 1']);
  });

  it('is kept over a moment of sleep, a wall clock that is set back, and one that is slowly adjusted', () => {
    const { zk } = client();
    world.watch('a', lock(zk, '/l'), ({ valid }) => String(valid));
    expect(world.after(100)).toEqual(['a true']);
    asleep += 700;
    world.after(1000);
    asleep -= 3_600_000;
    world.after(1000);
    for (let i = 0; i < 200; i++) {
      asleep += 20;
      world.time.advance(100);
    }
    expect(world.log).toEqual([]);
  });
});

describe('a session of a machine that was suspended', () => {
  it('is lost when it could not have lasted so long without a link', () => {
    const { zk, cut } = client();
    world.watch('state', zk.state$, ({ kind }) => kind);
    world.after(100);
    cut();
    expect(world.after(2800).at(-1)).toBe('state suspended');
    asleep += 1000;
    expect(world.after(250)).toEqual(['state lost', 'state connecting']);
  });

  it('is lost with a link that seems to stand, and a new one begins', () => {
    const { zk } = client();
    world.watch('state', zk.state$, ({ kind, epoch }) => `${kind} ${epoch}`);
    world.after(100);
    asleep += T;
    expect(world.after(1000)).toEqual(['state suspended 1', 'state lost 1', 'state connecting 1', 'state connected 2']);
  });

  it('goes on where the sleep was shorter, over a link that is made anew', () => {
    const { zk } = client();
    world.watch('state', zk.state$, ({ kind, epoch }) => `${kind} ${epoch}`);
    world.after(3000);
    asleep += (T * 2) / 3;
    expect(world.after(1000)).toEqual(['state suspended 1', 'state connected 1']);
  });
});
