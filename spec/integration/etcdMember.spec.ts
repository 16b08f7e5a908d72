import { describe, expect, it } from '@jest/globals';
import { request } from 'node:http';
import { firstValueFrom, forkJoin } from 'rxjs';
import { utf8 } from '../../lib/core/codecs.js';
import { type Etcd, open } from '../../lib/etcd/index.js';
import { startFaultProxy } from '../helpers/faultProxy.js';
import { fastTime } from '../helpers/fastTime.js';
import { type RealEtcd, startRealEtcd } from '../helpers/realEtcd.js';
import { waitFor } from '../helpers/waitFor.js';

const data = new Uint8Array(1);
const put = (etcd: Etcd, key: string, value = data) => firstValueFrom(etcd.put(key, value));

/** How often a member was asked for a procedure. */
function asked({ host, port }: RealEtcd, procedure: string): Promise<number> {
  const counter = new RegExp(`grpc_server_started_total{.*grpc_method="${procedure}".*} (\\d+)`);
  return new Promise((done, failed) => {
    const metrics = request({ host, port, path: '/metrics' }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('end', () => done(Number(counter.exec(text)?.[1] ?? 0)));
    });
    metrics.on('error', failed).end();
  });
}

describe.each(['grpc', 'gateway'] as const)('a client of etcd 3.4 over %s', (transport) => {
  it('shows all keys, and goes on, when events were compacted away while its line was cut', async () => {
    await using cluster = await startRealEtcd();
    const proxy = await startFaultProxy(cluster.members[0]!);
    await using admin = await open(cluster.endpoints);
    await using etcd = await open(`127.0.0.1:${proxy.port}`, { transport, backoff: { min: 5, max: 50 } });
    const seen: string[] = [];
    const shown: (readonly string[] | undefined)[] = [];
    const stale: boolean[] = [];
    let lost = 0;
    etcd.diagnostics$.subscribe(({ kind }) => (lost += Number(kind === 'link-lost')));
    await put(admin, 'c/a');
    etcd.events({ prefix: 'c/' }).subscribe((it) => {
      const keys = it.kind === 'changes' ? it.changes.map(({ key }) => key) : it.entries.map(({ key }) => key);
      seen.push(`${it.kind} ${keys.join()}`);
    });
    etcd.watchPrefix('c/').subscribe((it) => {
      stale.push(it.stale);
      shown.push(it.kind === 'present' ? [...it.entries.keys()] : undefined);
    });
    await waitFor(async () => shown.length > 0 && (await put(admin, 'c/b'), seen.length > 0));
    proxy.refuse();
    proxy.cut();
    await waitFor(() => stale.at(-1) && lost > 3);
    expect(stale.filter((it) => it)).toHaveLength(1);
    await put(admin, 'c/c');
    await firstValueFrom(admin.delete('c/a'));
    const { revision } = await put(admin, 'c/d');
    await firstValueFrom(admin.compact(revision));
    const before = seen.length;
    await proxy.accept();
    await waitFor(() => seen.length > before);
    expect(seen[before]).toBe('resync c/b,c/c,c/d');
    await waitFor(() => !stale.at(-1) && shown.at(-1)?.join() === 'c/b,c/c,c/d');
    await put(admin, 'c/e');
    await waitFor(() => seen.length === before + 2);
    expect(seen.at(-1)).toBe('changes c/e');
    await etcd.close();
    await proxy.stop();
  });

  it('has a typed refusal when the member has no space, reads on, and writes when there is space', async () => {
    await using cluster = await startRealEtcd({ args: ['--quota-backend-bytes', String(4 * 2 ** 20)] });
    await using etcd = await open(cluster.endpoints, { transport });
    const fill = async () => {
      for (let i = 0; i < 100; i++) await put(etcd, 'big', new Uint8Array(500_000));
    };
    const full = { code: 'NO_SPACE', layer: 'server', effect: 'none', operation: 'put', path: 'big' };
    await expect(fill()).rejects.toMatchObject(full);
    await expect(put(etcd, 'small')).rejects.toMatchObject({ code: 'NO_SPACE' });
    expect(await firstValueFrom(etcd.get('big'))).toMatchObject({ key: 'big' });
    const alarms = await firstValueFrom(etcd.maintenance.alarms.list());
    expect(alarms).toMatchObject([{ alarm: 'no-space' }]);
    const { modRevision } = (await firstValueFrom(etcd.get('big')))!;
    await firstValueFrom(etcd.compact(modRevision, { physical: true }));
    await firstValueFrom(etcd.maintenance.defragment());
    await firstValueFrom(etcd.maintenance.alarms.disarm(alarms[0]!));
    await put(etcd, 'small');
    expect(await firstValueFrom(etcd.maintenance.alarms.list())).toEqual([]);
  });

  it('asks for one new token when many requests find that theirs has run out, and its watches go on', async () => {
    await using cluster = await startRealEtcd({
      args: ['--auth-token-ttl', '1', '--logger', 'zap', '--log-level', 'info'],
    });
    const member = cluster.members[0]!;
    await using admin = await open(cluster.endpoints);
    await firstValueFrom(admin.auth.users.add('root', 'r'));
    await firstValueFrom(admin.auth.roles.add('root'));
    await firstValueFrom(admin.auth.users.grantRole('root', 'root'));
    await firstValueFrom(admin.auth.enable());
    const user = { name: 'root', password: 'r' };
    await using writer = await open(cluster.endpoints, { user });
    await using etcd = await open(cluster.endpoints, { transport, user, coalesce: 1 });
    const seen: string[] = [];
    etcd.events({ prefix: '' }).subscribe((it) => it.kind === 'changes' && seen.push(it.changes[0]!.key));
    await waitFor(async () => (await put(writer, 'first'), seen.length > 0));
    const deleted = () => member.log().match(/deleted a simple token/g)?.length ?? 0;
    await waitFor(() => deleted() >= 2, { what: 'the end of both tokens' });
    const before = await asked(member, 'Authenticate');
    const requests = Array.from({ length: 30 }, (_, i) => etcd.with({ value: utf8 }).put(`k${i}`, 'x'));
    await firstValueFrom(forkJoin(requests));
    expect(await asked(member, 'Authenticate')).toBe(before + 1);
    await waitFor(() => new Set(seen).size === 31);
  });
});

