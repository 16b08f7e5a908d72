import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { retry } from 'rxjs';
import {
  CREATOR_ALL_ACL,
  type ConnectOptions,
  OPEN_ACL,
  type Tree,
  type WatchedChildren,
  type WatchedNode,
  utf8,
} from '../../../lib/index.js';
import type { ZooKeeperFaultRequest, ZooKeeperServerOptions } from '../../../lib/testing/index.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

/** Codes that a server may give, known and unknown. */
const CODES = [-127, -1, -122, -102, -999, -5, -6, -8, -4];
const shownNode = ({ kind, stale, value }: WatchedNode<string>) =>
  `${kind === 'present' ? value : kind}${stale ? '?' : ''}`;

/** A world whose server refuses what it is told to. */
function stage(version = '3.8.0', posing: ZooKeeperServerOptions = { version }, options: ConnectOptions = {}) {
  let refuses: (request: ZooKeeperFaultRequest) => number | undefined = () => undefined;
  const fault = (request: ZooKeeperFaultRequest) => {
    const error = request.operation.startsWith('create') ? undefined : refuses(request);
    return error === undefined ? undefined : { error };
  };
  const world = new VirtualWorld({ ...posing, faults: fault });
  const { zk: writer } = world.client({ serverVersion: posing.version as string });
  const serverVersion = posing.version as string; // of no other product
  const reader = world.client({ serverVersion, coalesce: false, ...options });
  const { zk } = reader;
  world.after(10);
  let lost = 0;
  zk.diagnostics$.subscribe(({ kind }) => void (kind === 'link-lost' && lost++));
  for (const path of ['/bad', '/bad/kid', '/good']) writer.create(path, 'old', { codec: utf8 }).subscribe();
  world.after(10);
  return { world, zk, reader, writer, lost: () => lost, refuse: (which: typeof refuses) => void (refuses = which) };
}

for (const version of ['3.8.0', '3.5.9']) {
  describe(`a node that a server ${version} refuses to read and to watch`, () => {
    for (const code of CODES) {
      it(`leaves the link and the other watches alone: error ${code}`, () => {
        const { world, zk, lost, refuse, writer } = stage(version);
        refuse(({ path }) => (path === '/bad' ? code : undefined));
        world.watch('bad', zk.watch('/bad', { codec: utf8 }), shownNode);
        world.watch('good', zk.watch('/good', { codec: utf8 }), shownNode);
        world.after(20);
        world.server.drop();
        world.after(200);
        writer.set('/good', 'new', { codec: utf8 }).subscribe();
        world.after(10);
        expect([zk.state.kind, lost()]).toEqual(['connected', 1]);
        world.server.drop();
        world.after(200);
        refuse(() => undefined);
        writer.set('/good', 'newest', { codec: utf8 }).subscribe();
        expect(world.after(100).filter((line) => line.startsWith('good'))).toEqual(['good newest']);
        expect(lost()).toBe(2);
      });
    }

    it('shows the refusal of its first read, when it comes again and again', () => {
      const { world, zk, refuse } = stage(version);
      refuse(({ path }) => (path === '/bad' ? -127 : undefined));
      world.watch('node', zk.watch('/bad'));
      world.watch('list', zk.watchChildren('/bad'));
      world.watch('tree', zk.watchTree('/bad'));
      world.watch('events', zk.events('/bad'));
      expect(world.after(2900).sort()).toEqual([
        'events ! THROTTLED_OP',
        'list ! THROTTLED_OP',
        'node ! THROTTLED_OP',
        'tree ! THROTTLED_OP',
      ]);
    });
  });
}

