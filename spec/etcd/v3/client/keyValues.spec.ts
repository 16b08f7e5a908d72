import { describe, expect, it } from '@jest/globals';
import { type Observable, firstValueFrom, forkJoin } from 'rxjs';
import { json, utf8 } from '../../../../lib/core/codecs.js';
import type { Etcd } from '../../../../lib/etcd/v3/client/etcd.js';
import { withRealEtcd } from '../../../helpers/withRealEtcd.js';

describe.each(['grpc', 'gateway'] as const)('over %s:', (transport) => {
  let etcd: Etcd<string, string>;
  withRealEtcd({ transport }, (client) => {
    etcd = client.with({ value: utf8 });
  });

  describe('an etcd client', () => {
    it('writes and reads a key', async () => {
      const { revision, previous } = await firstValueFrom(etcd.put('kv/a', 'one'));
      expect(previous).toBeUndefined();
      const found = {
        key: 'kv/a',
        value: 'one',
        version: 1,
        createRevision: revision,
        modRevision: revision,
        lease: 0n,
      };
      expect(await firstValueFrom(etcd.get('kv/a'))).toEqual(found);
      expect((await firstValueFrom(etcd.put('kv/a', 'two', { previous: true }))).previous).toEqual(found);
      expect((await firstValueFrom(etcd.get('kv/a', { revision })))?.value).toBe('one');
    });

    it('emits undefined for a key that is not there', async () => {
      expect(await firstValueFrom(etcd.get('kv/none'))).toBeUndefined();
    });

    it('reads ranges, with all of their options', async () => {
      const put = (key: string, value: string) => firstValueFrom(etcd.put(key, value));
      await put('r/b', '2');
      await put('r/a', '3');
      const { revision } = await put('r/c', '1');
      await put('s', 'behind');
      const all = await firstValueFrom(etcd.range({ prefix: 'r/' }));
      expect(all.entries.map(({ key, value }) => [key, value])).toEqual([
        ['r/a', '3'],
        ['r/b', '2'],
        ['r/c', '1'],
      ]);
      expect(all).toMatchObject({ count: 3, more: false });
      const names = async (...args: Parameters<typeof etcd.keys>) => (await firstValueFrom(etcd.keys(...args))).entries;
      expect(await names({ prefix: 'r/' }, { sort: { by: 'value' } })).toEqual(['r/c', 'r/b', 'r/a']);
      expect(await names({ prefix: 'r/' }, { sort: { by: 'key', order: 'descending' } })).toEqual([
        'r/c',
        'r/b',
        'r/a',
      ]);
      expect(await names({ prefix: 'r/' }, { minModRevision: revision })).toEqual(['r/c']);
      expect(await names({ from: 'r/b', to: 'r/c' })).toEqual(['r/b']);
      expect(await names({ from: 'r/c' })).toEqual(['r/c', 's']);
      expect(await firstValueFrom(etcd.range({ prefix: 'r/' }, { limit: 2 }))).toMatchObject({ count: 3, more: true });
      expect(await firstValueFrom(etcd.count({ prefix: 'r/' }, { serializable: true }))).toBe(3);
    });

    it('deletes keys and ranges', async () => {
      await firstValueFrom(forkJoin(['d/1', 'd/2', 'd/3'].map((key) => etcd.put(key, key))));
      expect(await firstValueFrom(etcd.delete('d/1', { previous: true }))).toMatchObject({
        deleted: 1,
        previous: [{ key: 'd/1', value: 'd/1' }],
      });
      expect(await firstValueFrom(etcd.delete('d/1'))).toMatchObject({ deleted: 0, previous: [] });
      expect(await firstValueFrom(etcd.deleteRange({ prefix: 'd/' }))).toMatchObject({ deleted: 2 });
    });

    it('keeps a namespace to itself', async () => {
      const app = etcd.with({ namespace: 'ns/', value: json<{ n: number }>() });
      await firstValueFrom(app.put('x', { n: 1 }));
      expect((await firstValueFrom(etcd.get('ns/x')))?.value).toBe('{"n":1}');
      expect((await firstValueFrom(app.range({ prefix: '' }))).entries.map(({ key }) => key)).toEqual(['x']);
      expect((await firstValueFrom(app.range({ from: '' }))).entries).toMatchObject([{ key: 'x', value: { n: 1 } }]);
      expect(await firstValueFrom(app.deleteRange({ prefix: '' }))).toMatchObject({ deleted: 1 });
    });

    it('forgets history when it compacts', async () => {
      const { revision } = await firstValueFrom(etcd.put('c', '1'));
      const later = await firstValueFrom(etcd.put('c', '2'));
      await firstValueFrom(etcd.compact(later.revision, { physical: true }));
      await expect(firstValueFrom(etcd.get('c', { revision }))).rejects.toMatchObject({
        code: 'COMPACTED',
        layer: 'server',
        effect: 'none',
        operation: 'get',
        path: 'c',
      });
      await expect(firstValueFrom(etcd.compact(1_000_000))).rejects.toMatchObject({ code: 'FUTURE_REVISION' });
    });

    it('sends nothing for a request that is too large', async () => {
      await expect(firstValueFrom(etcd.put('big', 'x'.repeat(3 * 2 ** 20)))).rejects.toMatchObject({
        code: 'TOO_LARGE',
        layer: 'usage',
        argument: 'request',
        path: 'big',
      });
      await expect(firstValueFrom(etcd.put('big', 'x'.repeat(1.6 * 2 ** 20)))).rejects.toMatchObject({
        code: 'TOO_LARGE',
        layer: 'server',
      });
    });

    it('reports a bad argument by its name, on the error channel', async () => {
      const bad = [
        [etcd.get(''), 'key'],
        [etcd.get('a', { revision: 0 }), 'options.revision'],
        [etcd.get('a', { fresh: true } as never), 'options.fresh'],
        [etcd.put('a', 1 as never), 'value'],
        [etcd.put('a', 'x', { lease: 5 as never }), 'options.lease'],
        [etcd.put('a', 'x', { lease: 5n, keepLease: true }), 'options.lease'],
        [etcd.range({} as never), 'range'],
        [etcd.range({ prefix: 'a', from: 'b' } as never), 'range'],
        [etcd.range({ from: 'a', to: '' }), 'range.to'],
        [etcd.range({ prefix: 'a' }, { limit: 0 }), 'options.limit'],
        [etcd.range({ prefix: 'a' }, { sort: { by: 'age' as never } }), 'options.sort.by'],
        [etcd.compact(-1), 'revision'],
      ] as const;
      for (const [request$, argument] of bad)
        await expect(firstValueFrom(request$ as Observable<unknown>)).rejects.toMatchObject({
          layer: 'usage',
          ...(argument !== 'value' && { argument }),
        });
    });
  });
});
