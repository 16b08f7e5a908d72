import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Observable, Subscription } from 'rxjs';
import type { ZooKeeper } from '../../../lib/index.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

const PATHS = ['/', '/p', '/p/a', '/p/a/b', '/p/c', '/q'];
/** What somebody else may do about a path. */
const OTHERS: Readonly<Record<string, (zk: ZooKeeper, path: string) => Observable<unknown>>> = {
  watch: (zk, path) => zk.watch(path),
  watchChildren: (zk, path) => zk.watchChildren(path),
  watchTree: (zk, path) => zk.watchTree(path),
  events: (zk, path) => zk.events(path),
  recursive: (zk, path) => zk.events(path, { recursive: true }),
  addWatch: (zk, path) => zk.addWatch(path),
  addRecursive: (zk, path) => zk.addWatch(path, 'persistentRecursive'),
  removeWatches: (zk, path) => zk.removeWatches(path),
};
const other = fc.record({
  kind: fc.constant('other' as const),
  how: fc.constantFrom(...Object.keys(OTHERS)),
  path: fc.constantFrom(...PATHS),
  wait: fc.constantFrom(0, 1, 10),
});
const leave = fc.record({ kind: fc.constant('leave' as const), which: fc.nat(20), wait: fc.constantFrom(0, 1, 10) });
const change = fc.record({
  kind: fc.constantFrom('create' as const, 'set' as const, 'delete' as const),
  path: fc.constantFrom(...PATHS.slice(1)),
  wait: fc.constantFrom(0, 1, 10),
});
const drop = fc.record({
  kind: fc.constant('drop' as const),
  path: fc.constantFrom(...PATHS.slice(1)),
  wait: fc.constant(6000),
});
const step = fc.oneof(
  { weight: 6, arbitrary: other },
  { weight: 4, arbitrary: leave },
  { weight: 8, arbitrary: change },
  { weight: 2, arbitrary: drop }
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/**
 * Plays it twice at once: for a client that watches alone, and for one that others use too. Gives what each is told.
 */
function play(
  version: string,
  before: readonly Step[],
  after: readonly Step[],
  recursive: boolean,
  pause: number
): readonly [string[], string[]] {
  const world = new VirtualWorld({ version });
  const [writer, alone, shared] = [
    world.client({ serverVersion: version }),
    world.client({ serverVersion: version }),
    world.client({ serverVersion: version }),
  ];
  const subscriptions: Subscription[] = [];
  const ignored = { error: () => undefined };
  world.after(10);
  writer.zk.create('/p/a', null, { parents: true }).subscribe();
  world.after(10);
  const perform = (it: Step) => {
    if (it.kind === 'other') subscriptions.push(OTHERS[it.how]!(shared.zk, it.path).subscribe(ignored));
    if (it.kind === 'leave') subscriptions[it.which % Math.max(1, subscriptions.length)]?.unsubscribe();
    if (it.kind === 'create') writer.zk.create(it.path, null).subscribe(ignored);
    if (it.kind === 'set') writer.zk.set(it.path, null).subscribe(ignored);
    if (it.kind === 'delete') writer.zk.delete(it.path).subscribe(ignored);
    if (it.kind === 'drop') {
      // what came before this reply is not reported once more
      for (const { zk } of [alone, shared]) zk.exists('/').subscribe();
      world.time.advance(50);
      for (const { cut } of [alone, shared]) cut();
      writer.zk.set(it.path, null).subscribe(ignored);
      world.time.advance(50);
      for (const { heal } of [alone, shared]) heal();
    }
    world.time.advance(it.wait + pause);
  };
  before.forEach(perform);
  world.time.advance(50);
  const told = [alone, shared].map(({ zk }) => {
    const events: string[] = [];
    zk.events('/p', { recursive }).subscribe(({ type, path }) => events.push(`${type} ${path}`));
    return events;
  });
  world.time.advance(50);
  after.forEach(perform);
  world.time.advance(3000);
  return told as [string[], string[]];
}

const steps = fc.array(step, { maxLength: 20 });

describe.each(['3.6.3', '3.8.0', '3.9.3'])('events, on a server %s', (version) => {
  it('with recursive are the same whoever else watches, above, below or at the path', () => {
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const [alone, shared] = play(version, before, after, true, 0);
        expect(shared).toEqual(alone);
      }),
      { numRuns: 200 }
    );
  });
});

describe.each(['3.4.14', '3.5.9', '3.6.3', '3.8.0', '3.9.3'])('events of one path, on a server %s', (version) => {
  it('are the same whoever else watches', () => {
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const [alone, shared] = play(version, before, after, false, 10);
        expect(shared).toEqual(alone);
      }),
      { numRuns: 150 }
    );
  });

  it('are told once for what a tree watches too, before a gap and after it', () => {
    const world = new VirtualWorld({ version });
    const [writer, reader] = [world.client({ serverVersion: version }), world.client({ serverVersion: version })];
    world.after(10);
    writer.zk.create('/p/a', null, { parents: true }).subscribe();
    world.after(10);
    world.watch('events', reader.zk.events('/p'), ({ type }) => type);
    reader.zk.watchTree('/p').subscribe();
    world.after(20);
    writer.zk.delete('/p/a').subscribe();
    expect(world.after(20)).toEqual(['events childrenChanged']);
    reader.zk.exists('/').subscribe();
    world.after(20);
    world.server.drop();
    reader.cut();
    world.after(20);
    writer.zk.set('/p', null).subscribe();
    world.after(20);
    reader.heal();
    expect(world.after(3000)).toEqual(['events dataChanged']);
  });
});

describe('two who listen to the events of one path', () => {
  it('are both told to look again after a gap, or neither, when the first look of one of them was refused', () => {
    let looks = 0;
    const world = new VirtualWorld({
      faults: ({ operation }) => (operation === 'exists' && ++looks === 1 ? { error: -127 } : undefined),
    });
    const { zk, cut, heal } = world.client({ coalesce: false });
    world.after(10);
    const told = [1, 2].map(() => {
      const events: string[] = [];
      zk.events('/p').subscribe(({ type }) => events.push(type));
      return events;
    });
    world.after(10);
    cut();
    world.after(100);
    heal();
    world.after(3000);
    expect(looks).toBeGreaterThan(1);
    expect(told[1]).toEqual(told[0]);
  });
});
