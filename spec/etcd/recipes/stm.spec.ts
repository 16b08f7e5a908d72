import { describe, expect, it } from '@jest/globals';
import { type Observable, firstValueFrom, lastValueFrom, map, merge, mergeMap, of, range, throwError } from 'rxjs';
import { json, utf8 } from '../../../lib/core/codecs.js';
import { stm } from '../../../lib/etcd/recipes/stm.js';
import type { Etcd } from '../../../lib/etcd/v3/client/etcd.js';
import { etcdStage, mistakeOf } from '../../helpers/etcdStage.js';
import type { VirtualTime } from '../../helpers/virtualTime.js';
import { withRealEtcd } from '../../helpers/withRealEtcd.js';

describe('stm, with a real etcd', () => {
  let raw: Etcd;
  let etcd: Etcd<string, number>;
  withRealEtcd({}, (client) => {
    raw = client;
    etcd = client.with({ value: json<number>(), namespace: 'stm/' });
  });
  const put = (key: string, value: number) => firstValueFrom(etcd.put(key, value));
  const get = async (key: string) => (await firstValueFrom(etcd.get(key)))?.value;

  it.each(['serializableSnapshot', 'serializable', 'repeatableReads'] as const)(
    'counts every addition once, however many add at a time: %s',
    async (isolation) => {
      await firstValueFrom(etcd.delete('count'));
      const add$ = stm(
        etcd,
        async (tx) => {
          const sum = ((await tx.get('count')) ?? 0) + 1;
          tx.put('count', sum);
          return sum;
        },
        { isolation }
      );
      const sums = new Set<number>();
      await lastValueFrom(range(0, 20).pipe(mergeMap(() => add$.pipe(map(({ value }) => sums.add(value))))));
      expect([sums.size, await get('count')]).toEqual([20, 20]);
    }
  );

  it('reads the store at the revision of its first read, and begins again when that has changed', async () => {
    await put('a', 1);
    await put('b', 1);
    const seen: unknown[] = [];
    const done = await firstValueFrom(
      stm(etcd, async (tx) => {
        const a = await tx.get('a');
        if (seen.length === 0) {
          await put('b', 2);
          await put('a', 2);
        }
        seen.push([a, await tx.get('b'), await tx.revision('none')]);
        tx.put('sum', a!);
        return 'done';
      })
    );
    expect(seen).toEqual([
      [1, 1, 0],
      [2, 2, 0],
    ]);
    expect(done).toEqual({ value: 'done', revision: (await firstValueFrom(etcd.get('sum')))!.modRevision });
  });

  it.each([
    ['serializableSnapshot', 2],
    ['serializable', 1],
    ['readCommitted', 1],
  ] as const)('heeds, as %s, changes of keys that it only writes: %d attempts', async (isolation, attempts) => {
    await put('read', 1);
    await put('written', 1);
    let begun = 0;
    const body = async (tx: { get(key: string): Promise<unknown>; put(key: string, value: number): void }) => {
      await tx.get('read');
      if (++begun === 1) await put('written', 5);
      tx.put('written', 9);
    };
    await firstValueFrom(stm(etcd, body, { isolation }));
    expect([begun, await get('written')]).toEqual([attempts, 9]);
  });

  it('reads its own writes and deletions, and shows none of them to others before its end', async () => {
    await put('x', 1);
    const body$ = stm(etcd, async (tx) => {
      tx.put('y', 2);
      tx.delete('x');
      const own = [await tx.get('x'), await tx.get('y')];
      return [own, [await get('x'), await get('y')]];
    });
    expect((await firstValueFrom(body$)).value).toEqual([
      [undefined, 2],
      [1, undefined],
    ]);
    expect([await get('x'), await get('y')]).toEqual([undefined, 2]);
  });

  it('writes nothing when the body fails, and gives the error on', async () => {
    const broken$ = stm(etcd, async (tx) => {
      tx.put('never', 1);
      await tx.get('x');
      throw new Error('broken');
    });
    await expect(firstValueFrom(broken$)).rejects.toThrow('broken');
    expect(await get('never')).toBeUndefined();
  });

  it('writes with a lease', async () => {
    const { id } = await firstValueFrom(etcd.leases.grant(10_000));
    await firstValueFrom(stm(etcd, (tx) => of(tx.put('leased', 1, { lease: id }))));
    expect((await firstValueFrom(etcd.get('leased')))?.lease).toBe(id);
    await firstValueFrom(etcd.leases.revoke(id));
    expect(await get('leased')).toBeUndefined();
  });

  it('begins again when its revision is compacted meanwhile', async () => {
    await put('old', 1);
    let begun = 0;
    const { value } = await firstValueFrom(
      stm(etcd, async (tx) => {
        const first = await tx.get('old');
        if (++begun === 1) {
          await put('old', 2);
          await firstValueFrom(raw.compact((await put('other', 3)).revision));
        }
        return [first, await tx.get('other')];
      })
    );
    expect([begun, value]).toEqual([2, [2, 3]]);
  });

  it('refuses a value that its codec cannot write, and more operations than etcd takes', async () => {
    const nothing = undefined as never;
    await expect(firstValueFrom(stm(etcd, (tx) => of(tx.put('k', nothing))))).rejects.toMatchObject({
      code: 'BAD_VALUE',
    });
    const many$ = stm(etcd, (tx) => of(Array.from({ length: 200 }, (_, i) => tx.put(`many/${i}`, i))));
    await expect(firstValueFrom(many$)).rejects.toMatchObject({ code: 'TOO_MANY_OPERATIONS', effect: 'none' });
  });
});