describe('a node whose value is known, and whose reads are refused', () => {
  it('is stale until it is read, in watches and in trees', () => {
    const { world, zk, refuse, writer } = stage();
    world.watch('bad', zk.watch('/bad', { codec: utf8 }), shownNode);
    world.watch(
      'tree',
      zk.watchTree('/bad', { codec: utf8 }),
      ({ root, stale }) => `${root?.value}${stale ? '?' : ''}`
    );
    expect(world.after(20)).toEqual(['bad old', 'tree old']);
    refuse(({ path, operation }) => (path === '/bad' && operation === 'getData' ? -127 : undefined));
    writer.set('/bad', 'new', { codec: utf8 }).subscribe();
    expect(world.after(5000)).toEqual(['bad old?', 'tree old?']);
    refuse(() => undefined);
    expect(world.after(1100)).toEqual(['bad new', 'tree new']);
  });

  it('is stale while the server refuses to watch it, and the truth once it does', () => {
    for (const operation of ['addWatch', 'exists']) {
      const { world, zk, refuse, writer } = stage(operation === 'exists' ? '3.5.9' : '3.8.0');
      refuse((request) => (request.path === '/bad' && request.operation === operation ? -127 : undefined));
      world.watch('bad', zk.watch('/bad', { codec: utf8 }), shownNode);
      expect(world.after(20)).toEqual(['bad old?']);
      world.server.drop();
      world.after(100);
      refuse(() => undefined);
      writer.set('/bad', 'new', { codec: utf8 }).subscribe();
      expect(world.after(5000)).toEqual(['bad new']);
      writer.set('/bad', 'newer', { codec: utf8 }).subscribe();
      expect(world.after(20)).toEqual(['bad newer']);
    }
  });
});

describe('a piece of setWatches that is refused', () => {
  for (const version of ['3.8.0', '3.4.14']) {
    it(`has its nodes read and watched one by one, on a server ${version}`, () => {
      const { world, zk, reader, refuse, writer, lost } = stage(version);
      world.watch('good', zk.watch('/good', { codec: utf8 }), shownNode);
      world.watch('list', zk.watchChildren('/bad'), ({ names, stale }) => names.join() + (stale ? '?' : ''));
      world.watch(
        'tree',
        zk.watchTree('/bad', { codec: utf8 }),
        ({ size, stale, root }) => `${size} ${root?.value}${stale ? '?' : ''}`
      );
      world.watch('events', zk.events('/good'), ({ type }) => type);
      world.after(20);
      refuse(({ operation }) => (operation === 'setWatches' ? -127 : undefined));
      reader.cut();
      writer.set('/good', 'new', { codec: utf8 }).subscribe();
      writer.create('/bad/two', null).subscribe();
      writer.set('/bad', 'new', { codec: utf8 }).subscribe();
      world.after(20);
      reader.heal();
      const seen = world.after(3000);
      expect(seen).toEqual(expect.arrayContaining(['good new', 'list kid,two', 'tree 3 new', 'events resync']));
      writer.set('/good', 'newer', { codec: utf8 }).subscribe();
      writer.delete('/bad/two').subscribe();
      expect(world.after(50).sort()).toEqual(['events dataChanged', 'good newer', 'list kid', 'tree 2 new']);
      expect([lost(), zk.state.kind]).toEqual([1, 'connected']);
    });
  }
});

describe('a node that may not be read, with one-shot watches of a server that asks for READ even in exists', () => {
  it('takes nobody else down, and shows once it may be read', () => {
    const world = new VirtualWorld({
      version: '3.9.3',
      faults: ({ operation }) => (operation === 'addWatch' ? { error: -6 } : undefined),
    });
    const { zk: admin } = world.client({
      serverVersion: '3.9.3',
      auth: [{ scheme: 'digest', auth: Buffer.from('u:p') }],
    });
    const { zk } = world.client({ serverVersion: '3.9.3' });
    world.after(10);
    admin.create('/secret', '1', { codec: utf8, acl: CREATOR_ALL_ACL }).subscribe();
    admin.create('/open', '1', { codec: utf8 }).subscribe();
    world.after(10);
    world.watch('secret', zk.watch('/secret', { codec: utf8 }), shownNode);
    world.watch('open', zk.watch('/open', { codec: utf8 }), shownNode);
    expect(world.after(20)).toEqual(['secret denied', 'open 1']);
    world.server.drop();
    expect(world.after(500).slice(2).sort()).toEqual(['open 1', 'secret denied']);
    admin.setAcl('/secret', OPEN_ACL).subscribe();
    expect(world.after(40_000).at(-1)).toBe('secret 1');
    admin.set('/secret', '2', { codec: utf8 }).subscribe();
    expect(world.after(20)).toEqual(['secret 2']);
  });
});

