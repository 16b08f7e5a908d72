import { describe, expect, it } from '@jest/globals';
import { OPEN_ACL, Permission, type Tree, utf8 } from '../../../lib/index.js';
import type { ZooKeeperFaultRequest } from '../../../lib/testing/index.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

/** Anybody may open the node again, and nobody may read it. */
const CLOSED_ACL = OPEN_ACL.map((each) => ({ ...each, permissions: Permission.ALL & ~Permission.READ }));
const NO_AUTH = -102;
const READS = ['exists', 'getData', 'getChildren', 'getChildren2'];
const shownTree = ({ size, stale, root }: Tree<string>) => `${size} ${root?.value ?? root?.kind}${stale ? '?' : ''}`;

/** A server with the node `/n` and its child, a client that watches both, and what reaches the server. */
function stage(version: string, oneShot = false) {
  let refuses: (request: ZooKeeperFaultRequest) => boolean = () => false;
  const asked: string[] = [];
  const world = new VirtualWorld({
    version,
    faults: (request) => {
      const { operation, path } = request;
      if (oneShot && operation === 'addWatch') return { error: -6 };
      if (operation !== 'ping') asked.push(`${operation} ${path}`);
      return refuses(request) ? { error: NO_AUTH } : undefined;
    },
  });
  const { zk: admin } = world.client({ serverVersion: version });
  const reader = world.client({ serverVersion: version, coalesce: false });
  const { zk, leave } = reader;
  world.after(10);
  admin.create('/n/child', 'c', { codec: utf8, parents: true }).subscribe();
  world.after(10);
  admin.set('/n', 'old', { codec: utf8 }).subscribe();
  world.after(10);
  return {
    world,
    admin,
    leave,
    reader,
    asked,
    refuse: (which: typeof refuses) => void (refuses = which),
    watchAll: () => {
      const subscriptions = [
        world.watch(
          'node',
          zk.watch('/n', { codec: utf8 }),
          ({ kind, value, stale }) => `${value ?? kind}${stale ? '?' : ''}`
        ),
        world.watch(
          'list',
          zk.watchChildren('/n'),
          ({ kind, names, stale }) => `${kind} ${names.join()}${stale ? '?' : ''}`
        ),
        world.watch('tree', zk.watchTree('/n', { codec: utf8 }), shownTree),
      ];
      return () => subscriptions.forEach((each) => each.unsubscribe());
    },
  };
}

describe.each([
  ['3.8.0', false],
  ['3.5.9', false],
  ['3.9.3', true],
])('a node that may not be read, on a server %s (one-shot watches alone: %s)', (version, oneShot) => {
  it('is shown once it may be, though no event tells of it, and is watched from then on', () => {
    const { world, admin, watchAll } = stage(version, oneShot);
    admin.setAcl('/n', CLOSED_ACL).subscribe();
    world.after(10);
    watchAll();
    world.after(100_000);
    admin.setAcl('/n', OPEN_ACL).subscribe();
    const shown = world.after(40_000);
    expect(shown).toEqual(expect.arrayContaining(['node old', 'list present child', 'tree 2 old']));
    admin.set('/n', 'new', { codec: utf8 }).subscribe();
    admin.create('/n/other', null).subscribe();
    expect(world.after(100).sort()).toEqual(['list present child,other', 'node new', 'tree 2 new', 'tree 3 new']);
  });

  it('is asked for less and less often, and no more when nobody watches it', () => {
    const { world, admin, watchAll, asked } = stage(version, oneShot);
    admin.setAcl('/n', CLOSED_ACL).subscribe();
    world.after(10);
    const leave = watchAll();
    world.after(100_000);
    asked.length = 0;
    world.after(320_000);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.length).toBeLessThanOrEqual(10 * 8); // ten rounds, of a few requests for each of three subscribers
    leave();
    world.after(100);
    asked.length = 0;
    world.after(100_000);
    expect(asked).toEqual([]);
  });
});

describe.each(['3.8.0', '3.5.9'])('a server %s that refuses reads with NO_AUTH for a while', (version) => {
  it.each([1, 2, 3, 4, 5, 6, 9])('is asked again: after %s refusals the node is shown, and watched', (times) => {
    const { world, refuse, watchAll, admin } = stage(version);
    const last = (lines: readonly string[]) =>
      ['node', 'list', 'tree'].map((name) => lines.filter((line) => line.startsWith(name)).at(-1));
    let left = times;
    refuse(({ operation, path }) => path === '/n' && READS.includes(operation) && left-- > 0);
    watchAll();
    expect(last(world.after(20_000))).toEqual(['node old', 'list present child', 'tree 2 old']);
    admin.create('/n/other', null).subscribe();
    admin.set('/n', 'new', { codec: utf8 }).subscribe();
    expect(last(world.after(100))).toEqual(['node new', 'list present child,other', 'tree 3 new']);
  });
});

describe('a tree with a node that may not be read', () => {
  it('is not stale for it, also where the server watches no list that may not be read', () => {
    const { world, admin, watchAll } = stage('3.5.9');
    admin.setAcl('/n/child', CLOSED_ACL).subscribe();
    world.after(10);
    watchAll();
    expect(world.after(100_000).at(-1)).toBe('tree 2 old');
    world.server.drop();
    expect(world.after(100_000).at(-1)).toBe('tree 2 old');
  });

  it('is stale while such a node can be read again, and is not watched yet', () => {
    const { world, admin, watchAll, refuse } = stage('3.5.9');
    refuse(({ path, operation }) => path === '/n/child' && operation !== 'exists' && READS.includes(operation));
    watchAll();
    world.after(20_000);
    refuse(({ path, operation }) => path === '/n/child' && operation.startsWith('getChildren'));
    expect(world.after(32_000).at(-1)).toBe('tree 2 old?');
    refuse(() => false);
    expect(world.after(32_000).at(-1)).toBe('tree 2 old');
    admin.create('/n/child/new', null).subscribe();
    expect(world.after(100).at(-1)).toBe('tree 3 old');
  });

  it('asks for it no more while the node above it may not be read either', () => {
    const { world, admin, reader, watchAll, asked } = stage('3.9.3');
    admin.setAcl('/n/child', CLOSED_ACL).subscribe();
    world.after(10);
    watchAll();
    world.after(1000);
    reader.cut();
    admin.setAcl('/n', CLOSED_ACL).subscribe();
    admin.set('/n', 'new', { codec: utf8 }).subscribe();
    world.after(10);
    reader.heal();
    world.after(1000);
    expect(asked).toContain('exists /n/child');
    world.after(32_000);
    asked.length = 0;
    world.after(100_000);
    expect(asked).toContain('getData /n');
    expect(asked).not.toContain('getData /n/child');
    admin.setAcl('/n', OPEN_ACL).subscribe();
    admin.setAcl('/n/child', OPEN_ACL).subscribe();
    expect(world.after(40_000)).toContain('tree 2 new');
  });
});

describe('a client that is closed while a node may not be read', () => {
  it('ends its watches', () => {
    const { world, admin, watchAll, leave } = stage('3.8.0');
    admin.setAcl('/n', CLOSED_ACL).subscribe();
    world.after(10);
    watchAll();
    world.after(1000);
    leave();
    expect(world.after(100).sort()).toEqual(['list |', 'node |', 'tree |']);
  });
});
