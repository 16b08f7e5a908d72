import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { type ConnectOptions, type ZooKeeper, open } from '../../../lib/index.js';
import {
  type EmbeddedZooKeeper,
  type ZooKeeperFault,
  type ZooKeeperServerOptions,
  startZooKeeper,
} from '../../../lib/testing/index.js';
import { waitForValue } from '../../helpers/waitFor.js';

const started: AsyncDisposable[] = [];
afterEach(async () => {
  for (const it of started.splice(0).reverse()) await it[Symbol.asyncDispose]();
});

async function server(options: ZooKeeperServerOptions = {}): Promise<EmbeddedZooKeeper> {
  const it = await startZooKeeper(options);
  started.push(it);
  return it;
}

async function client(to: EmbeddedZooKeeper, options: ConnectOptions = {}): Promise<ZooKeeper & AsyncDisposable> {
  const it = await open(to.connectString, { sessionTimeout: 1000, ...options });
  started.push(it);
  return it;
}

const one = firstValueFrom;
const connected = (zk: ZooKeeper, epoch: number) =>
  waitForValue(zk.state$, (state) => state.kind === 'connected' && state.epoch === epoch);

describe('the embedded server', () => {
  it('listens on this machine alone, and shows its tree', async () => {
    const it = await server();
    expect(it.connectString).toMatch(/^127\.0\.0\.1:\d+$/);
    const zk = await client(it);
    await one(zk.create('/a', Buffer.from('x')));
    expect([...it.tree()].map(([path, { data }]) => [path, data && Buffer.from(data).toString()])).toEqual([
      ['/', ''],
      ['/a', 'x'],
    ]);
    expect([...it.tree('/zookeeper').keys()]).toEqual(['/zookeeper', '/zookeeper/quota', '/zookeeper/config']);
    expect(it.tree('/a').get('/a')?.stat).toEqual(await one(zk.exists('/a')));
  });

  it('refuses options that mean nothing, and names them', async () => {
    await expect(startZooKeeper({ version: '2.1' })).rejects.toMatchObject({ argument: 'options.version' });
    await expect(startZooKeeper({ tickTime: -1 })).rejects.toMatchObject({ argument: 'options.tickTime' });
    await expect(startZooKeeper({ prot: 1 } as ZooKeeperServerOptions)).rejects.toMatchObject({
      argument: 'options.prot',
    });
    const it = await server();
    await expect(startZooKeeper({ port: it.port })).rejects.toMatchObject({ code: 'LISTEN' });
  });

  it('ends a session that it is told to end, with its ephemerals; the client begins a new one', async () => {
    const it = await server();
    const zk = await client(it);
    await one(zk.create('/e', null, { mode: 'ephemeral' }));
    expect(it.expire(zk.ticket.id)).toBe(true);
    expect(it.tree().has('/e')).toBe(false);
    expect(it.expire(zk.ticket.id)).toBe(false);
    await connected(zk, 2);
  });

  it('ends a session that is not heard of, in whole ticks', async () => {
    const it = await server({ tickTime: 50 });
    const zk = await client(it, { sessionTimeout: 100 });
    await one(zk.create('/e', null, { mode: 'ephemeral' }));
    await zk.detach();
    const other = await client(it);
    await waitForValue(other.watch('/e'), (node) => node.kind === 'absent');
    expect(it.sessions).toEqual([other.ticket.id]);
  });

  it('keeps tree and sessions while it takes nobody in, and over a restart', async () => {
    const it = await server();
    const zk = await client(it);
    await one(zk.create('/e', null, { mode: 'ephemeral' }));
    const { id } = zk.ticket;
    const suspended = waitForValue(zk.state$, ({ kind }) => kind === 'suspended');
    await it.refuse();
    await suspended;
    await it.accept();
    await connected(zk, 1);
    await it.restart();
    await one(zk.get('/e', { read: 'sync' })).catch(() => one(zk.get('/e')));
    expect([zk.ticket.id, it.tree().has('/e')]).toEqual([id, true]);
  });

  it('hears nothing while it is paused, and goes on where it was', async () => {
    const it = await server();
    const zk = await client(it, { sessionTimeout: 5000 });
    it.pause();
    await expect(one(zk.exists('/', { timeout: 50 }))).rejects.toMatchObject({ code: 'TIMEOUT' });
    const late = one(zk.create('/late'));
    it.resume();
    expect((await late).path).toBe('/late');
  });

  it('serves readers alone while it has no quorum', async () => {
    const it = await server();
    const zk = await client(it, { readOnly: true });
    await one(zk.create('/a', Buffer.from('x')));
    it.readOnly = true;
    await waitForValue(zk.state$, (state) => state.kind === 'connected' && state.readOnly);
    expect(Buffer.from((await one(zk.get('/a'))).value!).toString()).toBe('x');
    await expect(one(zk.set('/a', Buffer.from('y')))).rejects.toMatchObject({ code: 'NOT_READ_ONLY' });
    it.readOnly = false;
    await waitForValue(zk.state$, (state) => state.kind === 'connected' && !state.readOnly);
    await one(zk.set('/a', Buffer.from('y')));
  });

  it('makes the faults that it is asked for, request by request', async () => {
    const faults = new Map<string, ZooKeeperFault>([
      ['/cut', 'cut'],
      ['/lost', 'cutAfter'],
      ['/no', { error: -102 }],
      ['/slow', { delay: 60 }],
    ]);
    const seen: string[] = [];
    const it = await server({
      faults: ({ operation, path = '' }) => {
        seen.push(operation);
        const fault = faults.get(path);
        faults.delete(path);
        return fault;
      },
    });
    const zk = await client(it, { coalesce: false });
    await expect(one(zk.create('/cut'))).rejects.toMatchObject({ effect: 'unknown' });
    await expect(one(zk.create('/lost'))).rejects.toMatchObject({ effect: 'unknown' });
    expect([it.tree().has('/cut'), it.tree().has('/lost')]).toEqual([false, true]);
    await expect(one(zk.exists('/no'))).rejects.toMatchObject({ code: 'NO_AUTH' });
    const order: string[] = [];
    await Promise.all(['/slow', '/fast'].map((path) => one(zk.exists(path)).then(() => order.push(path))));
    expect(order).toEqual(['/slow', '/fast']);
    expect(seen).toContain('create2');
  });

  it.each(['3.4.14', '3.5.10', '3.6.4', '3.7.2', '3.8.4', '3.9.3'])('is what clients of %s expect', async (version) => {
    const it = await server({ version });
    const zk = await client(it);
    expect(await one(zk.serverVersion())).toBe(version);
    await one(zk.create('/a', Buffer.from('1')));
    const values: string[] = [];
    const watching = zk
      .watch('/a')
      .subscribe((node) => node.kind === 'present' && values.push(Buffer.from(node.value!).toString()));
    await waitForValue(zk.watch('/a'));
    await one(zk.set('/a', Buffer.from('2')));
    await waitForValue(zk.watch('/a'), (node) => node.kind === 'present' && node.stat.version === 1);
    expect(values).toEqual(['1', '2']);
    watching.unsubscribe();
    const whoAmI = one(zk.whoAmI());
    if (version < '3.7') await expect(whoAmI).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    else expect(await whoAmI).toEqual([{ scheme: 'ip', user: '127.0.0.1' }]);
  });

  it('refuses what came later, and hangs up, as an old server does', async () => {
    const it = await server({ version: '3.4.14' });
    const zk = await client(it, { serverVersion: '3.9.0' });
    await expect(one(zk.whoAmI())).rejects.toMatchObject({ code: 'UNIMPLEMENTED' });
    await connected(zk, 1);
  });
});

