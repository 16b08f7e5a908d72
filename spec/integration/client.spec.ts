import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Observable, filter, firstValueFrom, take, toArray } from 'rxjs';
import { type SessionState, type ZooKeeper, connect, json, open } from '../../lib/index.js';
import { type FaultProxy, startFaultProxy } from '../helpers/faultProxy.js';
import type { RealServer } from '../helpers/realServer.js';
import { startZooKeeper } from '../helpers/zookeeperServer.js';
import { zookeeperIsFrom } from '../helpers/zookeeperUnderTest.js';

const data = (text: string) => Buffer.from(text);
const until = (zk: ZooKeeper, kind: SessionState['kind'], epoch?: number) =>
  firstValueFrom(
    zk.state$.pipe(filter((state) => state.kind === kind && (epoch === undefined || state.epoch === epoch)))
  );

describe('a client of ZooKeeper', () => {
  let server: RealServer;
  let proxy: FaultProxy;
  beforeAll(async () => {
    server = await startZooKeeper();
    proxy = await startFaultProxy(server);
  });
  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
  });

  it('reads what it wrote, and sees a watched node change, go and come back', async () => {
    await using zk = await open(server.connectString);
    const created = await firstValueFrom(zk.create('/life', data('1')));
    expect(await firstValueFrom(zk.get('/life'))).toMatchObject({
      value: data('1'),
      ...(zookeeperIsFrom(5) && { stat: created.stat }),
    });
    const seen = firstValueFrom(zk.watch('/life').pipe(take(4), toArray()));
    for (const change$ of [
      zk.set('/life', data('2')),
      zk.delete('/life'),
      zk.create('/life', data('3')),
    ] as Observable<unknown>[]) {
      await firstValueFrom(zk.sync());
      await firstValueFrom(change$);
    }
    expect((await seen).map((node) => (node.kind === 'present' ? String(node.value) : node.kind))).toEqual([
      '1',
      '2',
      'absent',
      '3',
    ]);
  });

  it('takes all or nothing of a transaction, and says which operation was refused', async () => {
    await using zk = await open(server.connectString);
    const [made, stat] = await firstValueFrom(
      zk.transaction().create('/tx').set('/tx', data('x')).check('/tx', { version: 1 }).commit()
    );
    expect([made.path, stat.version]).toEqual(['/tx', 1]);
    await expect(firstValueFrom(zk.transaction().delete('/tx').delete('/nowhere').commit())).rejects.toMatchObject({
      code: 'NO_NODE',
      index: 1,
      path: '/nowhere',
      effect: 'none',
    });
    expect(await firstValueFrom(zk.exists('/tx'))).not.toBeNull();
  });

  it('gives each of many reads of one turn its own value or error, in order with the writes between', async () => {
    await using zk = await open(server.connectString);
    await firstValueFrom(zk.create('/co', data('before')));
    const read = () => firstValueFrom(zk.get('/co')).then(({ value }) => String(value));
    const missing = () => firstValueFrom(zk.get('/co/none')).catch((error: { code: string }) => error.code);
    const reads = [read(), missing(), read()];
    const write = firstValueFrom(zk.set('/co', data('after')));
    reads.push(read(), missing(), firstValueFrom(zk.getChildren('/co')).then(String));
    await write;
    expect(await Promise.all(reads)).toEqual(['before', 'NO_NODE', 'before', 'after', 'NO_NODE', '']);
  });

  it('keeps its session and its watches over a link that is cut, and reads only what changed meanwhile', async () => {
    await using zk = await open(proxy.connectString, { sessionTimeout: 4000 });
    await using other = await open(server.connectString);
    await firstValueFrom(zk.create('/cut', data('{"n":1}')));
    await firstValueFrom(zk.create('/cut/e', null, { mode: 'ephemeral' }));
    const { id } = (await until(zk, 'connected')) as Extract<SessionState, { kind: 'connected' }>;
    const seen: unknown[] = [];
    zk.watch('/cut', { codec: json<{ n: number }>() }).subscribe(({ value, stale }) => seen.push([value?.n, stale]));
    await firstValueFrom(zk.sync());
    await firstValueFrom(zk.sync());
    proxy.refuse();
    proxy.cut();
    await until(zk, 'suspended');
    await firstValueFrom(other.set('/cut', data('{"n":2}')));
    await proxy.accept();
    expect(await until(zk, 'connected')).toMatchObject({ id, epoch: 1 });
    await firstValueFrom(zk.watch('/cut').pipe(filter(({ stale }) => !stale)));
    expect(seen).toEqual([
      [1, false],
      [1, true],
      [2, false],
    ]);
    expect(await firstValueFrom(zk.getEphemerals('/cut'))).toEqual(['/cut/e']);
  });

  it('notices a silent link within two thirds of the timeout, and begins a new session at its end', async () => {
    await using zk = await open(proxy.connectString, { sessionTimeout: 1500, backoff: { min: 10, max: 50 } });
    const kinds = firstValueFrom(zk.state$.pipe(take(5), toArray()));
    await firstValueFrom(zk.create('/quiet', null, { mode: 'ephemeral' }));
    const seen: unknown[] = [];
    zk.watch('/quiet').subscribe(({ kind, stale }) => seen.push([kind, stale]));
    await firstValueFrom(zk.sync());
    const stalledAt = performance.now();
    proxy.stall('both', 'drop');
    const pending = firstValueFrom(zk.set('/quiet', data('?')));
    pending.catch(() => undefined);
    await until(zk, 'suspended');
    const noticed = performance.now() - stalledAt;
    await expect(pending).rejects.toMatchObject({ layer: 'transport', effect: 'unknown' });
    const lost = await firstValueFrom(zk.expired$);
    const declared = performance.now() - stalledAt;
    await proxy.heal();
    await until(zk, 'connected', 2);
    expect(lost).toMatchObject({ reason: 'expired', epoch: 1 });
    expect(noticed).toBeLessThan(1500);
    expect(declared).toBeLessThan(2000);
    expect((await kinds).map(({ kind, epoch }) => `${kind} ${epoch}`)).toEqual([
      'connected 1',
      'suspended 1',
      'lost 1',
      'connecting 1',
      'connected 2',
    ]);
    await firstValueFrom(zk.watch('/quiet').pipe(filter(({ kind, stale }) => kind === 'absent' && !stale)));
    expect(seen.slice(0, 2)).toEqual([
      ['present', false],
      ['present', true],
    ]);
  });

  it('ends its session when it is left, and leaves it to a ticket when it is detached', async () => {
    await using other = await open(server.connectString);
    const subscription = connect(server.connectString).subscribe((zk) =>
      zk.create('/mine', null, { mode: 'ephemeral' }).subscribe()
    );
    await firstValueFrom(other.watch('/mine').pipe(filter(({ kind }) => kind === 'present')));
    subscription.unsubscribe();
    await firstValueFrom(other.watch('/mine').pipe(filter(({ kind }) => kind === 'absent')));

    const first = await open(server.connectString);
    await firstValueFrom(first.create('/mine', null, { mode: 'ephemeral' }));
    const ticket = await first.detach();
    await using second = await open(server.connectString, { ticket });
    expect((await firstValueFrom(second.exists('/mine')))?.ephemeralOwner).toBe(ticket.id);
    await expect(firstValueFrom(first.get('/mine'))).rejects.toMatchObject({ code: 'CLOSED', effect: 'none' });
  });
});
