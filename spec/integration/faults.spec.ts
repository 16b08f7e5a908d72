import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:net';
import { filter, firstValueFrom, lastValueFrom, take, toArray } from 'rxjs';
import {
  type ConnectOptions,
  type CoordinationError,
  type SessionState,
  type ZooKeeper,
  connect,
  open,
} from '../../lib/index.js';
import { type FaultProxy, startFaultProxy } from '../helpers/faultProxy.js';
import { freePorts } from '../helpers/freePorts.js';
import type { RealServer } from '../helpers/realServer.js';
import { waitFor } from '../helpers/waitFor.js';
import { startZooKeeper } from '../helpers/zookeeperServer.js';
import { zookeeperIsFrom } from '../helpers/zookeeperUnderTest.js';

const one = firstValueFrom;
const data = (text: string) => Buffer.from(text);
const until = (zk: ZooKeeper, kind: SessionState['kind'], epoch?: number) =>
  one(zk.state$.pipe(filter((state) => state.kind === kind && (epoch === undefined || state.epoch === epoch))));
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: CoordinationError) => error
  );

let server: RealServer;
let proxy: FaultProxy;
const clients: AsyncDisposable[] = [];
beforeAll(async () => {
  server = await startZooKeeper();
  proxy = await startFaultProxy(server);
});
afterEach(async () => {
  await proxy.heal();
  for (const it of clients.splice(0)) await it[Symbol.asyncDispose]();
});
afterAll(async () => {
  await proxy?.stop();
  await server?.stop();
});

async function client(
  to: { readonly connectString: string } = proxy,
  options: ConnectOptions = {}
): Promise<ZooKeeper> {
  const zk = await open(to.connectString, {
    sessionTimeout: 4000,
    backoff: { min: 20, max: 100 },
    closeTimeout: 300,
    ...options,
  });
  clients.push(zk);
  return zk;
}

describe('a link to ZooKeeper', () => {
  it('may deliver its bytes one at a time', async () => {
    proxy.split(1);
    const zk = await client();
    await one(zk.create('/bytes', data('x'.repeat(300))));
    const all = await Promise.all([
      one(zk.get('/bytes')),
      one(zk.getChildren('/')),
      one(zk.exists('/none')),
      one(zk.set('/bytes', data('y'))),
    ]);
    expect([all[0].stat.dataLength, all[1].includes('bytes'), all[2], all[3].version]).toEqual([300, true, null, 1]);
  });

  it.each([20, 333, 1000])(
    'that breaks in the middle of a frame, %i bytes on, leaves no request without an end, and loses no reply',
    async (bytes) => {
      const zk = await client();
      const root = `/cut-${bytes}`;
      await one(zk.create(root));
      const broken = proxy.cutAfter(bytes, 'toClient');
      const ends = await Promise.all(
        Array.from({ length: 60 }, (_, i) =>
          i % 3 === 0 ? failure(one(zk.exists(`/x${i}`))) : failure(one(zk.create(`${root}/${i}`)))
        )
      );
      await broken;
      await until(zk, 'connected');
      const made = new Set(await one(zk.getChildren(root)));
      ends.forEach((error, i) => {
        if (error !== undefined)
          expect([i, error.layer, error.effect]).toEqual([i, 'transport', i % 3 === 0 ? 'none' : 'unknown']);
        else if (i % 3 !== 0) expect(made).toContain(String(i)); // acknowledged: it is there
      });
      expect(zk.state.epoch).toBe(1);
    }
  );

  it('that delivers in one direction only ends within two thirds of the timeout; the session goes on', async () => {
    const zk = await client(proxy, { sessionTimeout: 1500 });
    const since = performance.now();
    proxy.stall('toClient');
    await until(zk, 'suspended');
    const noticed = performance.now() - since;
    await proxy.heal();
    await until(zk, 'connected', 1);
    expect(noticed).toBeGreaterThan(450);
    expect(noticed).toBeLessThan(1500);
  });

  it('is found behind a port that refuses and one that never answers', async () => {
    const [refusing] = await freePorts(1);
    const mute = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
    await new Promise((done) => mute.once('listening', done));
    const address = mute.address() as { port: number };
    const zk = await client(
      { connectString: `127.0.0.1:${refusing},127.0.0.1:${address.port},${server.connectString}` },
      { connectTimeout: 300, random: () => 0.999 }
    );
    expect((await one(zk.exists('/')))?.version).toBe(0);
    mute.close();
  });
});