describe('a client of etcd 3.4 that watches and hears nothing', () => {
  /** Ten times as fast: a sign of life after 600 ms, and not within 550 ms. */
  const join = (cluster: { readonly endpoints: string }) =>
    open(cluster.endpoints, { scheduler: fastTime(10), heartbeat: 6000, timeout: 60_000 });

  it('asks for signs of life no more often than the server wants, also when requests time out', async () => {
    await using cluster = await startRealEtcd({ args: ['--grpc-keepalive-min-time', '500ms'] });
    await using etcd = await join(cluster);
    const lost: string[] = [];
    etcd.diagnostics$.subscribe((it) => it.kind === 'link-lost' && lost.push(it.error.message));
    etcd.events('nothing').subscribe();
    await firstValueFrom(etcd.get('a'));
    const begun = etcd.scheduler.now();
    await waitFor(async () => {
      await expect(firstValueFrom(etcd.get('a', { timeout: 1 }))).rejects.toMatchObject({ code: 'TIMEOUT' });
      return etcd.scheduler.now() > begun + 60_000; // seven questions; three of them too early were too many
    });
    expect(lost).toEqual([]);
  });

  it('asks half as often when the server says that it asks too often, and sees every event', async () => {
    await using cluster = await startRealEtcd({ args: ['--grpc-keepalive-min-time', '1s'] });
    await using admin = await open(cluster.endpoints);
    await using etcd = await join(cluster);
    const lost: string[] = [];
    const seen: number[] = [];
    etcd.diagnostics$.subscribe((it) => it.kind === 'link-lost' && lost.push(it.error.message));
    const { revision } = await put(admin, 'k');
    etcd.events('k', { from: revision }).subscribe((it) => seen.push(it.revision));
    await waitFor(() => lost.length === 1);
    expect(lost).toEqual(['the server said goodbye with 11 too_many_pings']);
    await put(admin, 'k');
    await waitFor(() => seen.length === 2);
    const asking = etcd.scheduler.now();
    await waitFor(() => etcd.scheduler.now() > asking + 60_000); // five questions, once more as many as were too many
    expect([lost.length, seen]).toEqual([1, [revision, revision + 1]]);
  });
});
