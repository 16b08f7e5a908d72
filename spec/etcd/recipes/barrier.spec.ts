import { describe, expect, it } from '@jest/globals';
import { type Observable, concat, defer, firstValueFrom, lastValueFrom, of, switchMap, tap } from 'rxjs';
import { barrier } from '../../../lib/etcd/recipes/barrier.js';
import { type DoubleBarrierEntry, doubleBarrier } from '../../../lib/etcd/recipes/doubleBarrier.js';
import type { Etcd } from '../../../lib/etcd/v3/client/etcd.js';
import { etcdStage, heardOf } from '../../helpers/etcdStage.js';
import { isSettled } from '../../helpers/isSettled.js';
import { waitFor } from '../../helpers/waitFor.js';
import { withRealEtcd } from '../../helpers/withRealEtcd.js';

describe('with a real etcd', () => {
  let etcd: Etcd;
  withRealEtcd({}, (client) => {
    etcd = client;
  });

  it('a barrier holds back until it is lifted, and is a key as clientv3 makes it', async () => {
    const gate = barrier(etcd, 'gate');
    await lastValueFrom(gate.passed$, { defaultValue: undefined });
    await firstValueFrom(gate.raise());
    await firstValueFrom(gate.raise());
    expect(await firstValueFrom(etcd.get('gate'))).toMatchObject({ value: new Uint8Array(0), version: 1, lease: 0n });
    const waiting = lastValueFrom(gate.passed$, { defaultValue: undefined });
    expect(await isSettled(waiting)).toBe(false);
    await firstValueFrom(gate.lift());
    await waiting;
    await firstValueFrom(gate.lift());
  });

  it('three programs begin together and end together, and leave nothing behind', async () => {
    const log: string[] = [];
    const enter = (name: string) =>
      doubleBarrier(etcd, 'race', 3, { data: Buffer.from(name) }).pipe(
        switchMap(({ left$ }) =>
          concat(
            defer(() => of(log.push('in'))),
            left$.pipe(tap({ complete: () => log.push('out') })),
            of('left')
          )
        )
      );
    const runs = ['a', 'b'].map((name) => firstValueFrom(enter(name).pipe(lastOf('left'))));
    await waitFor(async () => (await firstValueFrom(etcd.count({ prefix: 'race/waiters/' }))) === 2);
    expect(log).toEqual([]);
    runs.push(firstValueFrom(enter('c').pipe(lastOf('left'))));
    await Promise.all(runs);
    expect(log).toEqual(['in', 'in', 'in', 'out', 'out', 'out']);
    await waitFor(async () => (await firstValueFrom(etcd.count({ prefix: 'race/' }))) === 0);
  });
});

/** The first value that is this one. */
function lastOf(value: unknown) {
  return (source$: Observable<unknown>) => source$.pipe(switchMap((it) => (it === value ? [it] : [])));
}

describe('a barrier', () => {
  it('has been passed when it was lifted and raised while the line was cut', async () => {
    const { time, client, cluster } = etcdStage({ entries: { gate: '' } });
    const ours = client().etcd;
    const heard = heardOf((it) => barrier(ours, 'gate').passed$.subscribe(it));
    time.advance(10);
    expect(heard).toEqual([]);
    await cluster.refuse();
    await cluster.accept();
    const theirs = client().etcd;
    concat(barrier(theirs, 'gate').lift(), barrier(theirs, 'gate').raise()).subscribe();
    time.advance(2000);
    expect(heard).toEqual(['completed']);
    expect([...cluster.entries().keys()]).toEqual(['gate']);
  });

  it('has been passed when that was forgotten by a compaction meanwhile', async () => {
    const { time, client, cluster } = etcdStage({ entries: { gate: '' } });
    const { etcd } = client();
    const heard = heardOf((it) => barrier(etcd, 'gate').passed$.subscribe(it));
    time.advance(10);
    await cluster.refuse();
    time.advance(10);
    await cluster.accept();
    const other = client().etcd;
    concat(barrier(other, 'gate').lift(), barrier(other, 'gate').raise()).subscribe();
    time.advance(5);
    cluster.compact();
    time.advance(10_000);
    expect(heard).toEqual(['completed']);
  });

  it('is not passed when the client is closed', () => {
    const { time, client } = etcdStage({ entries: { gate: '' } });
    const { etcd, leave } = client();
    const heard = heardOf((it) => barrier(etcd, 'gate').passed$.subscribe(it));
    time.advance(10);
    leave();
    time.advance(10);
    expect(heard).toEqual(['CLOSED none']);
  });

  it('names a bad argument', async () => {
    const { etcd } = etcdStage().client();
    await expect(firstValueFrom(barrier(etcd, '').raise())).rejects.toMatchObject({ argument: 'name' });
    await expect(firstValueFrom(doubleBarrier(etcd, '', 2))).rejects.toMatchObject({ argument: 'name' });
    await expect(firstValueFrom(doubleBarrier(etcd, 'a', 0))).rejects.toMatchObject({ argument: 'count' });
  });
});