describe('a node below a tree that the server refuses to watch', () => {
  it('leaves the tree true, and no longer stale, when it is deleted', () => {
    const { world, zk, writer, refuse } = stage('3.5.9');
    world.watch('tree', zk.watchTree('/bad', { codec: utf8 }), ({ size, stale }) => `${size}${stale ? '?' : ''}`);
    world.after(20);
    refuse(({ operation, path }) => (operation === 'getChildren' && path === '/bad/kid' ? -127 : undefined));
    world.server.drop();
    world.after(5000);
    writer.set('/bad/kid', 'new', { codec: utf8 }).subscribe();
    world.after(20);
    writer.delete('/bad/kid').subscribe();
    expect(world.after(5000).at(-1)).toBe('tree 1');
  });
});

describe('a watch that the server refuses in its first form, and gives in another', () => {
  for (const code of [-8, -6, -1]) {
    it(`has its node read again, for the first read came before the watch: error ${code}`, () => {
      const { world, zk, writer, refuse } = stage();
      refuse(({ operation }) => (operation === 'addWatch' ? code : undefined));
      world.watch('node', zk.watch('/good', { codec: utf8 }), shownNode);
      world.watch('list', zk.watchChildren('/bad'), ({ names, stale }) => names.join() + (stale ? '?' : ''));
      writer.set('/good', 'new', { codec: utf8 }).subscribe(); // reaches the server after the reads, before the watches
      writer.delete('/bad/kid').subscribe();
      expect(world.after(1000).slice(-2).sort()).toEqual(['list ', 'node new']);
    });
  }
});

describe('a recursive watch that the server refuses once', () => {
  for (const version of ['3.8.0', '3.9.2']) {
    it(`leaves the other watches of the path to report every change, on a server ${version}`, () => {
      const { world, zk, writer, refuse } = stage(version);
      world.watch('node', zk.watch('/good', { codec: utf8 }), shownNode);
      world.watch(
        'tree',
        zk.watchTree('/good', { codec: utf8 }),
        ({ root, stale }) => `${root?.value}${stale ? '?' : ''}`
      );
      world.after(20);
      refuse(({ operation }) => (operation === 'addWatch' ? (refuse(() => undefined), -1) : undefined));
      world.server.drop();
      world.after(1000);
      for (const value of ['1', '2', '3']) {
        writer.set('/good', value, { codec: utf8 }).subscribe();
        expect(world.after(50).sort()).toEqual([`node ${value}`, `tree ${value}`]);
      }
    });
  }

  it('leaves the watches of a tree that is watched alone to report every change', () => {
    const { world, zk, writer, refuse } = stage();
    refuse(({ operation }) => (operation === 'addWatch' ? (refuse(() => undefined), -1) : undefined));
    world.watch('tree', zk.watchTree('/bad', { codec: utf8 }), ({ size, root }) => `${size} ${root?.value}`);
    world.after(1000);
    for (const value of ['1', '2', '3']) {
      writer.set('/bad', value, { codec: utf8 }).subscribe();
      expect(world.after(50)).toEqual([`tree 2 ${value}`]);
    }
  });

  it('is not replaced, when a subscriber has left and another has come meanwhile', () => {
    const { world, zk, writer, refuse } = stage();
    refuse(({ operation }) => (operation === 'addWatch' ? (refuse(() => undefined), -1) : undefined));
    zk.watch('/good').subscribe().unsubscribe();
    world.watch('node', zk.watch('/good', { codec: utf8 }), shownNode);
    world.after(1000);
    for (const value of ['1', '2', '3']) {
      writer.set('/good', value, { codec: utf8 }).subscribe();
      expect(world.after(50)).toEqual([`node ${value}`]);
    }
  });

  it.each([-1, -6])('leaves alone a watch of the same path that was asked for after it: error %s', (code) => {
    const { world, zk, writer, refuse } = stage('3.8.0');
    let left = 1;
    refuse(({ operation }) => (operation === 'addWatch' && left-- > 0 ? code : undefined));
    world.watch('node', zk.watch('/good', { codec: utf8 }), shownNode);
    world.watch('events', zk.events('/good', { recursive: true }), ({ type, path }) => `${type} ${path}`);
    expect(world.after(2000).at(-1)).toBe('node old');
    for (const path of ['/good/kid', '/good/kid/kid']) writer.create(path, null).subscribe();
    writer.set('/good', 'new', { codec: utf8 }).subscribe();
    expect(world.after(20)).toEqual([
      'events created /good/kid',
      'events created /good/kid/kid',
      'events dataChanged /good',
      'node new',
    ]);
  });
});