describe('a request to ZooKeeper', () => {
  it('whose reply is too large fails alone, and those beside it do not', async () => {
    const zk = await client(proxy, { maxReplyBytes: 5000, coalesce: false });
    await one(zk.create('/large', data('x'.repeat(6000))));
    const [before, large, after] = await Promise.all([
      failure(one(zk.exists('/large'))),
      failure(one(zk.get('/large'))),
      failure(one(zk.exists('/large'))),
    ]);
    expect([before, large?.code, large?.effect, after, zk.state.kind]).toEqual([
      undefined,
      'REPLY_TOO_LARGE',
      'none',
      undefined,
      'connected',
    ]);
  });

  it('that is too large is refused before a byte of it is sent', async () => {
    const zk = await client();
    await one(zk.sync());
    const { toServer } = proxy.bytes;
    expect(await failure(one(zk.create('/huge', Buffer.alloc(1_048_576))))).toMatchObject({
      code: 'TOO_LARGE',
      effect: 'none',
    });
    expect(proxy.bytes.toServer - toServer).toBeLessThan(100); // a ping may have gone
  });

  it('fails at once without a link, where that was asked for; and is never sent when it was taken back', async () => {
    const failing = await client(proxy, { offline: 'fail' });
    const waiting = await client();
    proxy.refuse();
    proxy.cut();
    await Promise.all([until(failing, 'suspended'), until(waiting, 'suspended')]);
    expect(await failure(one(failing.create('/offline')))).toMatchObject({ layer: 'transport', effect: 'none' });
    const taken = waiting.create('/taken-back').subscribe();
    const kept = one(waiting.create('/kept'));
    taken.unsubscribe();
    await proxy.accept();
    await kept;
    expect(await one(waiting.exists('/taken-back'))).toBeNull();
  });

  it('of a batch whose link breaks is answered, lost or retriable', async () => {
    const zk = await client(proxy, { maxInFlight: 2 });
    await one(zk.create('/batch'));
    const reply = zookeeperIsFrom(5) ? 88 : 32; // the first one, at least
    const cut = proxy.cutAfter(reply - 12, 'toClient');
    const outcomes = await one(
      zk.batch([zk.create('/batch/1'), zk.create('/batch/2'), zk.create('/batch/3'), zk.create('/batch/4')])
    );
    await cut;
    expect(outcomes.map(({ kind }) => kind)).toEqual(['lost', 'lost', 'retriable', 'retriable']);
    await until(zk, 'connected');
    expect((await one(zk.getChildren('/batch'))).every((name) => name < '3')).toBe(true);
  });
});

describe('a session with ZooKeeper', () => {
  it('that another client takes over costs the first one its link', async () => {
    const first = await client(server);
    const { ticket } = first;
    const second = await client(server, { ticket });
    await until(second, 'connected', 1);
    const moved = await Promise.race([
      until(first, 'lost').then(() => 'lost'),
      until(first, 'suspended').then(() => 'suspended'),
    ]);
    expect(['lost', 'suspended']).toContain(moved); // whoever attaches last has it; the server closes the other's link
  });

  it('that is closed from elsewhere is lost; its watches go on in the next one, without a gap', async () => {
    const zk = await client(server);
    await one(zk.create('/w', data('1')));
    const seen: string[] = [];
    const watching = zk
      .watch('/w')
      .subscribe((node) => node.kind === 'present' && !node.stale && seen.push(String(node.value)));
    await waitFor(() => seen.length === 1);
    const lost = one(zk.expired$);
    const thief = await open(server.connectString, { ticket: zk.ticket });
    await thief.close();
    expect(await lost).toMatchObject({ epoch: 1 });
    await until(zk, 'connected', 2);
    const other = await client(server);
    await one(other.set('/w', data('2')));
    await waitFor(() => seen.includes('2'));
    watching.unsubscribe();
  });

  it('that is lost ends the client, when it was asked to', async () => {
    const ended = failure(
      lastValueFrom(
        connect(server.connectString, { onExpiry: 'error', sessionTimeout: 4000 }).pipe(
          filter((zk) => {
            void until(zk, 'connected')
              .then(() => open(server.connectString, { ticket: zk.ticket }))
              .then((thief) => thief.close());
            return false;
          })
        ),
        { defaultValue: undefined }
      )
    );
    expect(await ended).toMatchObject({ code: 'EXPIRED', layer: 'session' });
  });
});

describe('watches on ZooKeeper', () => {
  const count = async () => Number(/Total watches:(\d+)/.exec(await server.command('wchs'))![1]);

  it('are shared by all who watch, and removed with the last of them', async () => {
    const zk = await client(server);
    const before = await count();
    const subscriptions = Array.from({ length: 10 }, () => zk.watch('/shared').subscribe());
    await waitFor(async () => (await count()) > before);
    expect((await count()) - before).toBe(1);
    for (const subscription of subscriptions) subscription.unsubscribe();
    if (zookeeperIsFrom(5)) await waitFor(async () => (await count()) === before); // else they stay until they fire
  });
});

describe('a server that comes back', () => {
  it('with its data finds the session, its ephemerals and its watches as they were', async () => {
    await using own = await startZooKeeper();
    const zk = await client(own, { sessionTimeout: 10_000 });
    await one(zk.create('/e', data('1'), { mode: 'ephemeral' }));
    const seen: unknown[] = [];
    zk.watch('/e').subscribe(({ kind, stale }) => seen.push([kind, stale]));
    await waitFor(() => seen.length === 1);
    const { id } = zk.ticket;
    await own.restart();
    await until(zk, 'connected', 1);
    await waitFor(() => seen.length === 3);
    expect([zk.ticket.id, seen]).toEqual([
      id,
      [
        ['present', false],
        ['present', true],
        ['present', false],
      ],
    ]);
  });

  it('without its data is waited for and reported; or taken as it is, where that was asked for', async () => {
    await using own = await startZooKeeper();
    const waiting = await client(own, { sessionTimeout: 20_000 });
    const renewing = await client(own, { sessionTimeout: 20_000, onDataLoss: 'renew' });
    await one(renewing.create('/gone', data('x')));
    await one(waiting.sync());
    await one(waiting.exists('/gone'));
    const nodes = one(
      renewing.watch('/gone').pipe(
        filter(({ stale }) => !stale),
        take(2),
        toArray()
      )
    );
    await one(renewing.sync());
    const reported = one(waiting.diagnostics$.pipe(filter(({ kind }) => kind === 'zxid-ahead')));
    const lost = one(renewing.expired$);
    await own.kill();
    own.wipe();
    await own.start();
    expect(await lost).toMatchObject({ reason: 'data-loss' });
    await until(renewing, 'connected', 2);
    expect((await nodes).map(({ kind }) => kind)).toEqual(['present', 'absent']);
    expect(await reported).toMatchObject({ kind: 'zxid-ahead' });
    expect(waiting.state.kind).toBe('suspended');
  });
});
