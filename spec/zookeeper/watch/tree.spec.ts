import { describe, expect, it } from '@jest/globals';
import { type Tree, type TreeChange, type TreeNode, json, type utf8 } from '../../../lib/index.js';
import type { ZooKeeperServerOptions } from '../../../lib/testing/index.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

const text = (node: TreeNode | undefined) => (node?.value == null ? '' : String(Buffer.from(node.value)));
/** A tree in one line: its nodes, with their texts, in their order. */
const line = ({ root, stale }: Tree) => `${stale ? '(stale) ' : ''}${root === undefined ? 'nothing' : written(root)}`;
function written(node: TreeNode): string {
  const below = [...node.children.values()].map(written);
  const own = node.kind !== 'present' ? `!${node.error?.code ?? node.kind}` : text(node) && `=${text(node)}`;
  return `${node.name}${own}${below.length > 0 ? `(${below.join(' ')})` : ''}`;
}
const told = (change: TreeChange) => (change.kind === 'synced' ? 'synced' : `${change.kind} ${change.path}`);

/** A server that poses as such a version, with a writer and a reader. */
function world(version = '3.8.0', faults?: ZooKeeperServerOptions['faults']) {
  const world = new VirtualWorld({ version, ...(faults && { faults }) });
  const { zk } = world.client({ serverVersion: version });
  const reader = world.client({ serverVersion: version });
  world.after(10);
  return {
    world,
    zk,
    reader,
    write: (path: string, value = '') => {
      zk.exists(path).subscribe(
        (stat) =>
          void (stat === null
            ? zk.create(path, Buffer.from(value), { parents: true }).subscribe()
            : zk.set(path, Buffer.from(value)).subscribe())
      );
      world.time.advance(10);
    },
    remove: (path: string) => {
      zk.delete(path, { recursive: true }).subscribe();
      world.time.advance(20);
    },
  };
}