describe('a list of children whose one-shot watch is refused with NO_AUTH', () => {
  const shown = ({ names, stale }: WatchedChildren) => names.join() + (stale ? '?' : '');

  it('is stale until it is watched, though it could be read meanwhile', () => {
    const { world, zk, writer, refuse } = stage('3.5.9');
    refuse(({ operation, path }) => (operation === 'getChildren' && path === '/bad' ? -102 : undefined));
    world.watch('list', zk.watchChildren('/bad'), shown);
    expect(world.after(20)).toEqual(['list kid?']);
    refuse(() => undefined);
    writer.create('/bad/two', null).subscribe();
    expect(world.after(2000)).toEqual(['list kid,two']);
    writer.create('/bad/three', null).subscribe();
    expect(world.after(20)).toEqual(['list kid,two,three']);
  });

  it('takes no other event away from those who listen, and says when to look again', () => {
    const { world, zk, writer, refuse } = stage('3.5.9');
    refuse(({ operation, path }) => (operation === 'getChildren' && path === '/bad' ? -102 : undefined));
    world.watch('events', zk.events('/bad'), ({ type }) => type);
    world.after(10_000);
    writer.set('/bad', 'new', { codec: utf8 }).subscribe();
    expect(world.after(20)).toEqual(['events dataChanged']);
    refuse(() => undefined);
    expect(world.after(32_000)).toEqual(['events resync']);
    writer.create('/bad/two', null).subscribe();
    expect(world.after(20)).toEqual(['events childrenChanged']);
  });

  it('is stale until it is watched again after a loss of the link, where there is no setWatches', () => {
    const { world, zk, reader, writer, refuse } = stage('3.5.9', { profile: 'clickhouse-keeper' });
    world.watch('list', zk.watchChildren('/bad'), shown);
    world.after(20);
    refuse(({ operation, path }) => (operation === 'getChildren' && path === '/bad' ? -102 : undefined));
    reader.cut();
    world.after(20);
    reader.heal();
    expect(world.after(5000).at(-1)).toBe('list kid?');
    refuse(() => undefined);
    expect(world.after(32_000).at(-1)).toBe('list kid');
    writer.create('/bad/two', null).subscribe();
    expect(world.after(20)).toEqual(['list kid,two']);
  });
});

describe('a list of children that is larger than maxReplyBytes', () => {
  it('ends no link when it is watched again, where there is no setWatches', () => {
    const { world, zk, writer, reader, lost } = stage(
      '3.5.9',
      { profile: 'clickhouse-keeper' },
      { maxReplyBytes: 2000 }
    );
    world.watch('list', zk.watchChildren('/bad'), ({ kind, names }) => `${kind} ${names.length}`);
    for (let i = 0; i < 40; i++) writer.create(`/bad/${String(i).padStart(100, '0')}`, null).subscribe();
    world.after(100);
    reader.cut();
    world.after(20);
    reader.heal();
    expect(world.after(5000).at(-1)).toBe('list unreadable 0');
    expect([lost(), zk.state.kind]).toEqual([2, 'connected']); // the second time, since it gives no session back
    for (let i = 0; i < 35; i++) writer.delete(`/bad/${String(i).padStart(100, '0')}`).subscribe();
    expect(world.after(100).at(-1)).toBe('list present 6');
  });
});

