import { beforeEach, describe, expect, it } from '@jest/globals';
import { type SemaphoreOptions, semaphore } from '../../../../lib/index.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));
const held = () => 'held';

describe('a semaphore', () => {
  it('is held by so many at a time', () => {
    const clients = [world.client(), world.client(), world.client(), world.client()];
    const subscriptions = clients.map(({ zk }, i) => {
      const subscription = world.watch(`${i}`, semaphore(zk, '/sem', 2), held);
      world.time.advance(50);
      return subscription;
    });
    expect(world.after(500)).toEqual(['0 held', '1 held']);
    subscriptions[0]!.unsubscribe(); // not the one just before
    expect(world.after(50)).toEqual(['2 held']);
    subscriptions[1]!.unsubscribe();
    expect(world.after(50)).toEqual(['3 held']);
  });

  it('goes to the next when any of the holders loses it, and may be held several times by one session', () => {
    const [a, b] = [world.client(), world.client()];
    for (const name of ['a1', 'a2']) {
      world.watch(name, semaphore(a.zk, '/sem', 2), held);
      world.time.advance(20);
    }
    world.watch('b', semaphore(b.zk, '/sem', 2), held);
    expect(world.after(500)).toEqual(['a1 held', 'a2 held']);
    b.zk
      .delete(`/sem/${world.children('/sem').sort((x, y) => Number(x.slice(-10)) - Number(y.slice(-10)))[1]}`)
      .subscribe();
    expect(world.after(50).sort()).toEqual(['a2 ! LEASE_LOST', 'b held']);
  });

  it('has room for one more when several have gone: not for two', () => {
    const clients = Array.from({ length: 6 }, () => world.client());
    const subscriptions = clients.map(({ zk }, i) => {
      const subscription = world.watch(`${i}`, semaphore(zk, '/sem', 2), held);
      world.time.advance(20);
      return subscription;
    });
    world.after(0);
    subscriptions[1]!.unsubscribe();
    subscriptions[2]!.unsubscribe(); // waited
    expect(world.after(500)).toEqual(['3 held']);
  });

  it.each([true, false])('refuses `reentrant: %p`, since each subscription takes a place of its own', (reentrant) => {
    const options = { reentrant } as SemaphoreOptions;
    world.watch('it', semaphore(world.client().zk, '/sem', 2, options), held);
    expect(world.after(50)).toEqual(['it ! USAGE']);
  });
});