describe.each(['3.8.0', '3.5.9', '3.4.14'])('a watched tree, on a server %s', (version) => {
  it('is emitted once it is whole, and then at every change', () => {
    const { world: it, reader, write, remove } = world(version);
    write('/t/a/b', '1');
    write('/t/c', '2');
    it.watch('tree', reader.zk.watchTree('/t'), line);
    expect(it.after(20)).toEqual(['tree t(a(b=1) c=2)']);
    write('/t/a/b', '3');
    expect(it.after(20)).toEqual(['tree t(a(b=3) c=2)']);
    write('/t/a/d/e', '4');
    expect(it.after(20).at(-1)).toBe('tree t(a(b=3 d(e=4)) c=2)');
    remove('/t/a');
    expect(it.after(20).at(-1)).toBe('tree t(c=2)');
  });

  it('tells what changes, node by node, those above first and removed ones last', () => {
    const { world: it, reader, write, remove } = world(version);
    write('/t/a/b', '1');
    const tree = reader.zk.watchTree('/t');
    it.watch('tree', tree.changes$, told);
    expect(it.after(20)).toEqual(['tree added /t', 'tree added /t/a', 'tree added /t/a/b', 'tree synced']);
    write('/t/a/b', '2');
    remove('/t/a');
    expect(it.after(20)).toEqual(['tree changed /t/a/b', 'tree removed /t/a/b', 'tree removed /t/a']);
    it.watch('late', tree.changes$, told);
    expect(it.after(0)).toEqual(['late added /t', 'late synced']);
  });

  it('shows that there is nothing, and what comes to be there', () => {
    const { world: it, reader, write, remove } = world(version);
    it.watch('tree', reader.zk.watchTree('/t'), line);
    expect(it.after(20)).toEqual(['tree nothing']);
    write('/t/a', '1');
    expect(it.after(20).at(-1)).toBe('tree t(a=1)');
    remove('/t');
    expect(it.after(20).at(-1)).toBe('tree nothing');
  });

  it('is stale without a link, and then reads only what has changed meanwhile', () => {
    let reads = 0;
    const {
      world: it,
      reader,
      write,
      remove,
    } = world(version, ({ operation }) => void (/^(getData|getChildren|multiRead)$/.test(operation) && reads++));
    for (let i = 0; i < 60; i++) write(`/t/n${i}`, 'x');
    const tree = reader.zk.watchTree('/t');
    it.watch('changes', tree.changes$, told);
    it.watch('tree', tree, ({ stale, size }) => `${size} ${stale}`);
    it.after(50);
    reader.cut();
    write('/t/n7', 'y');
    write('/t/new');
    remove('/t/n8');
    expect(it.after(3000)).toEqual(['tree 61 true']);
    reads = 0;
    reader.heal();
    expect(it.after(2000).sort()).toEqual([
      'changes added /t/new',
      'changes changed /t/n7',
      'changes removed /t/n8',
      'changes synced',
      'tree 61 false',
    ]);
    expect(reads).toBeLessThan(version === '3.8.0' ? 8 : 16); // older ones read to set a watch
  });

  it('is the same tree in the next session, and says what went with the last', () => {
    const { world: it, reader, write } = world(version);
    write('/t/a', '1');
    reader.zk.create('/t/mine', null, { mode: 'ephemeral' }).subscribe();
    it.after(10);
    it.watch('changes', reader.zk.watchTree('/t').changes$, told);
    it.after(20);
    it.server.expire(reader.zk.ticket.id);
    expect(it.after(3000)).toEqual(['changes removed /t/mine', 'changes synced']);
  });

  it('shows a node that was deleted and created anew, unseen, as another one, without what was below it', () => {
    const { world: it, reader, write, remove } = world(version);
    write('/t/a/b/c', '1');
    it.watch('changes', reader.zk.watchTree('/t').changes$, told);
    it.after(20);
    reader.cut();
    remove('/t/a');
    write('/t/a/x', '1');
    it.after(10);
    reader.heal();
    expect(it.after(3000)).toEqual([
      'changes removed /t/a/b/c',
      'changes removed /t/a/b',
      'changes recreated /t/a',
      'changes added /t/a/x',
      'changes synced',
    ]);
  });

  it('goes no deeper than it is told to, and leaves out what the filter does', () => {
    const { world: it, reader, write } = world(version);
    for (const path of ['/t/a/b/c', '/t/a/no/x', '/t/no/y']) write(path, '1');
    it.watch('deep', reader.zk.watchTree('/t', { depth: 2, filter: (path) => !path.endsWith('/no') }), line);
    it.watch('flat', reader.zk.watchTree('/t', { depth: 0 }), line);
    expect(it.after(20).sort()).toEqual(['deep t(a(b))', 'flat t']);
    write('/t/a/b/d', '1');
    write('/t/no/z', '1');
    expect(it.after(20)).toEqual([]);
    write('/t/e', '1');
    expect(it.after(20)).toEqual(['deep t(a(b) e=1)']);
  });

  it('lives below the root of its client, by the names of that', () => {
    const { world: it, reader, write } = world(version);
    write('/app/t/a', '1');
    const view = reader.zk.chroot('/app');
    it.watch('tree', view.watchTree('/t').changes$, told);
    it.watch(
      'all',
      view.watchTree('/'),
      ({ root }) => `${root?.path} ${[...root!.children.values()].map(({ path }) => path).join()}`
    );
    expect(it.after(20)).toEqual(['tree added /t', 'tree added /t/a', 'tree synced', 'all / /t']);
    write('/app/t/b');
    expect(it.after(20)).toEqual(['tree added /t/b', 'all / /t']);
    reader.cut();
    write('/app/t/c');
    it.after(10);
    reader.heal();
    expect(it.after(3000)).toContain('tree added /t/c');
  });

  it('leaves the watches of others as they are', () => {
    const { world: it, reader, write } = world(version);
    write('/t/a');
    const early = it.watch('early', reader.zk.watchChildren('/t'), ({ names }) => names.join());
    it.after(20);
    const tree = reader.zk.watchTree('/t').subscribe();
    it.after(20);
    it.watch('late', reader.zk.watchChildren('/t'), ({ names }) => names.join());
    early.unsubscribe();
    tree.unsubscribe();
    it.after(0);
    write('/t/b');
    write('/t/b/below');
    write('/t/c');
    expect(it.after(20)).toEqual(['late a,b', 'late a,b,c']);
  });

  it('leaves no watch behind when the last subscriber leaves', () => {
    const { world: it, reader, write } = world(version);
    write('/t/a');
    const tree = reader.zk.watchTree('/t');
    const subscriptions = [tree.subscribe(), tree.changes$.subscribe()];
    it.after(20);
    for (const subscription of subscriptions) subscription.unsubscribe();
    it.after(20);
    let events = 0;
    reader.zk.events$.subscribe(() => events++);
    if (version === '3.8.0') {
      write('/t/b');
      it.after(20);
      expect(events).toBe(0); // older servers cannot take back a watch, or not safely
    }
    it.watch('again', tree, line);
    expect(it.after(20).at(-1)).toMatch(/^again t\(a/);
  });
});

describe('a watched tree', () => {
  it('shares whatever has not changed between one emission and the next', () => {
    const { world: it, reader, write } = world();
    for (const path of ['/t/a/b', '/t/a/c', '/t/d/e']) write(path, '1');
    const trees: Tree[] = [];
    reader.zk.watchTree('/t').subscribe((tree) => trees.push(tree));
    it.after(20);
    write('/t/a/b', '2');
    it.after(20);
    const [before, after] = trees.map(({ root }) => root!) as [TreeNode, TreeNode];
    expect(trees).toHaveLength(2);
    expect(after).not.toBe(before);
    expect(after.children.get('a')).not.toBe(before.children.get('a'));
    expect(text(before.children.get('a')?.children.get('b'))).toBe('1');
    expect(after.children.get('a')?.children.get('c')).toBe(before.children.get('a')?.children.get('c'));
    expect(after.children.get('d')).toBe(before.children.get('d'));
  });

  it('shows in its place what cannot be read, and why, and the rest all the same', () => {
    const { world: it, zk, reader, write } = world();
    write('/t/good', '{"a":1}');
    write('/t/bad', 'nonsense');
    zk.addAuth('digest', Buffer.from('me:secret')).subscribe();
    zk.create('/t/secret', null, { acl: [{ permissions: 31, scheme: 'auth', id: '' }] }).subscribe();
    it.after(20);
    zk.create('/t/secret/below', null).subscribe();
    it.after(20);
    const tree = reader.zk.watchTree('/t', { codec: json<{ readonly a: number }>() });
    it.watch('tree', tree, ({ root, size }) => {
      const children = [...root!.children.values()].map(
        ({ kind, name, value, error, stat }) => `${name} ${error?.code ?? value?.a ?? kind} ${stat.numChildren}`
      );
      return `${size}: ${children.join()}`;
    });
    expect(it.after(20)).toEqual(['tree 4: bad BAD_VALUE 0,good 1 0,secret denied 1']);
    write('/t/bad', '{"a":2}');
    expect(it.after(20)).toEqual(['tree 4: bad 2 0,good 1 0,secret denied 1']);
    zk.setAcl('/t/secret', [{ permissions: 31, scheme: 'world', id: 'anyone' }]).subscribe();
    zk.set('/t/secret', Buffer.from('{"a":3}')).subscribe();
    expect(it.after(20).at(-1)).toBe('tree 5: bad 2 0,good 1 0,secret 3 1');
  });

  it('keeps other requests waiting for no more than one of its own', () => {
    const { world: it, reader } = world();
    for (let i = 0; i < 3000; i++) reader.zk.create(`/t/n${i}`, null, { parents: true }).subscribe();
    it.after(50);
    const order: string[] = [];
    reader.zk.watchTree('/t').subscribe(() => order.push('tree'));
    it.after(5); // the names have come, and the first thousand nodes are asked for
    reader.zk.get('/t').subscribe(() => order.push('get'));
    it.after(100);
    expect(order).toEqual(['get', 'tree']);
  });

  it('is read when there is a connection at last', () => {
    const it = new VirtualWorld();
    void it.server.refuse();
    const { zk } = it.client();
    it.watch('tree', zk.watchTree('/zookeeper', { depth: 1 }), line);
    expect(it.after(3000)).toEqual([]);
    void it.server.accept();
    expect(it.after(5000)).toEqual(
      ['tree zookeeper(config quota)'].map((all) => expect.stringContaining(all.slice(0, 14)))
    );
  });

  it('tells whoever joins while it tells what there is then, and only what comes after', () => {
    const { world: it, reader, write, remove } = world();
    for (const path of ['/t/a/b', '/t/a/c', '/t/d']) write(path);
    const tree = reader.zk.watchTree('/t');
    let joined: string[] | undefined;
    tree.subscribe(() => joined ?? tree.changes$.subscribe((change) => (joined ??= []).push(told(change))));
    it.after(20);
    expect(joined).toEqual(['added /t', 'added /t/a', 'added /t/a/b', 'added /t/a/c', 'added /t/d', 'synced']);
    let late: string[] | undefined;
    tree.changes$.subscribe(
      ({ kind }) =>
        void (
          kind === 'removed' &&
          !late &&
          ((late = []), tree.changes$.subscribe((change) => late!.push(told(change))))
        )
    );
    reader.cut();
    remove('/t/a');
    it.after(3000);
    reader.heal();
    it.after(3000);
    expect(late).toEqual(['added /t', 'added /t/d', 'synced']);
  });

  it('errors for what it cannot be asked, before anything is sent', () => {
    const { world: it, reader } = world();
    it.watch('path', reader.zk.watchTree('t'));
    it.watch('depth', reader.zk.watchTree('/t', { depth: -1 }));
    it.watch('filter', reader.zk.watchTree('/t', { filter: 'a' as never }).changes$);
    it.watch('codec', reader.zk.watchTree('/t', { codec: {} as typeof utf8 }));
    it.watch('typo', reader.zk.watchTree('/t', { dept: 1 } as never));
    expect(it.after(0)).toEqual(['path ! USAGE', 'depth ! USAGE', 'filter ! USAGE', 'codec ! USAGE', 'typo ! USAGE']);
  });

  it('errors when the filter throws, and asks for nothing more', () => {
    const { world: it, reader, write } = world();
    for (const name of ['a', 'b', 'c']) write(`/t/${name}`);
    it.watch(
      'tree',
      reader.zk.watchTree('/t', {
        filter: (path) => path !== '/t/a' || Boolean((undefined as unknown as { x: boolean }).x),
      })
    );
    expect(it.after(50)).toEqual(['tree ! USAGE']);
  });

  it('completes with its client, and at once when that is closed', () => {
    const { world: it, reader } = world();
    const tree = reader.zk.watchTree('/t');
    it.watch('tree', tree, line);
    it.after(20);
    void reader.zk.close();
    expect(it.after(1000)).toEqual(['tree |']);
    it.watch('late', tree.changes$);
    expect(it.after(0)).toEqual(['late |']);
  });

  it('errors when the session is over for good', () => {
    const it = new VirtualWorld();
    const { zk } = it.client({ onExpiry: 'error' });
    it.after(10);
    it.watch('tree', zk.watchTree('/t'), line);
    it.after(20);
    it.server.expire(zk.ticket.id);
    expect(it.after(1000)).toEqual(expect.arrayContaining(['tree ! EXPIRED', 'client ! EXPIRED']));
  });

  it('may be left while it tells, and then watches nothing', () => {
    const { world: it, reader, write, remove } = world('3.4.14');
    for (const path of ['/t/a/b', '/t/a/c']) write(path);
    let watches = 0;
    reader.zk.diagnostics$.subscribe((each) => each.kind === 'rearmed' && (watches = each.watches));
    const seen: string[] = [];
    const subscription = reader.zk.watchTree('/t').changes$.subscribe((change) => {
      seen.push(told(change));
      if (change.kind === 'removed') subscription.unsubscribe();
    });
    it.after(20);
    reader.cut();
    remove('/t/a');
    for (const path of ['/t/d', '/t/e']) write(path);
    it.after(3000);
    reader.heal();
    it.after(3000);
    expect(seen.filter((each) => each.startsWith('removed'))).toHaveLength(1);
    expect(watches).toBeGreaterThan(0);
    watches = 0;
    it.server.drop();
    it.after(3000);
    expect(watches).toBe(0);
  });

  it('watches node by node where the server takes no recursive watch, though its version has them', () => {
    const {
      world: it,
      reader,
      write,
      remove,
    } = world('3.8.0', ({ operation }) => (operation === 'addWatch' ? { error: -6 } : undefined));
    write('/t/a/b', '1');
    it.watch('tree', reader.zk.watchTree('/t'), line);
    expect(it.after(20).at(-1)).toBe('tree t(a(b=1))');
    write('/t/a/b', '2');
    write('/t/c', '3');
    expect(it.after(20).at(-1)).toBe('tree t(a(b=2) c=3)');
    remove('/t/a');
    expect(it.after(20).at(-1)).toBe('tree t(c=3)');
  });

  it('tries again when the server would not read just now', () => {
    let refusals = 3;
    const {
      world: it,
      reader,
      write,
    } = world('3.8.0', ({ operation }) =>
      /^(get|multiRead)/.test(operation) && refusals-- > 0 ? { error: -127 } : undefined
    );
    write('/t/a', '1');
    it.watch('tree', reader.zk.watchTree('/t'), line);
    expect(it.after(500)).toEqual([]);
    expect(it.after(5000).at(-1)).toBe('tree t(a=1)');
  });
});
