import { describe, expect, it } from '@jest/globals';
import {
  NEVER,
  Observable,
  concatMap,
  defer,
  firstValueFrom,
  lastValueFrom,
  mergeMap,
  of,
  range,
  repeat,
  take,
  tap,
  timer,
  toArray,
} from 'rxjs';
import { consume } from '../../../lib/etcd/recipes/consume.js';
import { enqueue } from '../../../lib/etcd/recipes/enqueue.js';
import { simpleQueue } from '../../../lib/etcd/recipes/simpleQueue.js';
import type { Etcd } from '../../../lib/etcd/v3/client/etcd.js';
import { bytesOf, etcdStage, mistakeOf, heardOf, textOf } from '../../helpers/etcdStage.js';
import { waitFor } from '../../helpers/waitFor.js';
import { withRealEtcd } from '../../helpers/withRealEtcd.js';

const text = ({ data }: { readonly data: Uint8Array }) => textOf(data);

describe('with a real etcd', () => {
  let etcd: Etcd;
  withRealEtcd({}, (client) => {
    etcd = client;
  });
  const keys = async (prefix: string) => (await firstValueFrom(etcd.keys({ prefix }))).entries;

  it('a simple queue gives its items in the order in which they came, each once', async () => {
    const queue = simpleQueue(etcd, 'mails');
    await lastValueFrom(range(0, 30).pipe(concatMap((i) => queue.put(bytesOf(String(i))))));
    const taker$ = queue.take().pipe(repeat(10), toArray());
    const all = await Promise.all([1, 2, 3].map(() => firstValueFrom(taker$)));
    for (const items of all) {
      const numbers = items.map((item) => Number(text(item)));
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }
    expect(new Set(all.flat().map(text)).size).toBe(30);
    expect(await keys('mails/')).toEqual([]);
    expect(await firstValueFrom(queue.take({ timeout: 0 }), { defaultValue: 'none' })).toBe('none');
    expect(await firstValueFrom(queue.take({ timeout: 20 }), { defaultValue: 'none' })).toBe('none');
    const waiting = firstValueFrom(queue.take());
    await firstValueFrom(queue.put(bytesOf('late')));
    expect(text(await waiting)).toBe('late');
  });

  it('a queue in order of priority has the keys of clientv3, and never gives a number twice', async () => {
    const queue = simpleQueue(etcd, 'prio', { order: 'priority' });
    const put = (data: string, priority: number) => firstValueFrom(queue.put(bytesOf(data), { priority }));
    expect(await put('c', 70)).toBe('00070/0000000000000000');
    await Promise.all(['a1', 'a2', 'a3'].map((data) => put(data, 7)));
    await put('b', 8);
    expect(await keys('prio/')).toEqual([
      'prio/00007/0000000000000000',
      'prio/00007/0000000000000001',
      'prio/00007/0000000000000002',
      'prio/00008/0000000000000000',
      'prio/00070/0000000000000000',
    ]);
    expect(await keys('__prio')).toEqual(['__prio/00007', '__prio/00008', '__prio/00070']);
    const order = (await firstValueFrom(queue.take().pipe(repeat(5), toArray()))).map(text);
    expect(order.slice(0, 3).toSorted()).toEqual(['a1', 'a2', 'a3']);
    expect(order.slice(3)).toEqual(['b', 'c']);
    await firstValueFrom(queue.put(bytesOf('default')));
    expect(await keys('prio/')).toEqual(['prio/00100/0000000000000000']);
  });

  it('three who work off a queue do each item once, and leave nothing behind', async () => {
    await lastValueFrom(range(0, 40).pipe(mergeMap((i) => enqueue(etcd, 'jobs', bytesOf(String(i))))));
    const done: string[] = [];
    const work = (item: { readonly data: Uint8Array }) => timer(1).pipe(tap(() => done.push(text(item))));
    const workers = [1, 2, 3].map(() => consume(etcd, 'jobs', work).subscribe());
    await waitFor(() => done.length === 40);
    await waitFor(async () => (await keys('jobs/')).length + (await keys('__jobs/')).length === 0);
    for (const worker of workers) worker.unsubscribe();
    expect(new Set(done).size).toBe(40);
  });
});

