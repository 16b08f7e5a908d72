import { beforeEach, describe, expect, it } from '@jest/globals';
import { concat } from 'rxjs';
import { type ZooKeeper, json, typedNode } from '../../../../lib/index.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));

const level = (zk: ZooKeeper) => typedNode(zk, '/level', json<number>());

describe('a node with its codec', () => {
  it('is created, read, written, changed and deleted as its type', () => {
    const typed = level(world.client().zk);
    world.watch('value', typed.value$, (node) => (node.kind === 'present' ? String(node.value + 1) : node.kind));
    world.after(50);
    world.watch(
      'do',
      concat(
        typed.create(1),
        typed.set(2),
        typed.update((n) => (n ?? 0) * 10),
        typed.get(),
        typed.delete()
      ),
      (result) => (result === undefined ? 'deleted' : 'value' in result ? String(result.value) : 'written')
    );
    expect(world.after(200).filter((line) => line.startsWith('do'))).toEqual([
      'do written',
      'do written',
      'do 20',
      'do 20',
      'do deleted',
      'do |',
    ]);
  });

  it('is written only if nobody has written since it was read, where that is asked for', () => {
    const [mine, theirs] = [level(world.client().zk), level(world.client().zk)];
    concat(mine.create(1), theirs.set(2)).subscribe();
    world.time.advance(50);
    world.watch('old', mine.set(3, { version: 0 }));
    world.watch('new', mine.set(3, { version: 1 }), ({ version }) => String(version));
    world.watch('delete', mine.delete({ version: 1 }));
    expect(world.after(50)).toEqual(['old ! BAD_VERSION', 'new 2', 'new |', 'delete ! BAD_VERSION']);
  });

  it('refuses what its codec refuses, in both directions', () => {
    const { zk } = world.client();
    zk.create('/level', Buffer.from('high')).subscribe();
    world.time.advance(50);
    world.watch('get', level(zk).get());
    world.watch('set', typedNode(zk, '/level', json<bigint>()).set(1n));
    expect(world.after(50)).toEqual(['set ! BAD_VALUE', 'get ! BAD_VALUE']);
  });
});
