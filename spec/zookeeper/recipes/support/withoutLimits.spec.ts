import { expect, it } from '@jest/globals';
import { NEVER, type Observable } from 'rxjs';
import {
  type ZooKeeper,
  consume,
  doubleBarrier,
  elect,
  enqueue,
  lock,
  multiLock,
  setPartitioner,
  persistentNode,
} from '../../../../lib/index.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

const RECIPES: Readonly<Record<string, (zk: ZooKeeper) => Observable<unknown>>> = {
  lock: (zk) => lock(zk, '/x/l'),
  multiLock: (zk) => multiLock(zk, ['/x/a', '/x/b']),
  elect: (zk) => elect(zk, '/x/l'),
  present: (zk) => persistentNode(zk, '/x/p'),
  partition: (zk) => setPartitioner(zk, '/x/parts', ['a'], { settle: 0 }),
  doubleBarrier: (zk) => doubleBarrier(zk, '/x/d', 1),
  consume: (zk) => consume(zk, '/x/q', () => NEVER),
};

it.each(Object.keys(RECIPES))(
  '%s gives back what it has made, whatever becomes of the signal of the view that it was made with',
  (name) => {
    for (const ms of [0, 1, 2, 3, 4, 5, 100]) {
      const world = new VirtualWorld();
      const { zk } = world.client();
      enqueue(zk, '/x/q', null).subscribe();
      world.after(20);
      const controller = new AbortController();
      const subscription = world.watch(name, RECIPES[name]!(zk.with({ signal: controller.signal })));
      world.time.advance(ms);
      controller.abort();
      world.time.advance(ms);
      subscription.unsubscribe();
      world.time.advance(1000);
      expect([
        ms,
        [...world.server.tree('/x')].filter(([, { stat }]) => stat.ephemeralOwner !== 0n).map(([path]) => path),
      ]).toEqual([ms, []]);
    }
  }
);

it.each(['lock', 'elect'])(
  '%s errors when the signal of its view has aborted, and does not stand in the way of others',
  (name) => {
    const world = new VirtualWorld();
    const { zk } = world.client();
    const controller = new AbortController();
    world.watch('a', RECIPES[name]!(zk.with({ signal: controller.signal })), () => 'holds');
    world.after(100);
    controller.abort();
    expect(world.after(2000)).toEqual(['a ! ABORTED']);
    world.watch('b', RECIPES[name]!(world.client().zk), () => 'holds');
    expect(world.after(100)).toContain('b holds');
  }
);
