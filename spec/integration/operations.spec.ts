import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Observable, firstValueFrom, take, toArray } from 'rxjs';
import { type CreateMode, CREATOR_ALL_ACL, READ_ACL, type ZooKeeper, open, sequenceOf, utf8 } from '../../lib/index.js';
import type { RealServer } from '../helpers/realServer.js';
import { startZooKeeper } from '../helpers/zookeeperServer.js';
import { zookeeperIsFrom, zookeeperVersion } from '../helpers/zookeeperUnderTest.js';

const data = (text: string) => Buffer.from(text);
const one = <T>(reply$: Observable<T>) => firstValueFrom(reply$);
const refusal = (reply$: Observable<unknown>) => expect(one(reply$)).rejects;

describe('the operations on ZooKeeper', () => {
  let server: RealServer;
  let zk: ZooKeeper & AsyncDisposable;
  beforeAll(async () => {
    server = await startZooKeeper();
    zk = await open(server.connectString);
    await one(zk.create('/op'));
  });
  afterAll(async () => {
    await zk?.[Symbol.asyncDispose]();
    await server?.stop();
  });

  it.each<[CreateMode, boolean, boolean]>([
    ['persistent', false, false],
    ['persistentSequential', true, false],
    ['ephemeral', false, true],
    ['ephemeralSequential', true, true],
    ['container', false, false],
    ['persistentWithTtl', false, false],
    ['persistentSequentialWithTtl', true, false],
  ])('create makes a %s node', async (mode, sequential, ephemeral) => {
    const ttl = mode.endsWith('Ttl') ? { ttl: 60_000 } : {};
    const { path, stat } = await one(zk.create(`/op/${mode}-`, data('x'), { mode, ...ttl }));
    expect(sequenceOf(path) !== undefined).toBe(sequential);
    const found = await one(zk.exists(path));
    expect(found!.ephemeralOwner !== 0n).toBe(ephemeral);
    expect(stat).toEqual(zookeeperIsFrom(5) ? found : undefined);
  });

  it('create makes the nodes above, and gives a protected node a name of its own', async () => {
    expect((await one(zk.create('/op/deep/er/est', null, { parents: true }))).path).toBe('/op/deep/er/est');
    expect((await one(zk.create('/op/p-', null, { mode: 'ephemeralSequential', protect: true }))).path).toMatch(
      /^\/op\/_c_[0-9a-f-]{36}-p-\d{10}$/
    );
  });

  it('tell no data from empty data, and read values through codecs', async () => {
    await one(zk.create('/op/null', null));
    await one(zk.create('/op/empty'));
    expect((await one(zk.get('/op/null'))).value).toBeNull();
    expect((await one(zk.get('/op/empty'))).value).toHaveLength(0);
    await one(zk.set('/op/empty', 'käse', { codec: utf8 }));
    expect((await one(zk.get('/op/empty', { codec: utf8 }))).value).toBe('käse');
  });

  it('say no with ZooKeeper’s own words', async () => {
    await refusal(zk.get('/op/none')).toMatchObject({
      layer: 'server',
      code: 'NO_NODE',
      number: -101,
      path: '/op/none',
      operation: 'get',
      effect: 'none',
    });
    await refusal(zk.create('/op')).toMatchObject({ code: 'NODE_EXISTS' });
    await one(zk.create('/op/numbers/n-0000000001', null, { parents: true }));
    await refusal(zk.create('/op/numbers/n-', null, { mode: 'persistentSequential' })).toMatchObject({
      code: 'NUMBER_TAKEN',
      number: -110,
    });
    await refusal(zk.create('/op/none/x')).toMatchObject({ code: 'NO_NODE' });
    await refusal(zk.set('/op', null, { version: 7 })).toMatchObject({ code: 'BAD_VERSION' });
    await refusal(zk.delete('/op')).toMatchObject({ code: 'NOT_EMPTY' });
    await one(zk.create('/op/eph', null, { mode: 'ephemeral' }));
    await refusal(zk.create('/op/eph/x')).toMatchObject({ code: 'NO_CHILDREN_FOR_EPHEMERALS' });
    await refusal(zk.setAcl('/op', [{ permissions: 31, scheme: 'nonsense', id: '' }])).toMatchObject({
      code: 'INVALID_ACL',
    });
    expect(await one(zk.exists('/op/none'))).toBeNull();
  });

  it('set and delete heed versions, and delete takes a tree', async () => {
    await one(zk.create('/op/v'));
    expect((await one(zk.set('/op/v', data('1'), { version: 0 }))).version).toBe(1);
    await one(zk.delete('/op/v', { version: 1 }));
    await one(zk.create('/op/tree/a/b/c', null, { parents: true }));
    await one(zk.create('/op/tree/a/d'));
    await one(zk.delete('/op/tree', { recursive: true }));
    expect(await one(zk.exists('/op/tree'))).toBeNull();
    await refusal(zk.delete('/op/tree', { recursive: true })).toMatchObject({ code: 'NO_NODE' });
  });

  it('getChildren names ten thousand children, also beyond ASCII', async () => {
    await one(zk.create('/op/many'));
    await Promise.all(
      Array.from({ length: 10_000 }, (_, i) => one(zk.create(`/op/many/${i % 2 === 0 ? 'näme' : 'name'}-${i}`)))
    );
    const { names, stat } = await one(zk.getChildren('/op/many', { stat: true }));
    expect(new Set(names).size).toBe(10_000);
    expect(stat.numChildren).toBe(10_000);
    expect(names).toContain('näme-9998');
    expect(await one(zk.getAllChildrenNumber('/op/many'))).toBe(10_000);
    expect([...(await one(zk.getChildren('/op/many')))].sort()).toEqual([...names].sort());
  });

  it('keep out who is not meant, and let in who says who it is', async () => {
    await using other = await open(server.connectString);
    await one(zk.addAuth('digest', data('ann:secret')));
    await one(zk.create('/op/private', null, { acl: CREATOR_ALL_ACL }));
    expect((await one(zk.getAcl('/op/private'))).acl[0]).toMatchObject({ scheme: 'digest', permissions: 31 });
    await refusal(other.get('/op/private')).toMatchObject({ code: 'NO_AUTH' });
    const shown = one(other.watch('/op/private').pipe(take(2), toArray()));
    expect(await one(other.watch('/op/private'))).toMatchObject({ kind: 'denied', stale: false });
    await one(other.addAuth('digest', data('ann:secret')));
    expect((await shown).map(({ kind }) => kind)).toEqual(['denied', 'present']); // no event tells of that
    expect(await one(other.get('/op/private'))).toMatchObject({ value: null });
    expect(await one(other.whoAmI())).toContainEqual({ scheme: 'digest', user: 'ann' });
    expect((await one(zk.setAcl('/op/private', READ_ACL, { version: 0 }))).aversion).toBe(1);
  });

  it('read at once, after a sync, and after a quorum; one moment of several nodes; several reads at once', async () => {
    for (const read of ['local', 'sync', 'strict'] as const) {
      expect(await one(zk.exists('/op', { read }))).not.toBeNull();
      expect(await one(zk.get('/op/null', { read }))).toMatchObject({ value: null });
      await refusal(zk.get('/op/none', { read })).toMatchObject({ code: 'NO_NODE' });
    }
    const { nodes, zxid } = await one(zk.snapshot(['/op/null', '/op/none']));
    expect(nodes).toMatchObject([
      { path: '/op/null', kind: 'present', value: null },
      { path: '/op/none', kind: 'absent' },
    ]);
    expect(zxid).toBeGreaterThan(0n);
    const [node, names, none] = await one(
      zk.multiRead([{ get: '/op/null' }, { getChildren: '/op/null' }, { get: '/op/none' }])
    );
    expect([node.value?.value, names.value, none.error?.code]).toEqual([null, [], 'NO_NODE']);
  });

  it('stay below a chroot, which shows in no answer', async () => {
    const app = zk.chroot('/op').chroot('/app');
    await one(zk.create('/op/app'));
    expect((await one(app.create('/', null, { mode: 'persistentSequential' }))).path).toBe('/0000000000');
    expect((await one(app.transaction().create('/t').delete('/t').commit()))[0].path).toBe('/t');
    await one(app.create('/e', null, { mode: 'ephemeral' }));
    expect(await one(app.getEphemerals('/'))).toEqual(['/e']);
    expect(await one(app.sync())).toBe('/');
    expect(await one(app.watch('/e'))).toMatchObject({ path: '/e', kind: 'present' });
    await refusal(app.get('/none')).toMatchObject({ path: '/none' });
    expect(await one(zk.getEphemerals('/op/app'))).toEqual(['/op/app/e']);
  });

  it('say what became of every request of a batch', async () => {
    const outcomes = await one(zk.batch([zk.create('/op/b'), zk.get('/op/none'), zk.delete('/op/b')]));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['reply', 'refused', 'reply']);
  });

  it('watch by hand, tell of events, and let go', async () => {
    const events = one(zk.events('/op/ev').pipe(take(3), toArray()));
    await one(zk.addWatch('/op/hand', 'persistentRecursive'));
    const below = one(zk.events$);
    await one(zk.checkWatches('/op/hand'));
    for (const change$ of [zk.create('/op/hand'), zk.create('/op/ev'), zk.set('/op/ev', null), zk.delete('/op/ev')])
      await one<unknown>(change$);
    expect(await below).toMatchObject({ type: 'created', path: '/op/hand' });
    expect((await events).map(({ type }) => type)).toEqual(['created', 'dataChanged', 'deleted']);
    await one(zk.removeWatches('/op/hand'));
    await refusal(zk.checkWatches('/op/hand')).toMatchObject({ code: 'NO_WATCHER' });
    expect(await server.command('wchp')).not.toContain('/op/ev');
  });

  it('know the server', async () => {
    expect(await one(zk.serverVersion())).toBe(zookeeperVersion);
    expect(await one(zk.command('ruok'))).toBe('imok');
    await refusal(zk.get('/op', { timeout: -1 })).toMatchObject({ code: 'USAGE', argument: 'options.timeout' });
    await refusal(zk.get('/op', { signal: AbortSignal.abort() })).toMatchObject({ code: 'ABORTED', effect: 'none' });
    await refusal(zk.set('/op', Buffer.alloc(2 ** 20))).toMatchObject({ code: 'TOO_LARGE', effect: 'none' });
    expect(await one(zk.exists('/op'))).not.toBeNull();
  });
});