describe('a double barrier', () => {
  /** One program at the barrier: what it hears, and its way out. */
  function comer(etcd: Etcd, count: number) {
    let entry: DoubleBarrierEntry | undefined;
    const heard: string[] = [];
    const stay = doubleBarrier(etcd, 'race', count, { ttl: 3000 }).subscribe({
      next: (it) => heard.push(((entry = it), 'in')),
      error: ({ code }: { code: string }) => heard.push(code),
      complete: () => heard.push('completed'),
    });
    const leave = () =>
      entry!.left$.subscribe({
        error: ({ code }: { code: string }) => heard.push(code),
        complete: () => heard.push('out'),
      });
    return { heard, leave, go: () => stay.unsubscribe() };
  }

  it('does not count one who has left without a word, and lets later ones pass at once', () => {
    const { time, client, cluster } = etcdStage();
    const etcd = client().etcd;
    const first = comer(etcd, 2);
    time.advance(50);
    first.go();
    time.advance(50);
    const [second, third, fourth] = [comer(etcd, 2), comer(etcd, 2), comer(etcd, 2)];
    time.advance(100);
    expect([first, second, third, fourth].map(({ heard }) => heard.join())).toEqual(['', 'in', 'in', 'in']);
    for (const it of [second, third]) it.go();
    fourth.leave();
    time.advance(100);
    expect(fourth.heard).toEqual(['in', 'out']);
    expect(cluster.entries().size).toBe(0);
  });

  it('keeps the key of its round until the last has left; one who comes when too few are in waits', () => {
    const { time, client, cluster } = etcdStage();
    const { etcd } = client();
    const [a, b, c] = [comer(etcd, 3), comer(etcd, 3), comer(etcd, 3)];
    time.advance(100);
    for (const it of [a, b]) it.go();
    time.advance(100);
    const late = comer(etcd, 3);
    time.advance(100);
    expect(late.heard).toEqual([]);
    expect([...cluster.entries().keys()].filter((key) => key.endsWith('ready'))).toEqual(['race/ready']);
    for (const it of [c, late]) it.go();
    time.advance(100);
    expect(cluster.entries().size).toBe(0);
  });

  it('waits at its end for those who have lost their lease too, until they have come again and left', () => {
    const { time, client, cluster } = etcdStage();
    const [a, b] = [comer(client().etcd, 2), comer(client().etcd, 2)];
    time.advance(100);
    expect([a.heard, b.heard]).toEqual([['in'], ['in']]);
    const [lease] = [...cluster.leases.keys()];
    cluster.expireLease(lease!);
    a.leave();
    time.advance(5);
    time.advance(5000);
    b.leave();
    time.advance(100);
    expect([a.heard.at(-1), b.heard.at(-1)]).toEqual(['out', 'out']);
    expect([...cluster.entries().keys()]).toEqual([]);
  });

  it('is entered again with the next lease when one was lost while it waited', () => {
    const { time, client, cluster } = etcdStage();
    const a = comer(client().etcd, 2);
    time.advance(100);
    cluster.expireLease([...cluster.leases.keys()][0]!);
    expect(cluster.entries().size).toBe(0);
    time.advance(5000);
    expect(cluster.entries().size).toBe(1);
    const b = comer(client().etcd, 2);
    time.advance(100);
    expect([a.heard, b.heard]).toEqual([['in'], ['in']]);
  });

  it.each(['cut', 'cutAfter'] as const)('opens when the line is lost over each write once: %s', (fault) => {
    const { time, client, cluster, fail } = etcdStage();
    const met = new Set<string>();
    const lost = (it: string) => met.size !== met.add(it).size;
    let transactions = 0;
    fail(({ operation }) => {
      const isFirst = operation === 'txn' ? lost(`txn ${transactions++}`) && transactions % 2 === 1 : lost(operation);
      return ['txn', 'leaseGrant', 'deleteRange'].includes(operation) && isFirst ? fault : undefined;
    });
    const [a, b] = [comer(client().etcd, 2), comer(client().etcd, 2)];
    time.advance(20_000);
    expect([a.heard, b.heard]).toEqual([['in'], ['in']]);
    a.leave();
    b.leave();
    time.advance(20_000);
    expect([a.heard.at(-1), b.heard.at(-1)]).toEqual(['out', 'out']);
    expect(cluster.entries().size).toBe(0);
  });

  it('ends with CLOSED while it waits, and completes after it was entered, when the client is closed', () => {
    const { time, client } = etcdStage();
    const [one, two] = [client(), client()];
    const waiting = comer(one.etcd, 2);
    time.advance(100);
    one.leave();
    time.advance(100);
    const entered = comer(two.etcd, 1);
    time.advance(100);
    two.leave();
    time.advance(100);
    expect([waiting.heard, entered.heard]).toEqual([['CLOSED'], ['in', 'completed']]);
  });
});
