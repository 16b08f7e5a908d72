import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Observable, firstValueFrom } from 'rxjs';
import { bytes, json } from '../../../../lib/core/codecs.js';
import type { EtcdV2 } from '../../../../lib/etcd/v2/client/etcdV2.js';
import { openV2 } from '../../../../lib/etcd/v2/openV2.js';
import { memberChange } from '../../../helpers/memberChange.js';
import { V2_SERVERS, type V2Server } from '../../../helpers/v2Servers.js';

const now = <T>(value$: Observable<T>): Promise<T> => firstValueFrom(value$);

describe.each(V2_SERVERS)('a client of etcd v2 at %s', (_, isOverV3, start) => {
  let server: V2Server;
  let etcd: EtcdV2 & AsyncDisposable;
  beforeAll(async () => {
    server = await start();
    etcd = await server.open();
  });
  afterAll(async () => {
    await etcd?.close();
    await server?.stop();
  });

  it('writes and reads keys', async () => {
    const first = await now(etcd.set('kv/a', 'one'));
    expect(first).toMatchObject({ action: 'set', created: true, node: { key: '/kv/a', value: 'one', dir: false } });
    expect(first.prevNode).toBeUndefined();
    expect(first.etcdIndex).toBe(first.node?.modifiedIndex);
    expect(first.clusterId).toMatch(isOverV3 ? /^$/ : /^[0-9a-f]+$/);
    expect(await now(etcd.set('/kv//a/', 'two'))).toMatchObject({ created: false, prevNode: { value: 'one' } });
    expect(await now(etcd.get('kv/a', { quorum: true }))).toMatchObject({ value: 'two' });
    expect(await now(etcd.get('kv/none'))).toBeUndefined();
    expect(await now(etcd.get('kv/a/below'))).toBeUndefined();
    expect(await now(etcd.exists('kv/a'))).toBe(true);
    expect(await now(etcd.exists('kv/a/below'))).toBe(false);
    await expect(now(etcd.read('kv/none'))).rejects.toMatchObject({
      ...{ layer: 'server', code: 'KEY_NOT_FOUND', number: 100, effect: 'none', operation: 'read', path: '/kv/none' },
      ...{ words: 'Key not found', reason: '/kv/none', etcdIndex: expect.any(Number) },
      message: 'read /kv/none: Key not found (/kv/none)',
    });
  });

  it('keeps every character of a key and of a value', async () => {
    const value = ' €é😀\u0000+%&=;\n"';
    for (const key of ['what?now', 'sp ace', '€', 'a%2Fb', 'a;b&c=d+e#f', '😀', "!'()*~"]) {
      expect((await now(etcd.set(`odd/${key}`, value))).node?.key).toBe(`/odd/${key}`);
      expect((await now(etcd.get(`odd/${key}`)))?.value).toBe(value);
    }
    expect((await now(etcd.get('odd')))?.nodes).toHaveLength(7);
  });

  it('creates, updates, and swaps', async () => {
    const { node } = await now(etcd.create('cas', 'one'));
    await expect(now(etcd.create('cas', 'two'))).rejects.toMatchObject({ code: 'NODE_EXIST', number: 105 });
    await expect(now(etcd.update('casnone', 'x'))).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' });
    expect(await now(etcd.update('cas', 'two'))).toMatchObject({ action: 'update', prevNode: { value: 'one' } });
    const swap = (condition: object) => now(etcd.compareAndSwap('cas', 'three', condition));
    await expect(swap({ prevIndex: node!.modifiedIndex })).rejects.toMatchObject({
      code: 'TEST_FAILED',
      reason: expect.stringMatching(/^\[\d+ != \d+\]$/),
    });
    await expect(swap({ prevValue: 'two', prevIndex: node!.modifiedIndex })).rejects.toMatchObject({
      code: 'TEST_FAILED',
    });
    expect(await swap({ prevValue: 'two', prevExist: true })).toMatchObject({ action: 'compareAndSwap' });
    await expect(now(etcd.compareAndDelete('cas', { prevValue: 'two' }))).rejects.toMatchObject({
      code: 'TEST_FAILED',
    });
    expect(await now(etcd.compareAndDelete('cas', { prevValue: 'three' }))).toMatchObject({
      action: 'compareAndDelete',
      prevNode: { value: 'three' },
    });
  });

  it('lets keys expire', async () => {
    const { node } = await now(etcd.set('ttl', 'x', { ttl: 100 }));
    expect(node).toMatchObject({ ttl: 100 });
    if (!isOverV3) expect(node?.expiration?.getTime()).toBeGreaterThan(Date.now());
    expect((await now(etcd.refresh('ttl', 200))).node).toMatchObject({ ttl: 200, value: 'x' });
    expect((await now(etcd.updateTtl('ttl', 300))).node).toMatchObject({ ttl: 300, value: 'x' });
    expect((await now(etcd.updateTtl('ttl', undefined))).node?.ttl).toBeUndefined();
    expect((await now(etcd.get('ttl')))?.expiration).toBeUndefined();
    await expect(now(etcd.refresh('nottl', 1))).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' });
    await expect(now(etcd.updateTtl('nottl', 1))).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' });
  });

  it('makes, lists and removes directories', async () => {
    expect(await now(etcd.mkdir('d'))).toMatchObject({ created: true, node: { dir: true, key: '/d' } });
    await expect(now(etcd.mkdir('d'))).rejects.toMatchObject({ code: 'NODE_EXIST' });
    await now(etcd.set('d/z', '1'));
    await now(etcd.set('d/sub/y', '2'));
    await now(etcd.set('d/_hidden', '3'));
    const { node } = await now(etcd.read('d', { recursive: true, sorted: true }));
    expect(node).toMatchObject({
      nodes: [{ key: '/d/sub', dir: true, nodes: [{ key: '/d/sub/y', value: '2' }] }, { key: '/d/z' }],
    });
    expect((await now(etcd.get('d/_hidden')))?.value).toBe('3');
    await expect(now(etcd.delete('d'))).rejects.toMatchObject({ code: 'NOT_FILE' });
    await expect(now(etcd.rmdir('d'))).rejects.toMatchObject({ code: 'DIR_NOT_EMPTY' });
    expect(await now(etcd.rmdir('d', { recursive: true }))).toMatchObject({ action: 'delete' });
    await expect(now(etcd.rmdir('d'))).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' });
    expect(await now(etcd.get('/'))).toMatchObject({ key: '/', dir: true });
    await expect(now(etcd.delete('/', { recursive: true }))).rejects.toMatchObject({ code: 'ROOT_READ_ONLY' });
  });

  it('creates keys in order', async () => {
    const keys: string[] = [];
    for (const value of ['a', 'b', 'c']) keys.push((await now(etcd.createInOrder('queue', value))).node!.key);
    expect(keys).toEqual([...keys].sort());
    expect(keys[0]).toMatch(/^\/queue\/\d{20}$/);
    await now(etcd.set('file', 'x'));
    await expect(now(etcd.createInOrder('file', 'x'))).rejects.toMatchObject({ code: 'NOT_DIR' });
  });

  it('leaves out a large value where that is wished', async () => {
    const value = 'x'.repeat(2 ** 20);
    expect((await now(etcd.set('big', value, { noValueOnSuccess: true }))).node).toBeUndefined();
    expect((await now(etcd.get('big')))?.value).toHaveLength(2 ** 20);
    await expect(now(etcd.set('big', 'x'.repeat(11 * 2 ** 20)))).rejects.toMatchObject({
      code: 'TOO_LARGE',
      layer: 'usage',
    });
  });

  it('has codecs for values, and refuses bytes that are no text', async () => {
    const typed = etcd.with({ value: json<{ n: number }>() });
    await now(typed.set('json', { n: 1 }));
    expect((await now(etcd.get('json')))?.value).toBe('{"n":1}');
    expect((await now(typed.get('json')))?.value).toEqual({ n: 1 });
    await now(etcd.set('json', 'oops'));
    await expect(now(typed.get('json'))).rejects.toMatchObject({ code: 'BAD_VALUE', path: '/json', operation: 'get' });
    const pixels = new Uint8Array([0, 0xff, 0xfe]);
    await expect(now(etcd.with({ value: bytes }).set('bin', pixels))).rejects.toMatchObject({ code: 'BAD_VALUE' });
    const binary = etcd.with({ value: bytes, encoding: 'base64' });
    await now(binary.set('bin', pixels));
    expect(Buffer.from((await now(binary.get('bin')))!.value!)).toEqual(Buffer.from(pixels));
    await now(etcd.set('bin', '***'));
    await expect(now(binary.get('bin'))).rejects.toMatchObject({ code: 'BAD_VALUE' });
  });

  it('tells versions, health and members', async () => {
    expect(await now(etcd.version())).toEqual({
      server: server.version,
      cluster: server.version.replace(/\d+$/, '0'),
    });
    expect(await now(etcd.health())).toBe(true);
    const [member] = await now(etcd.members.list());
    expect(member).toMatchObject({ name: 'n1', clientUrls: [`http://${server.endpoint}`] });
    expect(await now(etcd.members.leader())).toEqual(member);
    await expect(now(etcd.members.add(['127.0.0.1:1']))).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(memberChange(etcd.members.add(member!.peerUrls), etcd.set('settled', ''))).rejects.toMatchObject({
      code: 'CONFLICT',
      number: 409,
    });
    await expect(now(etcd.members.remove('1234'))).rejects.toMatchObject({ code: 'NOT_FOUND', number: 404 });
  });

  it('tells statistics, or that there are none', async () => {
    if (isOverV3) {
      for (const what of ['leader', 'self', 'store'] as const)
        await expect(now<unknown>(etcd.statistics[what]())).rejects.toMatchObject({
          ...{ code: 'UNSUPPORTED', layer: 'server', effect: 'none', operation: `statistics.${what}` },
        });
      return;
    }
    const { id } = await now(etcd.members.leader());
    expect(await now(etcd.statistics.leader())).toEqual({ leader: id, followers: {} });
    expect(await now(etcd.statistics.self())).toMatchObject({ name: 'n1', state: 'StateLeader', id });
    expect((await now(etcd.statistics.store()))['setsSuccess']).toBeGreaterThan(0);
  });

  it('reports a bad argument by its name, on the error channel', async () => {
    const bad = [
      [etcd.get(1 as never), 'key'],
      [etcd.set('a/../b', 'x'), 'key'],
      [etcd.set('./b', 'x'), 'key'],
      [etcd.set('\ud800', 'x'), 'key'],
      [etcd.get('a', { quorum: 1 as never }), 'options.quorum'],
      [etcd.get('a', { wait: true } as never), 'options.wait'],
      [etcd.get('a', { timeout: 0 }), 'options.timeout'],
      [etcd.set('a', 'x', { ttl: -1 }), 'options.ttl'],
      [etcd.set('a', 'x', { ttl: 1.5 }), 'options.ttl'],
      [etcd.set('a', 'x', { noValueOnSuccess: 'yes' as never }), 'options.noValueOnSuccess'],
      [etcd.compareAndSwap('a', 'x', {}), 'condition'],
      [etcd.compareAndSwap('a', 'x', { prevValue: '' }), 'condition.prevValue'],
      [etcd.compareAndSwap('a', 'x', { prevIndex: 0 }), 'condition.prevIndex'],
      [etcd.compareAndSwap('a', 'x', { previous: 'y' } as never), 'condition.previous'],
      [etcd.compareAndDelete('a', { prevExist: true } as never), 'condition.prevExist'],
      [etcd.refresh('a', -1), 'ttl'],
      [etcd.updateTtl('a', -1), 'ttl'],
      [etcd.events('a', { after: -1 }), 'options.after'],
      [etcd.events('a', { recursive: 1 as never }), 'options.recursive'],
      [etcd.wait('a', { waitIndex: 0 }), 'options.waitIndex'],
      [etcd.watch(1 as never), 'key'],
      [etcd.watchTree('..'), 'directory'],
      [etcd.members.add([]), 'peerUrls'],
      [etcd.members.remove('xyz'), 'id'],
      [etcd.auth.getUser('..'), 'user'],
      [etcd.auth.createRole('r', { raed: [] } as never), 'permissions.raed'],
    ] as const;
    for (const [request$, argument] of bad)
      await expect(now(request$ as Observable<unknown>)).rejects.toMatchObject({ layer: 'usage', argument });
    expect(() => etcd.with({ encoding: 'hex' as never })).toThrow('options.encoding');
    expect(() => etcd.with({ value: 'json' as never })).toThrow('options.value');
    await expect(now(etcd.set('a', 1 as never))).rejects.toMatchObject({ code: 'BAD_VALUE' });
  });

  it('ends calls that are aborted, late, or of a closed client', async () => {
    const aborted = AbortSignal.abort('no');
    await expect(now(etcd.get('a', { signal: aborted }))).rejects.toMatchObject({ code: 'ABORTED', effect: 'none' });
    await expect(now(etcd.wait('a', { signal: aborted }))).rejects.toMatchObject({ code: 'ABORTED' });
    const own = await server.open();
    const waiting = expect(now(own.wait('never'))).rejects.toMatchObject({ code: 'CLOSED' });
    await own.close();
    await waiting;
    await expect(now(own.get('a'))).rejects.toMatchObject({ code: 'CLOSED', layer: 'session' });
    expect(own.state).toEqual({ kind: 'closed' });
  });
});

describe('openV2', () => {
  it('refuses bad options', async () => {
    const options = [
      ['timeout', 0],
      ['user', { name: 'a:b', password: '' }],
      ['user', { name: 'a' }],
      ['prefix', 'v2'],
      ['prefix', '/v2/'],
      ['waitTimeout', 'x'],
      ['discover', 1],
      ['transport', 'http'],
      ['nonsense', 1],
    ] as const;
    for (const [name, value] of options)
      await expect(openV2('127.0.0.1:1', { [name]: value })).rejects.toMatchObject({
        layer: 'usage',
        argument: expect.stringContaining(`options.${name}`),
      });
    await expect(openV2('a/b')).rejects.toMatchObject({ argument: 'endpoints' });
  });
});
