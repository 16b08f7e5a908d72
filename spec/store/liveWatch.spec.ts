import { beforeEach, describe, expect, it } from '@jest/globals';
import { type WatchedNode, type ZooKeeper, json } from '../../lib/index.js';
import { deepEqual, live, markStale } from '../../lib/store/index.js';
import { VirtualWorld } from '../helpers/virtualWorld.js';

interface Theme {
  readonly colour: string;
  readonly size?: number;
}

const codec = json<Theme>();
let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));

/** A node as a live value, the way docs/ui-stores.md makes one. */
const themeOf = (zk: ZooKeeper) =>
  live(zk.watch('/theme', { codec }), undefined, {
    equal: deepEqual,
    idle: markStale,
    scheduler: world.time,
    linger: 100,
  });
const show = (now: WatchedNode<Theme> | undefined) =>
  now === undefined ? 'nothing' : `${now.value?.colour ?? now.kind}${now.stale ? '?' : ''}`;

describe('a live value of a watch', () => {
  it('shows the value and the doubt together, and keeps the part that has not changed', () => {
    const { zk, cut, heal } = world.client();
    zk.create('/theme', { colour: 'red' }, { codec }).subscribe();
    const node = themeOf(zk);
    const theme = node.select((now) => now?.value, deepEqual);
    world.watch('node', node, show);
    world.watch('theme', theme, (now) => now?.colour ?? 'none');
    expect(world.after(50)).toEqual(['node nothing', 'theme none', 'node red', 'theme red']);
    const shown = theme.value;
    cut();
    expect(world.after(3000)).toEqual(['node red?']);
    heal();
    expect(world.after(1000)).toEqual(['node red']);
    expect(theme.value).toBe(shown);
  });

  it('goes on over the end of its session', () => {
    const { zk } = world.client();
    world.watch('node', themeOf(zk), show);
    world.after(50);
    expect(world.server.sessions.map((id) => world.server.expire(id))).toEqual([true]);
    const other = world.client();
    other.zk.create('/theme', { colour: 'red' }, { codec }).subscribe();
    expect(world.after(1000)).toEqual(['node absent?', 'node red']);
  });

  it('changes a part only when that has changed, however many writes there are', () => {
    const [{ zk }, other] = [world.client(), world.client()];
    other.zk.create('/theme', { colour: 'red' }, { codec }).subscribe();
    world.after(50);
    const node = themeOf(zk);
    world.watch(
      'colour',
      node.select((now) => now?.value?.colour)
    );
    world.after(50);
    for (let size = 1; size <= 10; size++) other.zk.set('/theme', { colour: 'red', size }, { codec }).subscribe();
    other.zk.set('/theme', { colour: 'blue', size: 10 }, { codec }).subscribe();
    expect(world.after(50)).toEqual(['colour blue']); // whatever became of the size
  });

  it('says that it is in doubt once nobody looks, until somebody does', () => {
    const [{ zk }, other] = [world.client(), world.client()];
    zk.create('/theme', { colour: 'red' }, { codec }).subscribe();
    world.after(50);
    const node = themeOf(zk);
    const first = world.watch('node', node, show);
    world.after(50);
    first.unsubscribe();
    other.zk.set('/theme', { colour: 'blue' }, { codec }).subscribe();
    world.after(99);
    expect(show(node.value)).toBe('blue'); // it lingers, and is kept true
    world.after(1);
    other.zk.set('/theme', { colour: 'green' }, { codec }).subscribe();
    world.after(50);
    expect(show(node.value)).toBe('blue?');
    expect(node.value?.cause).toMatchObject({ code: 'UNWATCHED', layer: 'usage', effect: 'none' });
    world.watch('node', node, show);
    expect(world.after(50)).toEqual(['node blue?', 'node green']);
  });

  it('completes with its client, and keeps its value', () => {
    const { zk, leave } = world.client();
    zk.create('/theme', { colour: 'red' }, { codec }).subscribe();
    world.after(50);
    const node = themeOf(zk);
    world.watch('node', node, show);
    world.after(50);
    leave();
    expect([world.after(50), show(node.value)]).toEqual([['node |'], 'red']);
  });

  it('shows a node that the codec refuses, and goes on with the next write', () => {
    const { zk } = world.client();
    zk.create('/theme', Buffer.from('{')).subscribe();
    world.after(50);
    const node = themeOf(zk);
    world.watch('node', node, show);
    expect(world.after(50)).toEqual(['node nothing', 'node unreadable']);
    zk.set('/theme', { colour: 'red' }, { codec }).subscribe();
    expect(world.after(50)).toEqual(['node red']);
  });
});
