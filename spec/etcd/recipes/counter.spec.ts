import { describe, expect, it } from '@jest/globals';
import { firstValueFrom, lastValueFrom, mergeMap, range } from 'rxjs';
import { json, utf8 } from '../../../lib/core/codecs.js';
import { counter } from '../../../lib/etcd/recipes/counter.js';
import { update } from '../../../lib/etcd/recipes/update.js';
import type { Etcd } from '../../../lib/etcd/v3/client/etcd.js';
import { open } from '../../../lib/etcd/v3/open.js';
import type { RealEtcdCluster } from '../../helpers/realEtcd.js';
import { bytesOf, etcdStage, heardOf, textOf } from '../../helpers/etcdStage.js';
import { waitFor } from '../../helpers/waitFor.js';
import { withRealEtcd } from '../../helpers/withRealEtcd.js';

describe('with a real etcd', () => {
  let etcd: Etcd;
  let cluster: RealEtcdCluster;
  withRealEtcd({}, (client, real) => {
    etcd = client;
    cluster = real;
  });

  it('a counter counts each addition of two clients once, and shows the sum', async () => {
    await using other = await open(cluster.endpoints);
    const shown: (number | undefined)[] = [];
    const watching = counter(etcd, 'visits').value$.subscribe(({ value }) => shown.push(value));
    await waitFor(() => shown.length > 0);
    const add = (client: Etcd) => lastValueFrom(range(0, 25).pipe(mergeMap(() => counter(client, 'visits').add(2))));
    await Promise.all([add(etcd), add(other)]);
    await waitFor(() => shown.at(-1) === 100);
    watching.unsubscribe();
    expect(shown[0]).toBe(0);
    expect(shown).toEqual(shown.toSorted((a, b) => a! - b!));
    expect(textOf((await firstValueFrom(etcd.get('visits')))?.value)).toBe('100');
    expect(await firstValueFrom(counter(etcd, 'visits').add(-101))).toBe(-1);
  });

  it('an update keeps the lease of its key, and writes nothing that is as it was', async () => {
    const texts = etcd.with({ value: utf8 });
    const { id } = await firstValueFrom(etcd.leases.grant(10_000));
    const { revision } = await firstValueFrom(texts.put('leased', 'a', { lease: id }));
    expect(await firstValueFrom(update(texts, 'leased', (value) => value!))).toEqual({ value: 'a', revision });
    const changed = await firstValueFrom(update(texts, 'leased', (value) => `${value}b`));
    expect(changed).toEqual({ value: 'ab', revision: expect.any(Number) });
    expect(changed.revision).toBeGreaterThan(revision);
    expect(await firstValueFrom(texts.get('leased'))).toMatchObject({ lease: id, value: 'ab' });
  });

  it('a counter shows a key that holds no number as unreadable, and adds nothing to it', async () => {
    await firstValueFrom(etcd.put('word', bytesOf('many')));
    expect(await firstValueFrom(counter(etcd, 'word').value$)).toMatchObject({ kind: 'unreadable' });
    await expect(firstValueFrom(counter(etcd, 'word').add(1))).rejects.toMatchObject({ code: 'BAD_VALUE' });
    await expect(firstValueFrom(counter(etcd, 'word').add(0.5))).rejects.toMatchObject({ argument: 'amount' });
  });
});

describe('an update', () => {
  it('begins again with the value of the other who came between', () => {
    const { time, client, calls, cluster } = etcdStage({ entries: { k: '1' } });
    const { etcd } = client();
    const numbers = etcd.with({ value: json<number>() });
    let begun = 0;
    const change = (value = 0) => {
      if (++begun === 1) etcd.put('k', bytesOf('10')).subscribe();
      return value + 1;
    };
    const heard = heardOf<{ value: number }>(
      (it) => update(numbers, 'k', change).subscribe(it),
      ({ value }) => String(value)
    );
    time.advance(20);
    expect(heard).toEqual(['11', 'completed']);
    expect(textOf(cluster.entries().get('k'))).toBe('11');
    expect(calls).toEqual(['range', 'put', 'txn', 'range', 'txn']);
  });

  it.each([
    ['cut', '0'],
    ['cutAfter', '1'],
  ] as const)('is not written again when the line is lost over it: %s', (fault, count) => {
    const { time, client, cluster, fail } = etcdStage({ entries: { k: '0' } });
    fail(({ operation }) => (operation === 'txn' ? fault : undefined));
    const heard = heardOf((it) => counter(client().etcd, 'k').add(1).subscribe(it));
    time.advance(5000);
    expect(heard).toEqual(['CONNECTION_LOST unknown']);
    expect(textOf(cluster.entries().get('k'))).toBe(count);
  });
});