describe('those who work off a queue', () => {
  /** Work that does not end, and what it has begun. */
  function endless() {
    const begun: string[] = [];
    return { begun, work: (item: { readonly data: Uint8Array }) => (begun.push(text(item)), NEVER) };
  }
  const put = (etcd: Etcd, ...items: readonly string[]) =>
    items.forEach((item) => void enqueue(etcd, 'q', bytesOf(item)).subscribe());

  it('take an item that another has, when that one leaves, and not before', () => {
    const { time, client, cluster } = etcdStage();
    const { etcd } = client();
    const [first, second] = [endless(), endless()];
    put(etcd, 'a');
    time.advance(10);
    const one = consume(client().etcd, 'q', first.work).subscribe();
    time.advance(50);
    consume(client().etcd, 'q', second.work).subscribe();
    time.advance(20_000);
    expect([first.begun, second.begun]).toEqual([['a'], []]);
    one.unsubscribe();
    time.advance(50);
    expect(second.begun).toEqual(['a']);
    expect(cluster.entries().size).toBe(2);
  });

  it('take the items of one who has died, when its lease has run out', () => {
    const { time, client } = etcdStage();
    const dying = client();
    const [first, second] = [endless(), endless()];
    put(dying.etcd, 'a');
    time.advance(10);
    consume(dying.etcd, 'q', first.work, { ttl: 3000 }).subscribe();
    time.advance(50);
    consume(client().etcd, 'q', second.work).subscribe();
    dying.leave();
    time.advance(5000);
    expect([first.begun, second.begun]).toEqual([['a'], ['a']]);
  });

  it('leave an item when the lease is lost over it, and take it again with the next lease', () => {
    const { time, client, cluster } = etcdStage();
    const { etcd } = client();
    let ended = 0;
    const begun: string[] = [];
    put(etcd, 'a');
    time.advance(10);
    consume(
      etcd,
      'q',
      (item) => {
        begun.push(text(item));
        return new Observable<never>(() => () => ended++);
      },
      { ttl: 3000 }
    ).subscribe();
    time.advance(50);
    cluster.expireLease([...cluster.leases.keys()][0]!);
    time.advance(5);
    expect([begun.length, ended]).toEqual([1, 1]); // by the event, before the next keep-alive
    time.advance(3000);
    expect([begun, ended]).toEqual([['a', 'a'], 1]);
    expect([...cluster.leases.values()]).toEqual([[expect.stringMatching('^__q/taken/')]]);
  });

  it('stop when the lease may have run out, before another can have the item', () => {
    const { time, client, cluster } = etcdStage();
    const { etcd } = client();
    let ended = Infinity;
    put(etcd, 'a');
    time.advance(10);
    const begun = time.now();
    const work$ = new Observable<never>(() => () => (ended = time.now()));
    consume(etcd, 'q', () => work$, { ttl: 3000 }).subscribe();
    time.advance(50);
    cluster.pause();
    time.advance(10_000);
    expect(ended - begun).toBeLessThanOrEqual(3010);
  });

  it.each(['cut', 'cutAfter'] as const)(
    'do each item once when the line is lost over every third request: %s',
    (fault) => {
      const { time, client, cluster, fail } = etcdStage();
      const { etcd } = client();
      const items = Array.from({ length: 12 }, (_, i) => String(i));
      for (const item of items) {
        put(etcd, item);
        time.advance(5);
      }
      let requests = 0;
      fail(({ operation }) => (operation === 'txn' && ++requests % 3 === 0 ? fault : undefined));
      const done: string[] = [];
      consume(client().etcd, 'q', (item) => of(done.push(text(item)))).subscribe();
      time.advance(60_000);
      expect(done).toEqual(items);
      expect(cluster.entries().size).toBe(0);
    }
  );

  it('put an item back when its work fails, and pass the error on', () => {
    const { time, client, cluster } = etcdStage();
    const { etcd } = client();
    put(etcd, 'a');
    time.advance(10);
    let error: unknown;
    const fails = () => {
      throw new Error('broken');
    };
    consume(etcd, 'q', fails).subscribe({ error: (it) => (error = it) });
    time.advance(50);
    expect(error).toMatchObject({ message: 'broken' });
    expect([...cluster.entries().keys()]).toEqual([expect.stringMatching('^q/')]);
    const done: string[] = [];
    consume(etcd, 'q', (item) => of(done.push(text(item)))).subscribe();
    time.advance(50);
    expect(done).toEqual(['a']);
  });

  it('may leave inside next, and then the item is there for others', () => {
    const { time, client, cluster } = etcdStage();
    const { etcd } = client();
    put(etcd, 'a', 'b');
    time.advance(10);
    const seen: string[] = [];
    consume(etcd, 'q', (item) => of(text(item)))
      .pipe(take(1))
      .subscribe((value) => seen.push(value));
    time.advance(50);
    expect(seen).toEqual(['a']);
    expect([...cluster.entries().values()].map(textOf).toSorted()).toEqual(['a', 'b']);
    expect(cluster.leases.size).toBe(0);
  });

  it('find a free item behind many that others have', () => {
    const { time, client } = etcdStage();
    const { etcd } = client();
    const items = Array.from({ length: 40 }, (_, i) => String(i));
    for (const item of items) {
      put(etcd, item);
      time.advance(5);
    }
    const { begun, work } = endless();
    for (let i = 0; i < 40; i++) {
      consume(etcd, 'q', work).subscribe();
      time.advance(100);
    }
    expect(begun).toEqual(items);
  });

  it('do items of a lower priority first, also if they came later', () => {
    const { time, client } = etcdStage();
    const { etcd } = client();
    for (const [item, priority] of [
      ['x', 9],
      ['y', 3],
      ['z', 9],
    ] as const) {
      enqueue(etcd, 'q', bytesOf(item), { priority }).subscribe();
      time.advance(20);
    }
    const done: string[] = [];
    const work = (item: { readonly data: Uint8Array }) =>
      defer(() => {
        if (done.push(text(item)) === 1) enqueue(etcd, 'q', bytesOf('urgent'), { priority: 0 }).subscribe();
        return timer(50, time);
      });
    consume(etcd, 'q', work, { order: 'priority' }).subscribe();
    time.advance(1000);
    expect(done).toEqual(['y', 'urgent', 'x', 'z']);
  });

  it('complete when the client is closed, over work and over a wait', () => {
    const { time, client } = etcdStage();
    const one = client();
    const idle = heardOf((it) => consume(one.etcd, 'none', () => NEVER).subscribe(it));
    put(one.etcd, 'a');
    const busy = heardOf((it) => consume(one.etcd, 'q', () => NEVER).subscribe(it));
    time.advance(50);
    one.leave();
    time.advance(50);
    expect([idle, busy]).toEqual([['completed'], ['completed']]);
  });
});

