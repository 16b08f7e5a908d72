import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { firstValueFrom } from 'rxjs';
import type { EtcdLease } from '../../../lib/etcd/recipes/etcdLease.js';
import { type Leadership, elect, proclaim, watchLeader } from '../../../lib/etcd/recipes/elect.js';
import { lock, readWriteLock, semaphore } from '../../../lib/etcd/recipes/lock.js';
import type { Etcd } from '../../../lib/etcd/v3/client/etcd.js';
import { open } from '../../../lib/etcd/v3/open.js';
import { acquire } from '../../../lib/lease/acquire.js';
import { whileHeld } from '../../../lib/lease/whileHeld.js';
import { type RealEtcdCluster, startRealEtcd } from '../../helpers/realEtcd.js';
import { waitFor } from '../../helpers/waitFor.js';

let cluster: RealEtcdCluster;
let etcd: Etcd & AsyncDisposable;
const programs = new Set<ChildProcessWithoutNullStreams>();

beforeAll(async () => {
  cluster = await startRealEtcd();
  etcd = await open(cluster.endpoints);
});
afterAll(async () => {
  for (const program of programs) program.kill('SIGKILL');
  await etcd?.close();
  await cluster?.stop();
});

const text = (value: string) => new TextEncoder().encode(value);

/** `etcdctl`, and the text that it prints. */
function etcdctl(...args: string[]) {
  const program = spawn('etcdctl', ['--endpoints', cluster.endpoints, ...args], {
    env: { ...process.env, ETCDCTL_API: '3' },
  });
  programs.add(program);
  let printed = '';
  program.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  return { printed: () => printed, interrupt: () => program.kill('SIGINT') };
}

/** A lock that is asked for. */
function asked<T extends EtcdLease>(lease$: { subscribe(observer: object): { unsubscribe(): void } }) {
  const held: T[] = [];
  const errors: unknown[] = [];
  const subscription = lease$.subscribe({
    next: (it: T) => held.push(it),
    error: (error: unknown) => errors.push(error),
  });
  return { held, errors, leave: () => subscription.unsubscribe() };
}

describe('lock', () => {
  it('is held by one at a time, first come first served, with tokens that grow', async () => {
    const first = asked(lock(etcd, 'locks/a'));
    await waitFor(() => first.held.length === 1);
    const second = asked(lock(etcd, 'locks/a', { data: text('second') }));
    await waitFor(async () => (await firstValueFrom(etcd.count({ prefix: 'locks/a/' }))) === 2);
    const third = asked(lock(etcd, 'locks/a'));
    await waitFor(async () => (await firstValueFrom(etcd.count({ prefix: 'locks/a/' }))) === 3);
    expect([second.held.length, third.held.length]).toEqual([0, 0]);
    second.leave(); // the third waits for the second, and then for the first
    await waitFor(async () => (await firstValueFrom(etcd.count({ prefix: 'locks/a/' }))) === 2);
    expect(third.held).toEqual([]);
    first.leave();
    await waitFor(() => third.held.length === 1);
    expect(third.held[0]!.token > first.held[0]!.token).toBe(true);
    expect(first.held[0]!.signal.aborted).toBe(true);
    third.leave();
    await waitFor(async () => (await firstValueFrom(etcd.count({ prefix: 'locks/a/' }))) === 0);
  });

  it('is not acquired in time when another holds it', async () => {
    await using _held = await acquire(lock(etcd, 'locks/b'));
    await expect(firstValueFrom(lock(etcd, 'locks/b', { timeout: 0 }))).rejects.toMatchObject({ code: 'NOT_ACQUIRED' });
    await expect(firstValueFrom(lock(etcd, 'locks/b', { timeout: 50 }))).rejects.toMatchObject({
      code: 'NOT_ACQUIRED',
    });
  });

  it('is lost when its key is deleted, and writes of the late holder are refused', async () => {
    const { held, errors } = asked(lock(etcd, 'locks/c'));
    const lease = await waitFor(() => held[0]);
    expect(
      await firstValueFrom(
        lease
          .transaction()
          .do((t) => t.put('guarded', text('1')))
          .commit()
      )
    ).toMatchObject({ succeeded: true });
    await firstValueFrom(etcd.delete(lease.key));
    await waitFor(() => errors.length === 1);
    expect(errors[0]).toMatchObject({ code: 'LEASE_LOST' });
    expect(lease.signal.aborted).toBe(true);
    const late = lease.transaction().do((t) => t.put('guarded', text('2')));
    expect(await firstValueFrom(late.commit())).toMatchObject({ succeeded: false });
  });

  it('is given back by whileHeld', async () => {
    const done = await firstValueFrom(lock(etcd, 'locks/d').pipe(whileHeld(({ token }) => [token])));
    expect(done).toBeGreaterThan(0n);
    await waitFor(async () => (await firstValueFrom(etcd.count({ prefix: 'locks/d/' }))) === 0);
  });

  it('contends with etcdctl, in both directions', async () => {
    const ours = asked(lock(etcd, 'locks/ctl'));
    await waitFor(() => ours.held.length === 1);
    const theirs = etcdctl('lock', 'locks/ctl');
    await waitFor(async () => (await firstValueFrom(etcd.count({ prefix: 'locks/ctl/' }))) === 2);
    expect(theirs.printed()).toBe('');
    ours.leave();
    await waitFor(() => theirs.printed().startsWith('locks/ctl/'));
    const again = asked(lock(etcd, 'locks/ctl'));
    await waitFor(async () => (await firstValueFrom(etcd.count({ prefix: 'locks/ctl/' }))) === 2);
    expect(again.held).toEqual([]);
    theirs.interrupt();
    await waitFor(() => again.held.length === 1);
    again.leave();
  });

  it('names a bad argument', async () => {
    await expect(firstValueFrom(lock(etcd, ''))).rejects.toMatchObject({ argument: 'name' });
    await expect(firstValueFrom(lock(etcd, 'a', { ttl: -1 }))).rejects.toMatchObject({ argument: 'options.ttl' });
    await expect(firstValueFrom(lock(etcd, 'a', { wait: 1 } as never))).rejects.toMatchObject({
      argument: 'options.wait',
    });
  });
});

