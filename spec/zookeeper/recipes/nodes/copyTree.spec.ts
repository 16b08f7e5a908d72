import { beforeEach, describe, expect, it } from '@jest/globals';
import { EMPTY, concat, merge, take } from 'rxjs';
import { type Acl, type CopiedTree, type CopyTreeOptions, type ZooKeeper, copyTree } from '../../../../lib/index.js';
import type { ZooKeeperFaultRequest } from '../../../../lib/testing/index.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));

const READ_ONLY: readonly Acl[] = [{ scheme: 'world', id: 'anyone', permissions: 1 }];
const plant = (zk: ZooKeeper, nodes: Readonly<Record<string, string | null>>) => {
  concat(
    ...Object.entries(nodes).map(([path, data]) =>
      zk.create(path, data === null ? null : Buffer.from(data), { parents: true })
    )
  ).subscribe();
  world.time.advance(500);
};
const tree = (path: string, of = world) =>
  [...of.server.tree(path)].map(([each, { data }]) => `${each}=${data === null ? '' : String(data)}`).sort();
const show = ({ kind, from, to }: CopiedTree) => `${kind} ${from} ${to}`;
const run = (zk: ZooKeeper, from: string, to: string, options?: CopyTreeOptions) =>
  world.watch('copy', copyTree(zk, from, to, options), show);