describe('a simple queue', () => {
  it.each([
    [
      'cut',
      [
        ['a', 'completed'],
        ['b', 'completed'],
      ],
    ],
    ['cutAfter', [['CONNECTION_LOST unknown'], ['b', 'completed']]],
  ] as const)('says so when it does not know whether it has taken an item: %s', (fault, expected) => {
    const { time, client, fail } = etcdStage();
    const { etcd } = client();
    const queue = simpleQueue(etcd, 'q');
    for (const item of ['a', 'b']) {
      queue.put(bytesOf(item)).subscribe();
      time.advance(10);
    }
    let removals = 0;
    fail(({ operation }) => (operation === 'txn' && ++removals === 1 ? fault : undefined));
    const heard = [1, 2].map(() => {
      const it = heardOf<{ data: Uint8Array }>((observer) => queue.take().subscribe(observer), text);
      time.advance(3000);
      return it;
    });
    expect(heard).toEqual(expected);
  });

  it('waits in time while the line is cut, too, and ends with CLOSED when the client is closed', () => {
    const { time, client, cluster } = etcdStage();
    const { etcd, leave } = client();
    const queue = simpleQueue(etcd, 'q');
    cluster.pause();
    const late = heardOf((it) => queue.take({ timeout: 2000 }).subscribe(it));
    time.advance(1999);
    expect(late).toEqual([]);
    time.advance(1);
    expect(late).toEqual(['completed']);
    cluster.resume();
    time.advance(20_000);
    const waiting = heardOf((it) => queue.take().subscribe(it));
    time.advance(50);
    leave();
    time.advance(50);
    expect(waiting).toEqual(['CLOSED none']);
  });

  it('names a bad argument', async () => {
    const { etcd } = etcdStage().client();
    const data = bytesOf('');
    expect(await mistakeOf(simpleQueue(etcd, '').take())).toBe('name');
    expect(await mistakeOf(simpleQueue(etcd, 'q', { order: 'lifo' as never }).take())).toBe('options.order');
    expect(await mistakeOf(simpleQueue(etcd, 'q').put(data, { priority: 1 }))).toBe('options.priority');
    expect(await mistakeOf(simpleQueue(etcd, 'q').take({ timeout: -1 }))).toBe('options.timeout');
    expect(await mistakeOf(enqueue(etcd, 'q', data, { priority: 65_536 }))).toBe('options.priority');
    expect(await mistakeOf(enqueue(etcd, 'q', 'text' as never))).toBe('data');
    expect(await mistakeOf(consume(etcd, 'q', 'work' as never))).toBe('work');
    expect(await mistakeOf(consume(etcd, 'q', () => NEVER, { ttl: 0 }))).toBe('options.ttl');
  });

  it('refuses to put an item behind one that has no number', () => {
    const { time, client } = etcdStage({ entries: { 'q/00005/seven': '' } });
    const queue = simpleQueue(client().etcd, 'q', { order: 'priority' });
    const heard = heardOf((it) => queue.put(bytesOf('x'), { priority: 5 }).subscribe(it));
    time.advance(20);
    expect(heard).toEqual(['BAD_VALUE none']);
  });
});