/** Lets time pass, and promises go on. */
async function pass(time: VirtualTime, ms: number): Promise<void> {
  for (let i = 0; i < ms; i++) {
    time.advance(1);
    await new Promise(setImmediate);
  }
}

function outcome<T>(value$: Observable<T>): unknown[] {
  const heard: unknown[] = [];
  value$.subscribe({
    next: (value) => heard.push(value),
    error: ({ code, effect, message }: { code?: string; effect?: string; message: string }) =>
      heard.push(code === undefined ? message : `${code} ${effect}`),
  });
  return heard;
}

describe('stm', () => {
  const text = (etcd: Etcd) => etcd.with({ value: utf8 });

  it('reads nothing again after a conflict: the refusal brings the keys', async () => {
    const { time, client, calls } = etcdStage({ entries: { k: '0' } });
    const etcd = text(client().etcd);
    let begun = 0;
    const heard = outcome(
      stm(etcd, async (tx) => {
        const found = await tx.get('k');
        if (++begun === 1) await firstValueFrom(etcd.put('k', '1'));
        tx.put('k', `${found}!`);
      })
    );
    await pass(time, 20);
    expect(heard).toHaveLength(1);
    expect(calls).toEqual(['txn', 'put', 'txn', 'txn']); // the read, the conflict, the commit
  });

  it('reads the keys that are wanted from the start in one request', async () => {
    const { time, client, calls } = etcdStage({ entries: { a: '1', b: '2' } });
    const heard = outcome(
      stm(text(client().etcd), async (tx) => `${await tx.get('a')}${await tx.get('b')}`, { prefetch: ['a', 'b'] })
    );
    await pass(time, 20);
    expect(heard).toEqual([{ value: '12', revision: 3 }]);
    expect(calls).toEqual(['txn', 'txn']);
  });

  it('gives up after as many retries as are allowed, and names the key', async () => {
    const { time, client } = etcdStage();
    const etcd = text(client().etcd);
    let begun = 0;
    let error: unknown;
    stm(
      etcd,
      async (tx) => {
        await tx.get('k');
        await firstValueFrom(etcd.put('k', String(++begun)));
        tx.put('k', 'mine');
      },
      { retries: 2 }
    ).subscribe({ error: (it) => (error = it) });
    await pass(time, 60);
    expect(begun).toBe(3);
    expect(error).toMatchObject({ code: 'CONFLICT', layer: 'server', effect: 'none', path: 'k', operation: 'stm' });
  });

  it.each([
    ['cutAfter', ['CONNECTION_LOST unknown'], '1'],
    ['cut', ['CONNECTION_LOST unknown'], '0'],
  ] as const)('does not write again when the line is lost over the writes: %s', async (fault, expected, value) => {
    const { time, client, fail, cluster } = etcdStage({ entries: { k: '0' } });
    let transactions = 0;
    let begun = 0;
    fail(({ operation }) => (operation === 'txn' && ++transactions === 2 ? fault : undefined));
    const heard = outcome(
      stm(text(client().etcd), async (tx) => {
        begun++;
        tx.put('k', String(Number(await tx.get('k')) + 1));
      })
    );
    await pass(time, 50);
    expect(heard).toEqual(expected);
    expect([begun, String(Buffer.from(cluster.entries().get('k')!))]).toEqual([1, value]);
  });

  it('reads again when the line is lost over a read', async () => {
    const { time, client, fail } = etcdStage({ entries: { k: '7' } });
    let transactions = 0;
    fail(({ operation }) => (operation === 'txn' && ++transactions === 1 ? 'cutAfter' : undefined));
    const heard = outcome(stm(text(client().etcd), (tx) => tx.get('k')));
    await pass(time, 400);
    expect(heard).toEqual([{ value: '7', revision: 2 }]);
  });

  it('ends its reads and writes nothing when the subscriber leaves', async () => {
    const { time, client, calls, cluster } = etcdStage();
    const ends: string[] = [];
    const subscription = stm(text(client().etcd), async (tx) => {
      await tx.get('a').catch((error: Error) => ends.push(error.message));
      await tx.get('b').catch((error: Error) => ends.push(error.message));
      try {
        tx.put('k', 'v');
      } catch (error) {
        ends.push((error as Error).message);
      }
    }).subscribe();
    time.advance(0);
    subscription.unsubscribe();
    await pass(time, 20);
    expect(ends).toEqual(Array(3).fill('tx: is over: its attempt has ended'));
    expect([calls.length <= 1, cluster.entries().size]).toEqual([true, 0]);
  });

  it('takes an Observable as its body, whose last value counts', async () => {
    const { time, client } = etcdStage();
    const etcd = text(client().etcd);
    const heard = merge(
      stm(etcd, () => of(1, 2)),
      stm(etcd, () => throwError(() => new Error('no')))
    );
    const all = outcome(heard);
    await pass(time, 20);
    expect(all).toEqual(['no']);
    const last = outcome(stm(etcd, () => of(1, 2)));
    await pass(time, 20);
    expect(last).toEqual([{ value: 2, revision: 1 }]);
  });

  it('names a bad argument', async () => {
    const { etcd } = etcdStage().client();
    const fault = (body: unknown, options?: object) => mistakeOf(stm(etcd, body as never, options));
    const body = () => of(1);
    expect(await fault('no function')).toBe('body');
    expect(await fault(body, { isolation: 'none' })).toBe('options.isolation');
    expect(await fault(body, { retries: -1 })).toBe('options.retries');
    expect(await fault(body, { prefetch: 'k' })).toBe('options.prefetch');
    expect(await fault((tx: { get(key: string): Promise<unknown> }) => tx.get(''))).toBe('key');
  });
});
