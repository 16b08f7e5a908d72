import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Tree, TreeNode } from '../../../lib/index.js';
import { type VirtualClient, VirtualWorld } from '../../helpers/virtualWorld.js';

const NAMES = ['a', 'b', 'c'];
const path = fc
  .array(fc.constantFrom(...NAMES), { minLength: 0, maxLength: 3 })
  .map((names) => ['/t', ...names].join('/'));
/** What is done to the tree, or to the link of the one who watches it, and how long until the next. */
const step = fc.record({
  kind: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('create', 'set', 'delete', 'recreate') },
    { weight: 1, arbitrary: fc.constantFrom('cut', 'heal', 'expire', 'drop', 'ephemeral') }
  ),
  path,
  wait: fc.constantFrom(0, 1, 2, 5, 50, 900),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function perform(world: VirtualWorld, writer: VirtualClient, reader: VirtualClient, { kind, path, wait }: Step): void {
  const ignored = { error: () => undefined };
  const { zk } = writer;
  if (kind === 'create') zk.create(path, Buffer.from(String(world.time.now())), { parents: true }).subscribe(ignored);
  if (kind === 'set') zk.set(path, Buffer.from(String(world.time.now()))).subscribe(ignored);
  if (kind === 'delete') zk.delete(path, { recursive: true }).subscribe(ignored);
  if (kind === 'recreate') zk.transaction().delete(path).create(path, null).commit().subscribe(ignored);
  if (kind === 'ephemeral') reader.zk.create(path, null, { mode: 'ephemeral' }).subscribe(ignored);
  if (kind === 'cut') reader.cut();
  if (kind === 'heal') reader.heal();
  if (kind === 'expire' && reader.zk.ticket.id !== 0n) world.server.expire(reader.zk.ticket.id);
  if (kind === 'drop') world.server.drop();
  world.time.advance(wait);
}

function* within(node: TreeNode | undefined): Iterable<TreeNode> {
  if (node === undefined) return;
  yield node;
  for (const child of node.children.values()) yield* within(child);
}
const facts = (nodes: Iterable<TreeNode>) =>
  Object.fromEntries(
    [...nodes]
      .map(({ path, value, stat }) => [
        path,
        `${stat.czxid} ${stat.mzxid} ${value == null ? '' : String(Buffer.from(value))}`,
      ])
      .sort(([a], [b]) => (a! < b! ? -1 : 1))
  );

describe.each(['3.8.0', '3.4.14'])('whatever happens, a watched tree of a server %s', (version) => {
  it('is the tree that there is, as soon as it is quiet; its changes add up to it; and it shares what stayed', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
        const world = new VirtualWorld({ version });
        const [writer, reader] = [world.client({ serverVersion: version }), world.client({ serverVersion: version })];
        world.time.advance(10);
        writer.zk.create('/t/a/b', null, { parents: true }).subscribe();
        world.time.advance(20);
        const trees: Tree[] = [];
        const sums = new Map<string, TreeNode>();
        const problems: string[] = [];
        let watches = 0;
        reader.zk.diagnostics$.subscribe((each) => each.kind === 'rearmed' && (watches = each.watches));
        const watched = reader.zk.watchTree('/t');
        watched.changes$.subscribe((change) => {
          const known = change.kind === 'synced' ? undefined : sums.get(change.path);
          if (change.kind === 'added' && known !== undefined) problems.push(`added twice: ${change.path}`);
          if (change.kind === 'removed' && known === undefined)
            problems.push(`removed what was not there: ${change.path}`);
          if ((change.kind === 'changed' || change.kind === 'recreated') && known === undefined)
            problems.push(`${change.kind} what was not there: ${change.path}`);
          if (change.kind === 'changed' && known !== undefined && change.node.stat.mzxid <= known.stat.mzxid)
            problems.push(`back in time: ${change.path}`);
          if (change.kind === 'removed') sums.delete(change.path);
          else if (change.kind !== 'synced') sums.set(change.path, change.node);
        });
        watched.subscribe((tree) => trees.push(tree));
        for (const each of steps) perform(world, writer, reader, each);
        reader.heal();
        world.time.advance(30_000);

        const truth = Object.fromEntries(
          [...world.server.tree('/t')]
            .map(([path, { data, stat }]) => [
              path,
              `${stat.czxid} ${stat.mzxid} ${data == null ? '' : String(Buffer.from(data))}`,
            ])
            .sort(([a], [b]) => (a! < b! ? -1 : 1))
        );
        const last = trees.at(-1)!;
        expect(last.stale).toBe(false);
        expect(facts(within(last.root))).toEqual(truth);
        expect(last.size).toBe(Object.keys(truth).length);
        expect(facts(sums.values())).toEqual(truth);
        expect(problems).toEqual([]);
        world.server.drop();
        world.time.advance(30_000);
        expect(watches).toBe(version === '3.8.0' ? 1 : Math.max(1, last.size)); // none is kept for what is gone
        trees.reduce((before, after) => (expectShared(before.root, after.root), after));
      }),
      { numRuns: 300 }
    );
  });
});

/** A node whose own state and whose children are as they were is the same object. */
function expectShared(before: TreeNode | undefined, after: TreeNode | undefined): void {
  if (before === after || before === undefined || after === undefined) return;
  const own = before.stat !== after.stat;
  const names = new Set([...before.children.keys(), ...after.children.keys()]);
  const below = [...names].some((name) => before.children.get(name) !== after.children.get(name));
  expect(own || below).toBe(true);
  for (const name of names) expectShared(before.children.get(name), after.children.get(name));
}
