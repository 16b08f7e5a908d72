import { describe, expect, it } from '@jest/globals';
import { type Observable, firstValueFrom } from 'rxjs';
import type { Etcd } from '../../../../lib/etcd/v3/client/etcd.js';
import { freePorts } from '../../../helpers/freePorts.js';
import type { RealEtcdCluster } from '../../../helpers/realEtcd.js';
import { memberChange } from '../../../helpers/memberChange.js';
import { waitFor } from '../../../helpers/waitFor.js';
import { withRealEtcd } from '../../../helpers/withRealEtcd.js';

describe.each(['grpc', 'gateway'] as const)('over %s:', (transport) => {
  let cluster: RealEtcdCluster;
  let etcd: Etcd;
  withRealEtcd({ members: 3, transport }, (client, real) => {
    etcd = client;
    cluster = real;
  });

  const changed = <T>(change$: Observable<T>) => memberChange(change$, etcd.put('settled', new Uint8Array(0)));
  const peer = async () => `http://127.0.0.1:${(await freePorts(1))[0]}`;

  describe('the members of a cluster of three', () => {
    it('are listed with their names and URLs', async () => {
      const members = await firstValueFrom(etcd.members.list());
      expect(members.map(({ name }) => name).sort()).toEqual(['n1', 'n2', 'n3']);
      expect(members.flatMap(({ clientUrls }) => clientUrls).sort()).toEqual(
        cluster.members.map(({ endpoint }) => `http://${endpoint}`).sort()
      );
      for (const { id, isLearner } of members) expect([typeof id, isLearner]).toEqual(['bigint', false]);
    });

    it('can be joined by a learner, which is not promoted before it is in sync, and be left again', async () => {
      const url = await peer();
      const { member, members } = await changed(etcd.members.add([url], { learner: true }));
      expect(member).toMatchObject({ name: '', clientUrls: [], peerUrls: [url], isLearner: true });
      expect(members).toHaveLength(4);
      await expect(firstValueFrom(etcd.members.promote(member.id))).rejects.toMatchObject({
        code: 'LEARNER_NOT_READY',
        effect: 'none',
        operation: 'members.promote',
      });
      await expect(changed(etcd.members.add([await peer()], { learner: true }))).rejects.toMatchObject({
        code: 'TOO_MANY_LEARNERS',
      });
      const other = await peer();
      const updated = await changed(etcd.members.update(member.id, [other]));
      expect(updated.find(({ id }) => id === member.id)?.peerUrls).toEqual([other]);
      expect(await changed(etcd.members.remove(member.id))).toHaveLength(3);
      await expect(changed(etcd.members.remove(member.id))).rejects.toMatchObject({ code: 'MEMBER_NOT_FOUND' });
    });

    it('refuse what they cannot do, in the words of etcd', async () => {
      const [first] = await firstValueFrom(etcd.members.list({ serializable: true }));
      await expect(firstValueFrom(etcd.members.promote(first!.id))).rejects.toMatchObject({ code: 'NOT_A_LEARNER' });
      await expect(changed(etcd.members.add(first!.peerUrls))).rejects.toMatchObject({
        code: 'PEER_URL_EXISTS',
      });
      await expect(changed(etcd.members.update(5n, [await peer()]))).rejects.toMatchObject({
        code: 'MEMBER_NOT_FOUND',
      });
    });

    it('elect the member that moveLeader names, whichever one the client is connected to', async () => {
      const statusAt = (endpoint: string) => firstValueFrom(etcd.maintenance.status({ endpoint }));
      for (const { endpoint } of cluster.members) {
        const { memberId } = await statusAt(endpoint);
        await firstValueFrom(etcd.maintenance.moveLeader(memberId));
        await waitFor(async () => (await statusAt(endpoint)).isLeader, { what: 'the new leader' });
      }
      const follower = cluster.members[0]!.endpoint;
      const { memberId } = await statusAt(follower);
      await expect(firstValueFrom(etcd.maintenance.moveLeader(memberId, { endpoint: follower }))).rejects.toMatchObject(
        {
          code: 'NOT_LEADER',
          operation: 'moveLeader',
        }
      );
      await expect(firstValueFrom(etcd.maintenance.moveLeader(77n))).rejects.toMatchObject({ code: 'BAD_TRANSFEREE' });
    });

    it('are each asked for their own status and hash, over a connection that ends with the request', async () => {
      const own = await Promise.all(
        cluster.members.map(({ endpoint }) => firstValueFrom(etcd.maintenance.status({ endpoint })))
      );
      expect(new Set(own.map(({ memberId }) => memberId)).size).toBe(3);
      expect(new Set(own.map(({ clusterId }) => clusterId)).size).toBe(1);
      expect(own.filter(({ isLeader }) => isLeader)).toHaveLength(1);
      if (transport === 'gateway') return; // it has no hashKV
      const { revision } = await firstValueFrom(etcd.put('a', new Uint8Array(1)));
      const hashes = await Promise.all(
        cluster.members.map(async ({ host, port }) => {
          await waitFor(
            async () =>
              (await firstValueFrom(etcd.maintenance.status({ endpoint: { host, port } }))).revision >= revision
          );
          return firstValueFrom(etcd.maintenance.hashKV({ endpoint: { host, port }, revision }));
        })
      );
      expect(new Set(hashes.map(({ hash }) => hash)).size).toBe(1);
    });

    it('that cannot be reached let a request wait, up to its timeout, and say why', async () => {
      const [port] = await freePorts(1);
      const asked = firstValueFrom(etcd.maintenance.status({ endpoint: `127.0.0.1:${port}`, timeout: 300 }));
      await expect(asked).rejects.toMatchObject({ code: 'TIMEOUT', effect: 'none', operation: 'status' });
      await expect(asked).rejects.toThrow(/ECONNREFUSED/);
      expect(await firstValueFrom(etcd.maintenance.status())).toMatchObject({ errors: [] });
    });

    it('are asked in vain with a bad argument, which is named', async () => {
      const { members, maintenance } = etcd;
      const bad = [
        [members.add([]), 'peerUrls'],
        [members.add([1 as never]), 'peerUrls[0]'],
        [members.add('http://a' as never), 'peerUrls'],
        [members.add(['http://a'], { learner: 1 as never }), 'options.learner'],
        [members.remove(0n), 'id'],
        [members.remove(1 as never), 'id'],
        [members.list({ linear: true } as never), 'options.linear'],
        [maintenance.moveLeader(-1n), 'to'],
        [maintenance.moveLeader(1n, { endpoint: '' }), 'options.endpoint'],
        [maintenance.status({ endpoint: 'a:1,b:2' }), 'options.endpoint'],
        [maintenance.status({ endpoint: 'https://a:1' }), 'options.endpoint'],
        [maintenance.status({ endpoint: { host: 'a', port: -1 } }), 'options.endpoint.port'],
        [members.list({ endpoint: 'a' } as never), 'options.endpoint'],
      ] as const;
      for (const [request$, argument] of bad)
        await expect(firstValueFrom(request$ as Observable<unknown>)).rejects.toMatchObject({
          layer: 'usage',
          argument,
        });
    });
  });
});