describe.each([...(zookeeperIsFrom(5) ? ['3.5.0'] : []), '3.4.0'])(
  'one-shot watches, as with a server %s',
  (serverVersion) => {
    it('follow a node and its children without a gap', async () => {
      await using server = await startZooKeeper();
      await using zk = await open(server.connectString, { serverVersion });
      const nodes = one(zk.watch('/n').pipe(take(5), toArray()));
      const children = one(zk.watchChildren('/n').pipe(take(4), toArray()));
      for (const change$ of [
        zk.create('/n', data('1')),
        zk.set('/n', data('2')),
        zk.create('/n/c'),
        zk.delete('/n', { recursive: true }),
        zk.create('/n', data('3')),
      ]) {
        await one(zk.sync());
        await one(zk.sync());
        await one<unknown>(change$);
      }
      expect((await nodes).map(({ value }) => (value ? String(value) : value))).toEqual([
        undefined,
        '1',
        '2',
        undefined,
        '3',
      ]);
      expect((await children).map(({ kind, names }) => (kind === 'present' ? names : kind)).slice(0, 3)).toEqual([
        'absent',
        [],
        ['c'],
      ]);
      await refusal(zk.getAllChildrenNumber('/n')).toMatchObject({ code: 'UNSUPPORTED', effect: 'none' });
    });
  }
);