const OPERATIONS = ['addWatch', 'exists', 'getData', 'getChildren', 'getChildren2', 'setWatches'];
const PATHS = ['/t', '/t/a', '/t/a/b', '/t/c'];
const step = fc.record({
  kind: fc.constantFrom('refuse', 'refuse', 'refuse once', 'serve', 'set', 'create', 'delete', 'drop', 'expire'),
  path: fc.constantFrom(...PATHS),
  operations: fc.subarray(OPERATIONS, { minLength: 1 }),
  code: fc.constantFrom(...CODES),
  wait: fc.constantFrom(0, 2, 30, 700, 3000),
});

describe.each(['3.8.0', '3.5.9'])('whatever a server %s refuses for a while', (version) => {
  it('every watch shows the truth afterwards, and no link is lost over it', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
        const { world, zk, writer, refuse, lost } = stage(version);
        const ignored = { error: () => undefined };
        writer.create('/t/a/b', 'old', { codec: utf8, parents: true }).subscribe();
        world.after(20);
        const nodes: Record<string, unknown> = {};
        const lists: Record<string, unknown> = {};
        let tree: Tree<string> | undefined;
        for (const path of PATHS) {
          zk.watch(path, { codec: utf8 })
            .pipe(retry())
            .subscribe(({ stale, value }) => (nodes[path] = [stale, value]));
          zk.watchChildren(path)
            .pipe(retry())
            .subscribe(({ stale, names }) => (lists[path] = [stale, ...[...names].sort()]));
        }
        zk.watchTree('/t', { codec: utf8 })
          .pipe(retry())
          .subscribe((it) => (tree = it));
        let cuts = 0;
        for (const { kind, path, operations, code, wait } of steps) {
          if (kind === 'refuse')
            refuse((request) =>
              operations.includes(request.operation) && (request.path === path || request.path === undefined)
                ? code
                : undefined
            );
          if (kind === 'refuse once')
            refuse(({ operation }) => (operations.includes(operation) ? (refuse(() => undefined), code) : undefined));
          if (kind === 'serve') refuse(() => undefined);
          if (kind === 'set') writer.set(path, `${world.time.now()}`, { codec: utf8 }).subscribe(ignored);
          if (kind === 'create')
            writer.create(path, `${world.time.now()}`, { codec: utf8, parents: true }).subscribe(ignored);
          if (kind === 'delete') writer.transaction().delete(path).commit().subscribe(ignored);
          if (kind === 'drop') void (world.server.drop(), cuts++);
          if (kind === 'expire' && zk.ticket.id !== 0n && world.server.expire(zk.ticket.id)) cuts++;
          world.time.advance(wait);
        }
        const before = lost();
        expect(before).toBeLessThanOrEqual(cuts * 2); // a session that has expired costs one more
        refuse(() => undefined);
        world.after(90_000);
        for (const value of ['first', 'second']) {
          for (const path of world.server.tree('/t').keys()) writer.set(path, value, { codec: utf8 }).subscribe();
          world.after(50);
        }
        const truth = world.server.tree('/t');
        const text = (path: string) => (truth.has(path) ? String(Buffer.from(truth.get(path)!.data!)) : undefined);
        const kids = (path: string) =>
          [...truth.keys()]
            .filter((each) => each.startsWith(`${path}/`) && !each.slice(path.length + 1).includes('/'))
            .map((each) => each.slice(path.length + 1));
        const found: string[] = [];
        for (const open = tree?.root === undefined ? [] : [tree.root]; open.length > 0;) {
          const node = open.pop()!;
          found.push(`${node.path}=${node.value}`);
          open.push(...node.children.values());
        }
        expect({ nodes, lists, stale: tree?.stale, tree: found.sort() }).toEqual({
          nodes: Object.fromEntries(PATHS.map((path) => [path, [false, text(path)]])),
          lists: Object.fromEntries(PATHS.map((path) => [path, [false, ...kids(path).sort()]])),
          stale: false,
          tree: [...truth.keys()].map((path) => `${path}=${text(path)}`).sort(),
        });
      }),
      { numRuns: 150 }
    );
  });
});