describe('a copy of a tree', () => {
  it('has all of it, each node after its parent, and tells of each', () => {
    const { zk } = world.client();
    plant(zk, { '/a': 'root', '/a/b': '1', '/a/b/c': '2', '/a/none': null, '/other': 'x' });
    run(zk, '/a', '/deep/below/copy');
    const told = world.after(1000);
    expect(told.at(-1)).toBe('copy |');
    expect(told.slice(0, -1).sort()).toEqual([
      'copy created /a /deep/below/copy',
      'copy created /a/b /deep/below/copy/b',
      'copy created /a/b/c /deep/below/copy/b/c',
      'copy created /a/none /deep/below/copy/none',
    ]);
    expect(told[0]).toBe('copy created /a /deep/below/copy');
    expect(tree('/deep/below/copy')).toEqual([
      '/deep/below/copy/b/c=2',
      '/deep/below/copy/b=1',
      '/deep/below/copy/none=',
      '/deep/below/copy=root',
    ]);
    expect(world.server.tree().get('/deep/below/copy/none')?.data).toBe(null);
  });

  it('keeps ACLs, or gives all the same', () => {
    const { zk } = world.client();
    zk.create('/a', null).subscribe();
    zk.create('/a/b', null, { acl: READ_ONLY }).subscribe();
    world.time.advance(50);
    run(zk, '/a', '/kept');
    run(zk, '/a', '/open', { acl: [{ scheme: 'world', id: 'anyone', permissions: 31 }] });
    world.after(500);
    expect(['/kept/b', '/open/b'].map((path) => world.server.tree().get(path)?.acl[0]?.permissions)).toEqual([1, 31]);
  });

  it('passes over ephemerals, and says so', () => {
    const { zk } = world.client();
    plant(zk, { '/a': '', '/a/x': 'kept' });
    zk.create('/a/e', null, { mode: 'ephemeral' }).subscribe();
    world.time.advance(50);
    run(zk, '/a', '/b');
    expect(world.after(500)).toContain('copy ephemeral /a/e /b/e');
    expect(tree('/b')).toEqual(['/b/x=kept', '/b=']);
  });

  it('refuses what is there already, unless it may write over it; what is there besides stays', () => {
    const { zk } = world.client();
    plant(zk, { '/a': 'new', '/a/x': 'new', '/b': 'old', '/b/x': 'old', '/b/y': 'old' });
    run(zk, '/a', '/b');
    expect([world.after(500), tree('/b')]).toEqual([['copy ! NODE_EXISTS'], ['/b/x=old', '/b/y=old', '/b=old']]);
    zk.setAcl('/a/x', READ_ONLY).subscribe();
    run(zk, '/a', '/b', { overwrite: true });
    expect(world.after(500)).toEqual(['copy overwritten /a /b', 'copy overwritten /a/x /b/x', 'copy |']);
    expect([tree('/b'), world.server.tree().get('/b/x')?.acl]).toEqual([['/b/x=new', '/b/y=old', '/b=new'], READ_ONLY]);
  });

  it('goes to other servers too, without what belongs to the servers themselves', () => {
    const there = new VirtualWorld({ scheduler: world.time });
    const { zk } = world.client();
    const target = there.client({ scheduler: world.time }).zk;
    plant(zk, { '/a': '1', '/a/b': '2' });
    run(zk, '/', '/import', { target });
    expect(world.after(1000).length).toBe(4);
    expect(tree('/import', there)).toEqual(['/import/a/b=2', '/import/a=1', '/import=']);
    run(zk, '/a', '/a', { target });
    expect(world.after(1000).length).toBe(3);
  });

  it.each<[string, string, string, string]>([
    ['source', 'a', '/b', ''],
    ['to', '/a', '/b/', ''],
    ['to', '/a', '/a', ''],
    ['to', '/a', '/a/b/c', ''],
    ['to', '/', '/b', ''],
    ['to', '/b', '/c', '/b'],
  ])('names %s when %s is to go to %s', (argument, from, to, root) => {
    const { zk } = world.client();
    plant(zk, { '/b': '' });
    let named: string | undefined;
    copyTree(zk, from, to, root === '' ? {} : { target: zk.chroot(root) }).subscribe({
      error: (error: { argument: string }) => (named = error.argument),
    });
    expect(named).toBe(argument);
  });

  it('is no copy into itself beside it, and ends when another client does what cannot be told', () => {
    const { zk } = world.client();
    plant(zk, { '/a': '1', '/a/x': '2' });
    run(zk, '/a', '/ab');
    expect(world.after(500).at(-1)).toBe('copy |');
    run(zk, '/a', '/a/copy', { target: world.client().zk });
    world.after(500);
    expect(tree('/a')).toEqual(['/a/copy/x=2', '/a/copy=1', '/a/x=2', '/a=1']);
  });

  it('errors when there is nothing, and when it may not be read', () => {
    const { zk } = world.client();
    run(zk, '/none', '/b');
    expect(world.after(100)).toEqual(['copy ! NO_NODE']);
    zk.create('/secret', null, { acl: [{ scheme: 'world', id: 'anyone', permissions: 2 }] }).subscribe();
    run(zk, '/secret', '/b');
    expect([world.after(100), world.server.tree().has('/b')]).toEqual([['copy ! NO_AUTH'], false]);
  });

  it('leaves out what goes while it is being copied', () => {
    world = new VirtualWorld({
      faults: ({ operation, path }) =>
        operation === 'create2' && path === '/b'
          ? (world.client().zk.delete('/a/x').subscribe(), { delay: 100 })
          : undefined,
    });
    const { zk } = world.client();
    plant(zk, { '/a': '', '/a/x': '', '/a/y': '' });
    run(zk, '/a', '/b');
    expect([world.after(1000), tree('/b')]).toEqual([
      ['copy created /a /b', 'copy created /a/y /b/y', 'copy |'],
      ['/b/y=', '/b='],
    ]);
  });

  it.each(['cut', 'cutAfter'] as const)('goes on when the link is lost over it, wherever that is: %s', (fault) => {
    for (let nth = 0; nth < 14; nth++) {
      let requests = -1000;
      const matches = ({ operation }: ZooKeeperFaultRequest) => operation !== 'ping' && requests++ === nth;
      world = new VirtualWorld({ faults: (request) => (matches(request) ? fault : undefined) });
      const { zk } = world.client({ coalesce: false });
      plant(zk, { '/a': '1', '/a/b': '2', '/a/c': '3' });
      requests = 0;
      run(zk, '/a', '/b');
      const told = world.after(5000);
      expect([told.at(-1), told.length, tree('/b')]).toEqual(['copy |', 4, ['/b/b=2', '/b/c=3', '/b=1']]);
    }
  });

  it("does not take another's node for its own when a reply is lost", () => {
    let lost = false;
    world = new VirtualWorld({
      faults: ({ operation, path }) => {
        if (operation !== 'create2' || path !== '/b' || lost) return undefined;
        lost = true;
        b.zk.create('/b', Buffer.from('theirs')).subscribe();
        return 'cut';
      },
    });
    const [a, b] = [world.client(), world.client()];
    plant(a.zk, { '/a': 'mine' });
    run(a.zk, '/a', '/b');
    expect([world.after(5000), lost, tree('/b')]).toEqual([['copy ! NODE_EXISTS'], true, ['/b=theirs']]);
  });

  it('is ended by the loss of the session, and completed by overwriting', () => {
    const { zk, cut, heal } = world.client();
    plant(zk, { '/a': '1', '/a/b': '2' });
    cut();
    run(zk, '/a', '/b');
    world.time.advance(6000);
    heal();
    expect(world.after(1000)).toEqual(['copy ! EXPIRED']);
    run(zk, '/a', '/b', { overwrite: true });
    expect([world.after(6000).at(-1), tree('/b')]).toEqual(['copy |', ['/b/b=2', '/b=1']]);
  });

  it('stops when it is left', () => {
    const { zk } = world.client();
    plant(zk, { '/a': '', '/a/b': '', '/a/b/c': '' });
    world.watch('copy', copyTree(zk, '/a', '/b').pipe(take(1)), show);
    world.after(1000);
    expect(tree('/b')).toEqual(['/b=']);
  });

  it('reads and writes many at a time, and not more than that', () => {
    let [most, under] = [0, 0];
    world = new VirtualWorld({
      faults: ({ operation, path }) => {
        if (operation !== 'create2' || !path?.startsWith('/b/')) return undefined;
        most = Math.max(most, ++under);
        world.time.schedule(() => under--, 1);
        return undefined;
      },
    });
    const { zk } = world.client();
    zk.create('/a', null).subscribe();
    merge(...Array.from({ length: 200 }, (_, i) => zk.create(`/a/${i}`, null)), EMPTY).subscribe();
    world.time.advance(500);
    run(zk, '/a', '/b');
    expect(world.after(5000).length).toBe(202);
    expect(most).toBe(32);
  });
});
