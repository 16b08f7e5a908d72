import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Observable, firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import type { Etcd } from '../../../../lib/etcd/v3/client/etcd.js';
import { open } from '../../../../lib/etcd/v3/open.js';
import { etcdIsFrom, etcdVersion } from '../../../helpers/etcdUnderTest.js';
import { startFaultProxy } from '../../../helpers/faultProxy.js';
import type { RealEtcdCluster } from '../../../helpers/realEtcd.js';
import { withRealEtcd } from '../../../helpers/withRealEtcd.js';

describe.each(['grpc', 'gateway'] as const)('over %s:', (transport) => {
  let cluster: RealEtcdCluster;
  let etcd: Etcd;
  withRealEtcd({ transport }, (client, real) => {
    etcd = client;
    cluster = real;
  });

  describe('the maintenance of a member', () => {
    it('shows its status', async () => {
      const { revision } = await firstValueFrom(etcd.put('a', Buffer.from('1')));
      const status = await firstValueFrom(etcd.maintenance.status());
      expect(status).toMatchObject({ revision, isLeader: true, isLearner: false, errors: [], leader: status.memberId });
      expect(status.version).toBe(etcdVersion);
      expect(status.dbSize).toBeGreaterThanOrEqual(status.dbSizeInUse);
    });

    it('raises, lists and ends alarms: without space, etcd refuses writes', async () => {
      const { alarms, status } = etcd.maintenance;
      const { memberId } = await firstValueFrom(status());
      expect(await firstValueFrom(alarms.list())).toEqual([]);
      const alarm = { memberId, alarm: 'no-space' } as const;
      expect(await firstValueFrom(alarms.arm(alarm))).toEqual([alarm]);
      expect(await firstValueFrom(alarms.list())).toEqual([alarm]);
      await expect(firstValueFrom(etcd.put('a', Buffer.from('2')))).rejects.toMatchObject({
        code: 'NO_SPACE',
        effect: 'none',
      });
      expect(await firstValueFrom(alarms.disarm(alarm))).toEqual([alarm]);
      expect(await firstValueFrom(alarms.disarm(alarm))).toEqual([]);
      await firstValueFrom(etcd.put('a', Buffer.from('2')));
    });

    it('gives space back', async () => {
      const value = Buffer.alloc(500_000, 1);
      let revision = 0;
      for (let i = 0; i < 10; i++) revision = (await firstValueFrom(etcd.put('big', value))).revision;
      await firstValueFrom(etcd.compact(revision, { physical: true }));
      const { dbSize } = await firstValueFrom(etcd.maintenance.status());
      await firstValueFrom(etcd.maintenance.defragment({ endpoint: cluster.endpoints }));
      expect((await firstValueFrom(etcd.maintenance.status())).dbSize).toBeLessThan(dbSize / 2);
    });

    it('sums up the store; the gateway does not know the sum of the keys before 3.5', async () => {
      const { maintenance } = etcd;
      expect(await firstValueFrom(maintenance.hash())).toBeGreaterThan(0);
      if (transport === 'gateway' && !etcdIsFrom(5))
        return expect(firstValueFrom(maintenance.hashKV())).rejects.toMatchObject({ code: 'UNIMPLEMENTED' });
      const { revision } = await firstValueFrom(etcd.put('h', Buffer.from('1')));
      const before = await firstValueFrom(maintenance.hashKV());
      expect(before).toMatchObject({ revision, hashRevision: etcdIsFrom(6) ? revision : undefined });
      await firstValueFrom(etcd.put('h', Buffer.from('2')));
      expect((await firstValueFrom(maintenance.hashKV({ revision }))).hash).toBe(before.hash);
      expect((await firstValueFrom(maintenance.hashKV())).hash).not.toBe(before.hash);
      await expect(firstValueFrom(maintenance.hashKV({ revision: 1_000_000 }))).rejects.toMatchObject({
        code: 'FUTURE_REVISION',
      });
    });

    it('can go back to older versions only where etcd can', async () => {
      const { validate, enable, cancel } = etcd.maintenance.downgrade;
      const [bad, none] = etcdIsFrom(5) ? ['INVALID_DOWNGRADE', 'NO_DOWNGRADE'] : ['UNIMPLEMENTED', 'UNIMPLEMENTED'];
      for (const asked of [validate, enable])
        await expect(firstValueFrom(asked('3.2'))).rejects.toMatchObject({ code: bad });
      const cancelled = firstValueFrom(cancel());
      if (etcdIsFrom(6)) await expect(cancelled).resolves.toMatch(/^3\.\d+$/);
      else await expect(cancelled).rejects.toMatchObject({ code: none });
    });

    it('copies the database, as a file that etcdctl can restore', async () => {
      await firstValueFrom(etcd.put('kept', Buffer.from('in the copy')));
      const pieces = await firstValueFrom(etcd.maintenance.snapshot().pipe(toArray()));
      expect(pieces.length).toBeGreaterThan(3);
      const folder = mkdtempSync(join(tmpdir(), 'snapshot-'));
      try {
        writeFileSync(`${folder}/copy.db`, Buffer.concat(pieces));
        const env = { ...process.env, ETCDCTL_API: '3' };
        const etcdctl = (...args: string[]) => execFileSync('etcdctl', args, { env, stdio: 'pipe' }).toString();
        expect(etcdctl('snapshot', 'status', `${folder}/copy.db`)).toMatch(/\d/);
        etcdctl('snapshot', 'restore', `${folder}/copy.db`, '--data-dir', `${folder}/restored`);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    it('sends a copy no faster than for await takes it', async () => {
      const value = Buffer.alloc(1_000_000);
      for (let i = 0; i < 12; i++) await firstValueFrom(etcd.put(`large/${i}`, value.fill(i)));
      await using proxy = await startFaultProxy(cluster.members[0]!);
      let size = 0;
      for await (const piece of etcd.maintenance.snapshot({ endpoint: { host: '127.0.0.1', port: proxy.port } })) {
        if (size === 0) {
          for (let i = 0; i < 300; i++) await firstValueFrom(etcd.get('kept'));
          expect(proxy.bytes.toClient).toBeLessThan(6_000_000);
        }
        size += piece.length;
      }
      expect(size).toBeGreaterThan(12_000_000);
    });

    it('fails a copy of which bytes were changed on the way, or the end is missing', async () => {
      await using proxy = await startFaultProxy(cluster.members[0]!);
      const endpoint = { host: '127.0.0.1', port: proxy.port };
      let seen = 0;
      proxy.rewrite = (chunk, direction) => {
        if (direction === 'toClient') seen += chunk.length;
        if (direction === 'toServer' || seen < 2_000_000) return chunk;
        proxy.rewrite = undefined;
        const changed = Uint8Array.from(chunk);
        changed[changed.length >> 1]! ^= 1; // in the middle of zeros: no frame ends there
        return changed;
      };
      await expect(lastValueFrom(etcd.maintenance.snapshot({ endpoint }))).rejects.toMatchObject({
        code: 'PROTOCOL',
        operation: 'snapshot',
      });
      const cut = proxy.cutAfter(3_000_000, 'toClient');
      await expect(lastValueFrom(etcd.maintenance.snapshot({ endpoint }))).rejects.toMatchObject({
        code: 'CONNECTION_LOST',
        effect: 'none',
      });
      await cut;
    });

    it('ends a copy when its subscriber leaves, its signal aborts, or the client is closed', async () => {
      await using other = await open(cluster.endpoints, { transport });
      const stop = new AbortController();
      const aborted = lastValueFrom(other.maintenance.snapshot({ signal: stop.signal }));
      stop.abort();
      await expect(aborted).rejects.toMatchObject({ code: 'ABORTED', operation: 'snapshot' });
      for await (const piece of other.maintenance.snapshot()) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
      const closed = lastValueFrom(other.maintenance.snapshot());
      await other.close();
      await expect(closed).rejects.toMatchObject({ code: 'CLOSED', operation: 'snapshot' });
    });

    it('names a bad argument', async () => {
      const { maintenance } = etcd;
      const bad = [
        [maintenance.alarms.arm({ memberId: 1n, alarm: 'fire' as never }), 'alarm.alarm'],
        [maintenance.alarms.arm({ memberId: 1 as never, alarm: 'corrupt' }), 'alarm.memberId'],
        [maintenance.alarms.disarm({ memberId: 1n, alarm: 'corrupt', more: 1 } as never), 'alarm.more'],
        [maintenance.hashKV({ revision: 0 }), 'options.revision'],
        [maintenance.snapshot({ file: 'x' } as never), 'options.file'],
        [maintenance.snapshot({ timeout: -1 }), 'options.timeout'],
        [maintenance.downgrade.enable(3.5 as never), 'version'],
      ] as const;
      for (const [request$, argument] of bad)
        await expect(firstValueFrom(request$ as Observable<unknown>)).rejects.toMatchObject({
          layer: 'usage',
          argument,
        });
    });
  });
});
