import { describe, expect, it } from '@jest/globals';
import { type Observable, firstValueFrom } from 'rxjs';
import { utf8 } from '../../../../lib/core/codecs.js';
import type { Branch } from '../../../../lib/etcd/v3/client/branch.js';
import type { Condition } from '../../../../lib/etcd/v3/client/condition.js';
import type { Etcd } from '../../../../lib/etcd/v3/client/etcd.js';
import { withRealEtcd } from '../../../helpers/withRealEtcd.js';

describe.each(['grpc', 'gateway'] as const)('over %s:', (transport) => {
  let etcd: Etcd<string, string>;
  withRealEtcd({ transport }, (client) => {
    etcd = client.with({ value: utf8 });
  });

  describe('a transaction', () => {
    it('does one branch or the other, and gives a result for each operation', async () => {
      const claim = etcd
        .transaction()
        .when('owner', { exists: false })
        .do((t) => t.put('owner', 'me').get('owner').range({ prefix: 'own' }))
        .otherwise((t) => t.get('owner'));
      const first = await firstValueFrom(claim.commit());
      if (!first.succeeded) throw new Error('refused');
      const [put, get, range] = first.results;
      expect(put.revision).toBe(first.revision);
      expect(get).toMatchObject({ key: 'owner', value: 'me', createRevision: first.revision });
      expect(range).toMatchObject({ count: 1, entries: [{ key: 'owner' }] });
      const second = await firstValueFrom(claim.commit());
      if (second.succeeded) throw new Error('done twice');
      expect(second.results[0]?.value).toBe('me');
    });

    it('compares values, versions, revisions and leases, of keys and of ranges', async () => {
      const { revision } = await firstValueFrom(etcd.put('t/a', 'b'));
      await firstValueFrom(etcd.put('t/b', 'b'));
      const holds = async (
        key: Parameters<ReturnType<Etcd<string, string>['transaction']>['when']>[0],
        it: Condition<string>
      ) => (await firstValueFrom(etcd.transaction().when(key, it).commit())).succeeded;
      expect(await holds('t/a', { value: { is: 'b' } })).toBe(true);
      expect(await holds('t/a', { value: { isNot: 'b' } })).toBe(false);
      expect(await holds('t/a', { value: { above: 'a' } })).toBe(true);
      expect(await holds('t/a', { version: 1, modRevision: revision, lease: 0n })).toBe(true);
      expect(await holds('t/a', { version: { above: 1 } })).toBe(false);
      expect(await holds('t/a', { createRevision: { below: revision } })).toBe(false);
      expect(await holds('t/none', { exists: false, version: 0 })).toBe(true);
      expect(await holds('t/none', { value: { isNot: 'b' } })).toBe(false);
      expect(await holds({ prefix: 't/' }, { version: 1 })).toBe(true);
      expect(await holds({ prefix: 't/' }, { modRevision: revision })).toBe(false);
      expect(await holds({ prefix: 'nowhere/' }, { exists: false })).toBe(true);
    });

    it('may stand inside another', async () => {
      const inner = etcd
        .transaction()
        .when('n', { exists: true })
        .do((t) => t.delete('n'))
        .otherwise((t) => t.put('n', '1'));
      const outer = etcd.transaction().do((t) => t.transaction(inner).get('n'));
      const made = await firstValueFrom(outer.commit());
      if (!made.succeeded) throw new Error('a transaction without a condition');
      expect(made.results[0]).toMatchObject({ succeeded: false, results: [{ previous: undefined }] });
      expect(made.results[1]?.value).toBe('1');
      const gone = await firstValueFrom(outer.commit());
      expect(gone.results[0]).toMatchObject({ succeeded: true, results: [{ deleted: 1 }] });
    });

    it('can be built in a loop', async () => {
      const keys = ['l/1', 'l/2', 'l/3'];
      const all = etcd
        .transaction()
        .do((t) => keys.reduce<Branch<readonly unknown[], string, string>>((b, key) => b.put(key, key), t));
      expect((await firstValueFrom(all.commit())).results).toHaveLength(3);
      expect((await firstValueFrom(etcd.deleteRange({ prefix: 'l/' }))).deleted).toBe(3);
    });

    it('changes nothing when etcd refuses it', async () => {
      const twice = etcd.transaction().do((t) => t.put('twice', '1').put('twice', '2'));
      await expect(firstValueFrom(twice.commit())).rejects.toMatchObject({ code: 'DUPLICATE_KEY', effect: 'none' });
      expect(await firstValueFrom(etcd.get('twice'))).toBeUndefined();
    });

    it('reports the first mistake in its arguments when it is committed', async () => {
      const codeOf = (transaction: { commit(): Observable<unknown> }) =>
        firstValueFrom(transaction.commit()).catch((error: { argument: string }) => error.argument);
      expect(await codeOf(etcd.transaction().when('', { exists: true }))).toBe('key');
      expect(await codeOf(etcd.transaction().when('a', {}))).toBe('condition');
      expect(await codeOf(etcd.transaction().when('a', { version: { is: 1, above: 2 } }))).toBe('condition.version');
      expect(await codeOf(etcd.transaction().when('a', { lease: 1 as never }))).toBe('condition.lease');
      expect(await codeOf(etcd.transaction().do((t) => t.put('a', 'x', { timeout: 5 } as never)))).toBe(
        'options.timeout'
      );
    });
  });
});
