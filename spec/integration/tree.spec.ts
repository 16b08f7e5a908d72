import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Observable, filter, firstValueFrom, lastValueFrom, mergeMap, range } from 'rxjs';
import { type Tree, type TreeChange, type TreeNode, type ZooKeeper, open } from '../../lib/index.js';
import { type FaultProxy, startFaultProxy } from '../helpers/faultProxy.js';
import type { RealServer } from '../helpers/realServer.js';
import { startZooKeeper } from '../helpers/zookeeperServer.js';

const one = firstValueFrom;
const data = (text: string) => Buffer.from(text);
const find = ({ root }: Tree, ...names: string[]) =>
  names.reduce<TreeNode | undefined>((node, name) => node?.children.get(name), root);
const says = (tree: Tree, ...names: string[]) => String(Buffer.from(find(tree, ...names)?.value ?? []));
const options = { sessionTimeout: 4000, backoff: { min: 20, max: 100 } };

let server: RealServer;
let proxy: FaultProxy;
let writer: ZooKeeper & AsyncDisposable;
beforeAll(async () => {
  server = await startZooKeeper();
  proxy = await startFaultProxy(server);
  writer = await open(server.connectString, options);
  await one(writer.create('/t', null));
  await lastValueFrom(range(0, 20).pipe(mergeMap((i) => writer.create(`/t/d${i}`, null))));
  await lastValueFrom(range(0, 3000).pipe(mergeMap((i) => writer.create(`/t/d${i % 20}/n${i}`, data(String(i))))));
});
afterAll(async () => {
  await writer?.[Symbol.asyncDispose]();
  await proxy?.stop();
  await server?.stop();
});

describe('a watched tree of ZooKeeper', () => {
  it('is whole, follows every change, and after a gap reads only the nodes that have changed', async () => {
    await using zk = await open(proxy.connectString, options);
    const trees: Tree[] = [];
    const changes: TreeChange[] = [];
    const watched = zk.watchTree('/t');
    const subscription = watched.subscribe((tree) => trees.push(tree));
    subscription.add(watched.changes$.subscribe((change) => changes.push(change)));
    const until = (matches: (tree: Tree) => boolean) =>
      one(watched.pipe(filter((tree) => !tree.stale && matches(tree))));

    const first = await until(() => true);
    expect(first.size).toBe(3021);
    expect(says(first, 'd7', 'n27')).toBe('27');

    await one(writer.set('/t/d7/n27', data('changed')));
    await one(writer.transaction().delete('/t/d8/n28').create('/t/d8/n28', data('another')).create('/t/new').commit());
    const second = await until((tree) => says(tree, 'd8', 'n28') === 'another' && find(tree, 'new') !== undefined);
    expect(says(second, 'd7', 'n27')).toBe('changed');
    expect(find(second, 'd9')).toBe(find(first, 'd9'));

    const suspended = one(zk.state$.pipe(filter(({ kind }) => kind === 'suspended')));
    changes.length = 0;
    proxy.refuse();
    proxy.cut();
    await suspended;
    expect(trees.at(-1)?.stale).toBe(true);
    await one(writer.set('/t/d1/n1', data('meanwhile')));
    await one(writer.delete('/t/d2', { recursive: true }));
    await one(writer.create('/t/d3/later', data('x')));
    await one(writer.transaction().delete('/t/d4/n4').create('/t/d4/n4', data('anew')).commit());
    await proxy.heal();
    const third = await until((tree) => find(tree, 'd3', 'later') !== undefined);
    expect([says(third, 'd1', 'n1'), find(third, 'd2'), says(third, 'd4', 'n4')]).toEqual([
      'meanwhile',
      undefined,
      'anew',
    ]);
    expect(third.size).toBe(second.size - 151 + 1);
    const kinds = changes.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'removed')).toHaveLength(151);
    expect(
      changes
        .filter(({ kind }) => kind !== 'removed')
        .map((change) => `${change.kind}${change.kind === 'synced' ? '' : ` ${change.path}`}`)
        .sort()
    ).toEqual(['added /t/d3/later', 'changed /t/d1/n1', 'recreated /t/d4/n4', 'synced']);
    subscription.unsubscribe();
  });

  it('is the tree that a walk finds, after a hundred threads of changes', async () => {
    await using zk = await open(server.connectString, options);
    let last: Tree | undefined;
    const subscription = zk.watchTree('/t').subscribe((tree) => (last = tree));
    const change = (i: number) => {
      const path = `/t/d${5 + (i % 5)}/n${i % 40}`;
      const change$: Observable<unknown> =
        i % 3 === 0
          ? writer.create(path, data('new'))
          : i % 3 === 1
            ? writer.set(path, data(String(i)))
            : writer.delete(path);
      return one(change$).catch(() => undefined);
    };
    for (let round = 0; round < 20; round++)
      await Promise.all(Array.from({ length: 100 }, (_, i) => change(round * 37 + i * 7)));
    await one(writer.create('/t/end'));
    while (last === undefined || find(last, 'end') === undefined) await one(zk.watchTree('/t'));
    for (const { path, children } of find(last)!.children.values()) {
      expect([path, ...children.keys()]).toEqual([path, ...[...(await one(writer.getChildren(path)))].sort()]);
      for (const { path: below, stat } of children.values())
        expect([below, (await one(writer.exists(below)))?.mzxid]).toEqual([below, stat.mzxid]);
    }
    subscription.unsubscribe();
  });
});