describe('readWriteLock and semaphore', () => {
  it('lets readers in together, and a writer alone', async () => {
    const { read$, write$ } = readWriteLock(etcd, 'rw');
    const readers = [asked(read$), asked(read$)];
    await waitFor(() => readers.every(({ held }) => held.length === 1));
    const writer = asked(write$);
    await waitFor(async () => (await firstValueFrom(etcd.count({ prefix: 'rw/' }))) === 3);
    const late = asked(read$); // behind the writer
    await waitFor(async () => (await firstValueFrom(etcd.count({ prefix: 'rw/' }))) === 4);
    readers[0]!.leave();
    readers[1]!.leave();
    await waitFor(() => writer.held.length === 1);
    expect(late.held).toEqual([]);
    writer.leave();
    await waitFor(() => late.held.length === 1);
    late.leave();
  });

  it('lets as many in as there are leases', async () => {
    const all = [1, 2, 3].map(() => asked(semaphore(etcd, 'sem', 2)));
    await waitFor(() => all.filter(({ held }) => held.length === 1).length === 2);
    await waitFor(async () => (await firstValueFrom(etcd.count({ prefix: 'sem/' }))) === 3);
    const waiting = all.find(({ held }) => held.length === 0)!;
    all.find(({ held }) => held.length === 1)!.leave();
    await waitFor(() => waiting.held.length === 1);
    for (const it of all) it.leave();
  });
});

describe('elect', () => {
  it('has one leader, whom others see, and who can proclaim', async () => {
    const roles: Leadership[] = [];
    const seen: (string | undefined)[] = [];
    const watching = watchLeader(etcd, 'election').subscribe((leader) =>
      seen.push(leader && new TextDecoder().decode(leader.data))
    );
    const standing = elect(etcd, 'election', { data: text('ours') }).subscribe((it) => roles.push(it));
    await waitFor(() => roles.at(-1)?.role === 'leader');
    await waitFor(() => seen.at(-1) === 'ours');
    const { lease } = roles.at(-1) as Extract<Leadership, { role: 'leader' }>;
    expect(await firstValueFrom(proclaim(lease, text('ours, too')))).toBe(true);
    await waitFor(() => seen.at(-1) === 'ours, too');
    const theirs = etcdctl('elect', 'election', 'theirs');
    await waitFor(async () => (await firstValueFrom(etcd.count({ prefix: 'election/' }))) === 2);
    standing.unsubscribe();
    await waitFor(() => theirs.printed().includes('theirs'));
    await waitFor(() => seen.at(-1) === 'theirs');
    const after: Leadership[] = [];
    const again = elect(etcd, 'election').subscribe((it) => after.push(it));
    await waitFor(() => after.some((it) => it.role === 'candidate' && it.ahead.length === 1));
    theirs.interrupt();
    await waitFor(() => after.at(-1)?.role === 'leader');
    again.unsubscribe();
    watching.unsubscribe();
  });
});
