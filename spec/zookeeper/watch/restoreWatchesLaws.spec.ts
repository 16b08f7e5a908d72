import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Tree, utf8 } from '../../../lib/index.js';
import type { ZooKeeperFault } from '../../../lib/testing/index.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

/** So many nodes, whose watches need several pieces of this many bytes. */
const [NODES, PIECE] = [120, 1024];
const names = [...Array(NODES).keys()].map((i) => `a-node-with-a-rather-long-name-${i}`);
const path = (i: number) => `/t/${names[i]}`;

/** What happens to the pieces in which watches are set again, one after the other; then all of them are served. */
const fault = fc.constantFrom<ZooKeeperFault | undefined>('cut', 'cutAfter', { delay: 30 }, undefined, undefined);
const step = fc.record({
  kind: fc.constantFrom('set', 'set', 'create', 'delete', 'drop', 'cut', 'heal', 'expire', 'ticket'),
  node: fc.nat(NODES - 1),
  wait: fc.constantFrom(0, 1, 3, 20, 200),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A world in which the reader watches every node in every way, and the writer has all it needs. */
function stage(version: string, faults: (ZooKeeperFault | undefined)[]) {
  let asked = 0;
  const world = new VirtualWorld({
    version,
    faults: ({ operation }) => (operation === 'setWatches' ? faults[asked++] : undefined),
  });
  const writer = world.client({ serverVersion: version });
  const reader = world.client({ serverVersion: version, maxRequestBytes: PIECE });
  world.after(10);
  for (const name of ['/t', ...names.map((_, i) => path(i))])
    writer.zk.create(name, 'old', { codec: utf8 }).subscribe();
  world.after(50);
  const values: unknown[] = [];
  const lists: unknown[] = [];
  let tree: Tree<string> | undefined;
  for (let i = 0; i < NODES; i += 2)
    reader.zk.watch(path(i), { codec: utf8 }).subscribe((node) => (values[i] = [node.stale, node.kind, node.value]));
  for (let i = 0; i < NODES; i += 3)
    reader.zk.watchChildren(path(i)).subscribe(({ stale, kind, names }) => (lists[i] = [stale, kind, ...names]));
  reader.zk.watchTree('/t', { codec: utf8 }).subscribe((it) => (tree = it));
  world.after(200);
  const shown = () => ({
    values,
    lists,
    tree: {
      stale: tree!.stale,
      nodes: [...tree!.root!.children.values()].map(
        ({ name, value, children }) => `${name}=${value} ${[...children.keys()].join()}`
      ),
    },
  });
  const truth = () => {
    const nodes = world.server.tree('/t');
    const text = (at: string) => nodes.has(at) && String(Buffer.from(nodes.get(at)!.data!));
    const kind = (at: string) => (nodes.has(at) ? 'present' : 'absent');
    const kids = (at: string) =>
      [...nodes.keys()].filter((each) => each.startsWith(`${at}/`)).map((each) => each.slice(at.length + 1));
    return {
      values: [...names.keys()]
        .map((i) =>
          i % 2 === 0 ? [false, kind(path(i)), text(path(i)) === false ? undefined : text(path(i))] : undefined
        )
        .slice(0, values.length),
      lists: [...names.keys()]
        .map((i) => (i % 3 === 0 ? [false, kind(path(i)), ...kids(path(i))] : undefined))
        .slice(0, lists.length),
      tree: {
        stale: false,
        nodes: names
          .map((_, i) => path(i))
          .filter((at) => nodes.has(at))
          .sort()
          .map((at) => `${at.slice(3)}=${text(at)} ${kids(at).join()}`),
      },
    };
  };
  return { world, writer, reader, shown, truth };
}

function perform({ world, writer, reader }: ReturnType<typeof stage>, { kind, node, wait }: Step): void {
  const ignored = { error: () => undefined };
  if (kind === 'set') writer.zk.set(path(node), `at ${world.time.now()}`, { codec: utf8 }).subscribe(ignored);
  if (kind === 'create')
    writer.zk.create(`${path(node)}/kid`, 'kid', { codec: utf8, parents: true }).subscribe(ignored);
  if (kind === 'delete') writer.zk.delete(path(node), { recursive: true }).subscribe(ignored);
  if (kind === 'drop') world.server.drop();
  if (kind === 'cut') reader.cut();
  if (kind === 'heal') reader.heal();
  if (kind === 'expire' && reader.zk.ticket.id !== 0n) world.server.expire(reader.zk.ticket.id);
  if (kind === 'ticket') void reader.zk.ticket;
  world.time.advance(wait);
}

describe.each(['3.8.0', '3.4.14'])('watches that are set again in pieces, on a server %s', (version) => {
  it('show no old value as true, when the link is lost between two pieces', () => {
    const faults: (ZooKeeperFault | undefined)[] = [undefined, { delay: 30 }, 'cut'];
    const it = stage(version, faults);
    it.reader.cut();
    it.world.after(20);
    for (const i of names.keys()) it.writer.zk.set(path(i), 'new', { codec: utf8 }).subscribe();
    for (const i of names.keys()) it.writer.zk.create(`${path(i)}/kid`, 'kid', { codec: utf8 }).subscribe();
    it.world.after(20);
    it.reader.heal();
    it.world.after(1000);
    void it.reader.zk.ticket;
    it.world.after(5000);
    expect(it.shown()).toEqual(it.truth());
  });

  it('show the truth once it is quiet, whatever happened to nodes, links, sessions and pieces', () => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 25 }),
        fc.array(fault, { maxLength: 30 }),
        (steps, faults) => {
          const it = stage(version, faults);
          for (const each of steps) perform(it, each);
          it.reader.heal();
          it.world.after(60_000);
          expect(it.shown()).toEqual(it.truth());
        }
      ),
      { numRuns: 60 }
    );
  });
});

describe('a tree whose server turns out to have no recursive watches', () => {
  it.each([
    ['-1, for one path', -1],
    ['-6, like an older one', -6],
    ['-8', -8],
  ])('catches up after the next lost link too, when the server says %s', (_, error) => {
    let older = false;
    const world = new VirtualWorld({
      version: '3.8.0',
      faults: ({ operation }) => (operation === 'addWatch' && older ? { error } : undefined),
    });
    const writer = world.client();
    const reader = world.client();
    for (const each of ['/t', '/t/a', '/t/b', '/t/b/c']) writer.zk.create(each, 'old', { codec: utf8 }).subscribe();
    world.after(10);
    const all: string[] = [];
    reader.zk.watchTree('/t', { codec: utf8 }).subscribe(({ root, size, stale }) => {
      all.push(`${size} ${root?.children.get('a')?.value}${stale ? '?' : ''}`);
    });
    world.after(100);
    older = true;
    world.server.drop();
    world.after(1000);
    older = false;
    reader.cut();
    writer.zk.set('/t/a', 'new', { codec: utf8 }).subscribe();
    writer.zk.delete('/t/b', { recursive: true }).subscribe();
    world.after(50);
    reader.heal();
    world.after(5000);
    expect(all.at(-1)).toBe('2 new');
  });
});
