import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { watchParty } from '../../../../lib/index.js';
import { type ChildNodes, watchChildNodes } from '../../../../lib/zookeeper/recipes/nodes/watchChildNodes.js';
import { befall, misfortunes, settle } from '../../../helpers/misfortunes.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));

describe('the children of a node with what is in them', () => {
  const show = ({ nodes, stale }: ChildNodes<string>) => `${nodes.join()}${stale ? '?' : ''}`;
  const entry = (name: string, { value }: { readonly value: Uint8Array | null }) => `${name}=${String(value)}`;

  it('show a change of the data, of the list, and both, each once', () => {
    const [{ zk }, b] = [world.client(), world.client()];
    world.watch('all', watchChildNodes(b.zk, '/p', entry), show);
    expect(world.after(100)).toEqual(['all ']);
    zk.create('/p/a', Buffer.from('1'), { parents: true }).subscribe();
    expect(world.after(100).at(-1)).toBe('all a=1');
    zk.set('/p/a', Buffer.from('2')).subscribe();
    expect(world.after(100)).toEqual(['all a=2']);
    zk.create('/p/b', Buffer.from('1')).subscribe();
    expect(world.after(100)).toEqual(['all a=2,b=1']);
    // in its old place: the name never went
    zk.transaction().delete('/p/a').create('/p/a', Buffer.from('3')).commit().subscribe();
    expect(world.after(100).at(-1)).toBe('all a=3,b=1');
    zk.delete('/p/b').subscribe();
    expect(world.after(100)).toEqual(['all a=3']);
  });

  it('are read once each, and no longer watched when nobody looks', () => {
    const made: string[] = [];
    const { zk } = world.client();
    for (const name of ['a', 'b', 'c']) zk.create(`/p/${name}`, null, { parents: true }).subscribe();
    world.time.advance(50);
    const subscription = watchChildNodes(zk, '/p', (name) => (made.push(name), name)).subscribe();
    world.time.advance(50);
    world.server.drop();
    world.time.advance(1000);
    expect(made.sort()).toEqual(['a', 'b', 'c']);
    subscription.unsubscribe();
    zk.set('/p/a', null).subscribe();
    world.time.advance(50);
    expect(made.length).toBe(3);
  });

  it('error with what makes a value of them', () => {
    const { zk } = world.client();
    zk.create('/p/a', null, { parents: true }).subscribe();
    world.time.advance(50);
    world.watch(
      'all',
      watchChildNodes(zk, '/p', () => {
        throw new Error('no');
      })
    );
    expect(world.after(50)).toEqual(['all ! Error: no']);
  });

  it('whatever happens: are never shown as they never were, and in the end as they are', () => {
    const change = fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd'),
      kind: fc.constantFrom('make', 'set', 'remove'),
    });
    fc.assert(
      fc.property(misfortunes, fc.array(change, { minLength: 25, maxLength: 25 }), (events, changes) => {
        world = new VirtualWorld();
        const clients = [world.client(), world.client(), world.client()];
        const writer = world.client();
        const states = new Set(['']); // of every child that has ever been
        const shown = clients.map((): { nodes: readonly string[]; stale: boolean } => ({ nodes: [], stale: false }));
        for (const [i, { zk }] of clients.entries()) {
          watchChildNodes(zk, '/p', entry).subscribe((now) => {
            shown[i] = now;
            for (const node of now.nodes) expect(states.has(node)).toBe(true);
            expect(new Set(now.nodes.map((node) => node[0])).size).toBe(now.nodes.length);
          });
        }
        const there = () =>
          [...world.server.tree('/p')]
            .filter(([path]) => path !== '/p')
            .map(([path, { data }]) => `${path.slice(3)}=${String(data)}`)
            .sort();
        for (const [i, event] of events.entries()) {
          const { name, kind } = changes[i]!;
          const ignore = { error: () => undefined };
          if (kind === 'make')
            writer.zk.create(`/p/${name}`, Buffer.from(String(i)), { parents: true }).subscribe(ignore);
          if (kind === 'set') writer.zk.set(`/p/${name}`, Buffer.from(String(i))).subscribe(ignore);
          if (kind === 'remove') writer.zk.delete(`/p/${name}`).subscribe(ignore);
          states.add(`${name}=${i}`);
          befall(world, clients, event, () => undefined);
        }
        settle(world, clients);
        for (const now of shown) expect([[...now.nodes].sort(), now.stale]).toEqual([there(), false]);
      }),
      { numRuns: 40 }
    );
  });

  it('are the members of a party: unchanged ones stay the same objects, and outdated ones are not shown', () => {
    const [a, b] = [world.client(), world.client()];
    for (const name of ['x', 'y']) a.zk.create(`/party/${name}`, null, { parents: true }).subscribe();
    world.time.advance(50);
    const seen: (readonly object[])[] = [];
    watchParty(b.zk, '/party').subscribe((members) => seen.push(members));
    world.time.advance(50);
    b.cut();
    world.time.advance(3000);
    b.heal();
    world.time.advance(3000);
    expect(seen.length).toBe(1);
    a.zk.set('/party/y', Buffer.from('new')).subscribe();
    world.time.advance(50);
    expect([seen.length, seen[1]![0] === seen[0]![0], seen[1]![1] === seen[0]![1]]).toEqual([2, true, false]);
  });
});