describe('the data file of the embedded server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quorum-rx-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('brings back nodes, Stats, ACLs and sessions', async () => {
    const dataFile = join(folder, 'tree');
    const first = await server({ dataFile });
    const zk = await client(first, { auth: [{ scheme: 'digest', auth: Buffer.from('bob:secret') }] });
    await one(zk.create('/a', null));
    await one(zk.create('/a/mine', Buffer.from('x'), { acl: [{ permissions: 31, scheme: 'auth', id: '' }] }));
    await one(zk.create('/a/s-', null, { mode: 'ephemeralSequential' }));
    await one(zk.create('/a/ttl', Buffer.alloc(0), { mode: 'persistentWithTtl', ttl: 100_000 }));
    const { ticket } = zk;
    await first.stop();
    const second = await server({ dataFile });
    expect([...second.tree()]).toEqual([...first.tree()]);
    expect([second.sessions, second.zxid]).toEqual([[ticket.id], first.zxid]);
    const again = await client(second, { ticket });
    expect(await one(again.getEphemerals())).toEqual(['/a/s-0000000001']);
    expect(readdirSync(folder)).toEqual(['tree']);
  });

  it('is not believed when it is damaged, or something else', async () => {
    const dataFile = join(folder, 'damaged');
    await server({ dataFile })
      .then((it) => client(it))
      .then((zk) => one(zk.create('/a')));
    await Promise.all(started.splice(0).map((it) => it[Symbol.asyncDispose]()));
    const good = readFileSync(dataFile);
    good[good.length - 3]! ^= 1;
    writeFileSync(dataFile, good);
    await expect(startZooKeeper({ dataFile })).rejects.toMatchObject({
      code: 'BAD_DATA_FILE',
      message: expect.stringContaining('digest'),
    });
    writeFileSync(dataFile, 'shopping list');
    await expect(startZooKeeper({ dataFile })).rejects.toMatchObject({ code: 'BAD_DATA_FILE' });
  });
});
