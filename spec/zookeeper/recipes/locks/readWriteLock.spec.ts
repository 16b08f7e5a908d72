import { beforeEach, describe, expect, it } from '@jest/globals';
import { readWriteLock } from '../../../../lib/index.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));
const held = () => 'held';

describe('a lock with two sides', () => {
  it('lets readers in together, and a writer alone; who comes after a writer waits for it', () => {
    const [a, b, c, d] = [world.client(), world.client(), world.client(), world.client()];
    const sides = [
      readWriteLock(a.zk, '/rw').read$,
      readWriteLock(b.zk, '/rw').read$,
      readWriteLock(c.zk, '/rw').write$,
      readWriteLock(d.zk, '/rw').read$,
    ];
    const subscriptions = sides.map((side$, i) => {
      const subscription = world.watch('r1 r2 w r3'.split(' ')[i]!, side$, held);
      world.time.advance(50);
      return subscription;
    });
    expect(world.after(500)).toEqual(['r1 held', 'r2 held']);
    subscriptions[0]!.unsubscribe();
    expect(world.after(50)).toEqual([]);
    subscriptions[1]!.unsubscribe();
    expect(world.after(50)).toEqual(['w held']);
    subscriptions[2]!.unsubscribe();
    expect(world.after(50)).toEqual(['r3 held']);
  });

  it('lets all readers in at once when the writer before them goes, however it goes', () => {
    const [w, a, b] = [world.client(), world.client(), world.client()];
    world.watch('w', readWriteLock(w.zk, '/rw').write$, held);
    expect(world.after(50)).toEqual(['w held']);
    for (const [name, { zk }] of [
      ['a', a],
      ['b', b],
    ] as const)
      world.watch(name, readWriteLock(zk, '/rw').read$, held);
    expect(world.after(500)).toEqual([]);
    world.server.expire(w.zk.ticket.id);
    expect(world.after(1000).sort()).toEqual(['a held', 'b held', 'w ! LEASE_LOST']);
  });

  it('lets a reader in when the writer before it gives up, though another reader holds', () => {
    const [a, w, b] = [world.client(), world.client(), world.client()];
    world.watch('a', readWriteLock(a.zk, '/rw').read$, held);
    expect(world.after(50)).toEqual(['a held']);
    world.watch('w', readWriteLock(w.zk, '/rw', { timeout: 500 }).write$, held);
    world.after(50);
    world.watch('b', readWriteLock(b.zk, '/rw').read$, held);
    expect(world.after(449)).toEqual([]);
    expect(world.after(50)).toEqual(['w ! NOT_ACQUIRED', 'b held']);
  });

  it('is shared by one session if asked for: reading under its own writing, and writing under its own reading', () => {
    const { zk } = world.client();
    const { read$, write$ } = readWriteLock(zk, '/rw', { reentrant: true });
    for (const [name, side$] of [
      ['w', write$],
      ['r', read$],
      ['w2', write$],
    ] as const) {
      world.watch(name, side$, held);
      expect(world.after(20)).toEqual([`${name} held`]);
    }
    world.watch('refused', readWriteLock(zk, '/rw').write$, held);
    expect(world.after(50)).toEqual(['refused ! REENTRANT']);
  });
});
