import { describe, expect, it } from '@jest/globals';
import { READ_ACL, type Tree, type TreeChange, type ZooKeeper, copyTree } from '../../../lib/index.js';
import { deepEqual } from '../../../lib/store/deepEqual.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

/** Deeper than any stack of calls with a few frames for each level. */
const DEPTH = 6000;
const pathAt = (root: string, depth: number) => root + '/a'.repeat(depth);

/** Puts a chain of nodes below `root`. */
function chain(world: VirtualWorld, zk: ZooKeeper, root: string, depth: number): void {
  for (let i = 0; i <= depth; i++) zk.create(pathAt(root, i), null).subscribe();
  world.time.advance(10);
}

/** A world with a chain of nodes in it. */
function stage(depth = DEPTH) {
  const world = new VirtualWorld();
  const [writer, reader] = [world.client(), world.client()];
  world.after(10);
  chain(world, writer.zk, '/t', depth);
  return { world, zk: writer.zk, reader };
}

describe('a tree as deep as others have made it', () => {
  it('is watched, told of, found again after a lost link, and gone', () => {
    const { world, zk, reader } = stage(2000);
    let tree: Tree | undefined;
    const told: Record<string, number> = {};
    const watched = reader.zk.watchTree('/t');
    watched.subscribe({ next: (it) => (tree = it), error: (error: unknown) => world.log.push(String(error)) });
    watched.changes$.subscribe(({ kind }: TreeChange) => (told[kind] = (told[kind] ?? 0) + 1));
    world.after(60_000);
    expect([tree!.size, tree!.stale]).toEqual([2001, false]);
    zk.set(pathAt('/t', 2000), Buffer.from('x')).subscribe();
    world.after(10);
    world.server.drop();
    world.after(1000);
    expect([tree!.size, tree!.stale]).toEqual([2001, false]);
    zk.delete('/t', { recursive: true }).subscribe(() => world.log.push('deleted'));
    expect(world.after(60_000)).toEqual(['deleted']);
    expect([tree!.root, tree!.size]).toEqual([undefined, 0]);
    expect(told).toEqual({ added: 2001, changed: 1, removed: 2001, synced: 2 });
  });

  it('is deleted, and a deletion that is refused far below ends as an error', () => {
    const { world, zk } = stage();
    world.watch('delete', zk.delete('/t', { recursive: true }));
    expect(world.after(60_000)).toEqual(['delete undefined', 'delete |']);
    expect(world.server.tree('/t').size).toBe(0);
    chain(world, zk, '/u', DEPTH);
    zk.setAcl(pathAt('/u', DEPTH - 1), READ_ACL).subscribe();
    world.after(10);
    world.watch('delete', zk.delete('/u', { recursive: true }));
    expect(world.after(60_000)).toEqual(['delete ! NO_AUTH']);
    const given = zk.delete('/u', { recursive: true }).subscribe();
    world.time.advance(3);
    given.unsubscribe();
    expect(world.after(10)).toEqual([]);
  });

  it('is copied, parents first', () => {
    const { world, zk } = stage(1500);
    let [count, longest] = [0, ''];
    copyTree(zk, '/t', '/copied').subscribe({
      next: ({ to }) => void (count++, (longest = to)),
      error: (error: unknown) => world.log.push(String(error)),
    });
    expect(world.after(60_000)).toEqual([]);
    expect([count, longest]).toEqual([1501, pathAt('/copied', 1500)]);
    expect(world.server.tree('/copied').size).toBe(1501);
  });

  it('is counted by the embedded server', () => {
    const { world, zk } = stage();
    world.watch('count', zk.getAllChildrenNumber('/t'));
    expect(world.after(10)).toEqual([`count ${DEPTH}`, 'count |']);
  });
});

describe('a path as deep as the caller makes it', () => {
  it.each([false, true])('is created with all that is missing above it (protect: %s)', (protect) => {
    const { world, zk } = stage(0);
    let created = '';
    zk.create(pathAt('/t', DEPTH), null, { parents: true, protect }).subscribe({
      next: ({ path }) => (created = path),
      error: (error: unknown) => world.log.push(String(error)),
    });
    expect(world.after(60_000)).toEqual([]);
    expect([world.server.tree('/t').size, created.startsWith(pathAt('/t', DEPTH - 1))]).toEqual([DEPTH + 1, true]);
  });

  it('is refused far above, or left, and nobody but the caller hears of it', () => {
    const { world, zk } = stage(0);
    zk.setAcl('/t', READ_ACL).subscribe();
    world.after(10);
    world.watch('create', zk.create(pathAt('/t', DEPTH), null, { parents: true }));
    expect(world.after(60_000)).toEqual(['create ! NO_AUTH']);
    const left = zk.create(pathAt('/u', DEPTH), null, { parents: true }).subscribe();
    world.time.advance(DEPTH);
    left.unsubscribe();
    expect(world.after(100)).toEqual([]);
  });
});

describe('a value as deep as others have made it', () => {
  const nest = (leaf: unknown, depth = 100_000) => {
    let value = leaf;
    for (let i = 0; i < depth; i++) value = i % 2 === 0 ? { below: value } : [value];
    return value;
  };

  it('is compared by its contents', () => {
    expect([deepEqual(nest(1), nest(1)), deepEqual(nest(1), nest(2)), deepEqual(nest(1), nest(1, 100_002))]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('is compared though it contains itself', () => {
    const ring = (size: number) => {
      const first: { next?: object } = {};
      first.next = [...Array(size - 1)].reduce((next: object) => ({ next }), first);
      return first;
    };
    expect([deepEqual(ring(3), ring(3)), deepEqual(ring(1), ring(2))]).toEqual([true, true]);
  });
});
