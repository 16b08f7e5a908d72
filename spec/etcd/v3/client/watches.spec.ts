import { describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import { json, utf8 } from '../../../../lib/core/codecs.js';
import type { Etcd } from '../../../../lib/etcd/v3/client/etcd.js';
import { open } from '../../../../lib/etcd/v3/open.js';
import type { RealEtcdCluster } from '../../../helpers/realEtcd.js';
import { waitFor } from '../../../helpers/waitFor.js';
import { withRealEtcd } from '../../../helpers/withRealEtcd.js';

/** Everything that a stream emits. */
function collected<T>(stream$: { subscribe(next: (value: T) => void): { unsubscribe(): void } }) {
  const all: T[] = [];
  const subscription = stream$.subscribe((value) => all.push(value));
  return { all, stop: () => subscription.unsubscribe() };
}

describe.each(['grpc', 'gateway'] as const)('over %s:', (transport) => {
  let cluster: RealEtcdCluster;
  let etcd: Etcd<string, string>;
  withRealEtcd({ transport }, (client, real) => {
    etcd = client.with({ value: utf8 });
    cluster = real;
  });

  const put = (key: string, value: string) => firstValueFrom(etcd.put(key, value));

  describe('watch', () => {
    it('shows a key now, and after every change', async () => {
      const { all, stop } = collected(etcd.watch('w/a'));
      await waitFor(() => all.length === 1);
      const { revision } = await put('w/a', 'one');
      await put('w/a', 'two');
      await firstValueFrom(etcd.delete('w/a'));
      await waitFor(() => all.length === 4);
      stop();
      const facts = { version: 1, createRevision: revision, modRevision: revision, lease: 0n };
      expect(all[0]).toMatchObject({ kind: 'absent', stale: false });
      expect(all[1]).toEqual({ kind: 'present', value: 'one', facts, revision, stale: false });
      expect(all[2]).toMatchObject({ kind: 'present', value: 'two', facts: { version: 2 } });
      expect(all[3]).toMatchObject({ kind: 'absent', stale: false });
    });

    it('goes on after a value that its codec refuses', async () => {
      const { all, stop } = collected(etcd.with({ value: json<number>() }).watch('w/json'));
      await put('w/json', '{');
      await put('w/json', '7');
      await waitFor(() => all.at(-1)?.kind === 'present');
      stop();
      const bad = all.find(({ kind }) => kind === 'unreadable');
      expect(bad).toMatchObject({ error: { code: 'BAD_VALUE', path: 'w/json' }, facts: { version: 1 } });
      expect(all.at(-1)).toMatchObject({ value: 7 });
    });

    it('completes when the client is closed, and so do events', async () => {
      const other = await open(cluster.endpoints, { transport });
      const ended = ({ subscribe }: { subscribe: (observer: object) => unknown }) =>
        new Promise<void>((done, failed) => void subscribe({ complete: done, error: failed }));
      const watched$ = other.watch('w/a');
      const events$ = other.events('w/a');
      const ends = [
        ended({ subscribe: (it) => watched$.subscribe(it) }),
        ended({ subscribe: (it) => events$.subscribe(it) }),
      ];
      await firstValueFrom(other.watch('w/a'));
      await other.close();
      await Promise.all(ends);
    });
  });

  describe('watchPrefix', () => {
    it('shows a map of the keys, which shares the entries that did not change', async () => {
      await put('p/b', '2');
      await put('p/a', '1');
      const { all, stop } = collected(etcd.watchPrefix('p/'));
      await waitFor(() => all.length === 1);
      await put('p/c', '3');
      await firstValueFrom(
        etcd
          .transaction()
          .do((t) => t.delete('p/a').put('p/b', 'two'))
          .commit()
      );
      await waitFor(() => all.length === 3);
      stop();
      const [first, second, third] = all.map(({ entries }) => entries!);
      expect([...first!].map(([key, { value }]) => [key, value])).toEqual([
        ['p/a', '1'],
        ['p/b', '2'],
      ]);
      expect(second!.get('p/a')).toBe(first!.get('p/a'));
      expect([...third!.keys()]).toEqual(['p/b', 'p/c']);
      expect(third!.get('p/b')?.value).toBe('two');
      expect(third!.get('p/c')).toBe(second!.get('p/c'));
    });

    it('begins with an empty map, and knows the keys of its namespace only', async () => {
      const view = etcd.with({ namespace: 'ns-' });
      const { all, stop } = collected(view.watchPrefix(''));
      await waitFor(() => all.length === 1);
      expect(all[0]).toMatchObject({ kind: 'present', stale: false });
      expect(all[0]!.entries!.size).toBe(0);
      await put('outside', 'x');
      await put('ns-x', 'y');
      await waitFor(() => all.length === 2);
      stop();
      expect([...all[1]!.entries!.keys()]).toEqual(['x']);
    });
  });

  describe('events', () => {
    it('shows the changes of each revision together, from any revision on', async () => {
      const { revision } = await put('e/a', '1');
      await firstValueFrom(
        etcd
          .transaction()
          .do((t) => t.put('e/a', '2').put('e/b', '1'))
          .commit()
      );
      await firstValueFrom(etcd.delete('e/a'));
      const { all, stop } = collected(etcd.events({ prefix: 'e/' }, { from: revision, previous: true }));
      await waitFor(() => all.length === 3);
      stop();
      expect(all).toMatchObject([
        { kind: 'changes', revision, changes: [{ kind: 'put', key: 'e/a', entry: { value: '1' } }] },
        {
          revision: revision + 1,
          changes: [
            { kind: 'put', key: 'e/a', previous: { value: '1' } },
            { kind: 'put', key: 'e/b' },
          ],
        },
        { revision: revision + 2, changes: [{ kind: 'deleted', key: 'e/a', previous: { value: '2' } }] },
      ]);
    });

    it('leaves out the kind that is not wanted', async () => {
      const { revision } = await put('o', '1');
      await firstValueFrom(etcd.delete('o'));
      await put('o', '2');
      const { all, stop } = collected(etcd.events('o', { from: revision, only: 'deleted' }));
      await waitFor(() => all.length === 1);
      stop();
      expect(all).toMatchObject([{ revision: revision + 1, changes: [{ kind: 'deleted', key: 'o' }] }]);
    });

    it('shows all keys when events were compacted away, and goes on', async () => {
      const { revision } = await put('c/a', '1');
      await put('c/a', '2');
      const { revision: last } = await put('c/b', '1');
      await firstValueFrom(etcd.compact(last));
      const { all, stop } = collected(etcd.events({ prefix: 'c/' }, { from: revision }));
      await waitFor(() => all.length === 1);
      await put('c/c', '1');
      await waitFor(() => all.length === 2);
      stop();
      expect(all[0]).toMatchObject({ kind: 'resync', entries: [{ key: 'c/a', value: '2' }, { key: 'c/b' }] });
      expect(all[1]).toMatchObject({ kind: 'changes', changes: [{ kind: 'put', key: 'c/c' }] });
    });

    it('shows every change of a long history once, in order', async () => {
      const { revision } = await put('h', '0');
      for (let i = 0; i < 30; i++)
        await Promise.all(Array.from({ length: 100 }, (_, j) => put('h', String(i * 100 + j))));
      const { all, stop } = collected(etcd.events('h', { from: revision }));
      await waitFor(() => all.length === 3001);
      stop();
      expect(all.map((event) => event.revision)).toEqual(Array.from({ length: 3001 }, (_, i) => revision + i));
    });
  });
});
