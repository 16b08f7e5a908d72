import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Subject, firstValueFrom } from 'rxjs';
import type { Etcd } from '../../../../lib/etcd/v3/client/etcd.js';
import type { LeaseStanding } from '../../../../lib/etcd/v3/lease/heldLease.js';
import { open } from '../../../../lib/etcd/v3/open.js';
import { type FaultProxy, startFaultProxy } from '../../../helpers/faultProxy.js';
import type { RealEtcdCluster } from '../../../helpers/realEtcd.js';
import { waitFor } from '../../../helpers/waitFor.js';
import { withRealEtcd } from '../../../helpers/withRealEtcd.js';

const data = new TextEncoder().encode('x');

/** A lease that is held, and its standings. */
function held(client: Etcd, ttl: number) {
  const standings: LeaseStanding[] = [];
  const standing$ = new Subject<LeaseStanding>();
  let completed = false;
  const subscription = client.leases.hold(ttl).subscribe({
    next: (standing) => {
      standings.push(standing);
      standing$.next(standing);
    },
    complete: () => (completed = true),
  });
  const id = async () => (await waitFor(() => standings[0])).id;
  return { standings, standing$, id, isCompleted: () => completed, leave: () => subscription.unsubscribe() };
}

describe.each(['grpc', 'gateway'] as const)('over %s:', (transport) => {
  let cluster: RealEtcdCluster;
  let etcd: Etcd;
  withRealEtcd({ transport }, (client, real) => {
    etcd = client;
    cluster = real;
  });

  const has = async (key: string) => (await firstValueFrom(etcd.get(key))) !== undefined;

  describe('a lease that is held', () => {
    it('lives longer than its time to live, and takes its keys along when it is given back', async () => {
      const lease = held(etcd, 2000);
      const id = await lease.id();
      await firstValueFrom(etcd.put('lease/a', data, { lease: id }));
      const begun = lease.standings[0] as Extract<LeaseStanding, { kind: 'held' }>;
      await waitFor(() => etcd.scheduler.now() > begun.validUntil + 500);
      expect(lease.standings.at(-1)).toMatchObject({ kind: 'held', id });
      expect(lease.standings.every(({ kind }) => kind === 'held')).toBe(true);
      expect(await firstValueFrom(etcd.leases.timeToLive(id, { keys: true }))).toMatchObject({
        ttl: 2000,
        keys: ['lease/a'],
      });
      expect(await firstValueFrom(etcd.leases.list())).toContain(id);
      lease.leave();
      await waitFor(async () => !(await has('lease/a')));
      expect(await firstValueFrom(etcd.leases.timeToLive(id))).toMatchObject({ left: undefined });
    });

    it('is lost when another revokes it', async () => {
      const lease = held(etcd, 3000);
      const id = await lease.id();
      await firstValueFrom(etcd.leases.revoke(id));
      await waitFor(() => lease.isCompleted());
      expect(lease.standings.at(-1)).toEqual({ kind: 'lost', id });
    });

    it('is given back when the client is closed', async () => {
      const other = await open(cluster.endpoints, { transport });
      const lease = held(other, 60_000);
      await firstValueFrom(etcd.put('lease/b', data, { lease: await lease.id() }));
      await other.close();
      expect(await has('lease/b')).toBe(false);
    });

    it('is given back when the client is closed just after it was let go', async () => {
      const other = await open(cluster.endpoints, { transport });
      const lease = held(other, 60_000);
      await firstValueFrom(etcd.put('lease/b', data, { lease: await lease.id() }));
      lease.leave();
      await other.close();
      expect(await has('lease/b')).toBe(false);
    });

    describe('over a line that is cut', () => {
      let proxy: FaultProxy;
      let client: Etcd;
      beforeAll(async () => {
        proxy = await startFaultProxy(cluster.members[0]!);
        client = await open(`127.0.0.1:${proxy.port}`, { transport, backoff: { min: 10, max: 100 } });
      });
      afterAll(async () => {
        await client.close();
        await proxy.stop();
      });

      it('is suspect when it may have run out, and held again when it has not', async () => {
        const lease = held(client, 2000);
        const id = await lease.id();
        proxy.refuse();
        proxy.cut();
        // it lives on all the same
        const keeper = setInterval(() => void firstValueFrom(etcd.leases.keepAlive(id)), 200);
        try {
          await waitFor(() => lease.standings.at(-1)?.kind === 'suspect');
          await proxy.accept();
          await waitFor(() => lease.standings.at(-1)?.kind === 'held');
        } finally {
          clearInterval(keeper);
          lease.leave();
        }
      });

      it('is suspect before the cluster lets it run out, and lost after that', async () => {
        const lease = held(client, 2000);
        const id = await lease.id();
        await firstValueFrom(etcd.put('lease/c', data, { lease: id }));
        const order: string[] = [];
        const watching = etcd.events('lease/c').subscribe(() => order.push('deleted'));
        const doubting = lease.standing$.subscribe(({ kind }) => order.push(kind));
        proxy.refuse();
        proxy.cut();
        await waitFor(() => order.includes('deleted'));
        watching.unsubscribe();
        doubting.unsubscribe();
        expect(order).toEqual(['suspect', 'deleted']);
        await proxy.accept();
        await waitFor(() => lease.isCompleted());
        expect(lease.standings.at(-1)).toEqual({ kind: 'lost', id });
      });
    });
  });

  describe('a lease without a holder', () => {
    it('lives for its time, with an id of choice', async () => {
      expect(await firstValueFrom(etcd.leases.grant(5000, { id: 77n }))).toEqual({ id: 77n, ttl: 5000 });
      await expect(firstValueFrom(etcd.leases.grant(5000, { id: 77n }))).rejects.toMatchObject({
        code: 'LEASE_EXISTS',
      });
      expect(await firstValueFrom(etcd.leases.keepAlive(77n))).toBe(5000);
      await firstValueFrom(etcd.leases.revoke(77n));
      await firstValueFrom(etcd.leases.revoke(77n));
      expect(await firstValueFrom(etcd.leases.keepAlive(77n))).toBe(0);
    });
  });
});
