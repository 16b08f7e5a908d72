import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import type { CoordinationError } from '../../lib/core/errors.js';
import { type Etcd, type EtcdState, type OpenOptions, open } from '../../lib/etcd/index.js';
import type { RealEtcd } from '../helpers/realEtcd.js';
import { PartitionedEtcd } from '../helpers/partitionedEtcd.js';
import { waitFor, waitForValue } from '../helpers/waitFor.js';

type Connected = Extract<EtcdState, { kind: 'connected' }>;

const data = new Uint8Array(1);
/** Writes again and again until it is written. */
const insist = (etcd: Etcd, key: string) =>
  waitFor(() => firstValueFrom(etcd.put(key, data, { timeout: 2000 })), { interval: 50 });

/** All that a watch of a key has seen: the revisions of its events, in order. */
function watched(etcd: Etcd, key: string, from: number) {
  const revisions: number[] = [];
  const subscription = etcd.events(key, { from }).subscribe(({ revision }) => revisions.push(revision));
  return { revisions, [Symbol.dispose]: () => subscription.unsubscribe() };
}

describe('a client of three etcd servers 3.4', () => {
  let peers: PartitionedEtcd;
  beforeAll(async () => {
    peers = await PartitionedEtcd.start(3);
  });
  afterAll(() => peers?.[Symbol.asyncDispose]());

  describe.each(['grpc', 'gateway'] as const)('over %s', (transport) => {
    const join = (options: OpenOptions = {}) =>
      open(peers.cluster.endpoints, {
        ...{ transport, heartbeat: 6000, connectTimeout: 1500, backoff: { min: 20, max: 200 } },
        ...options,
      });
    const connected = async (etcd: Etcd, elsewhere?: RealEtcd) => {
      const isThere = (state: EtcdState) => state.kind === 'connected' && state.endpoint.port !== elsewhere?.port;
      const { endpoint } = (await waitForValue(etcd.state$, isThere)) as Connected;
      return peers.cluster.members.find(({ port }) => port === endpoint.port)!;
    };
    const healthy = () =>
      waitFor(async () => (await Promise.all(peers.cluster.members.map((it) => it.healthy()))).every(Boolean), {
        timeout: 40_000,
        what: 'a healthy cluster',
      });

    it('goes on with its watches, its leases and its requests when its member is killed', async () => {
      await using etcd = await join();
      const { revision } = await insist(etcd, `kill ${transport}`);
      using events = watched(etcd, `kill ${transport}`, revision);
      const standings: string[] = [];
      const lease = etcd.leases.hold(20_000).subscribe(({ kind }) => standings.push(kind));
      await waitFor(() => standings.length > 0 && events.revisions.length === 1);
      const member = await connected(etcd);
      await member.kill();
      const last = await insist(etcd, `kill ${transport}`);
      await waitFor(() => events.revisions.at(-1) === last.revision);
      expect(events.revisions).toEqual(events.revisions.map((_, i) => revision + i));
      expect(standings.every((kind) => kind === 'held')).toBe(true);
      lease.unsubscribe();
      member.start();
      await healthy();
    });

    it('leaves a member that is frozen, and takes its reads along', async () => {
      await using etcd = await join();
      const { revision } = await insist(etcd, `freeze ${transport}`);
      using events = watched(etcd, `freeze ${transport}`, revision);
      await waitFor(() => events.revisions.length === 1);
      const member = await connected(etcd);
      member.freeze();
      try {
        expect(await firstValueFrom(etcd.get(`freeze ${transport}`, { timeout: 25_000 }))).toMatchObject({
          modRevision: revision,
        });
        expect(await connected(etcd, member)).not.toBe(member);
        const { revision: next } = await insist(etcd, `freeze ${transport}`);
        await waitFor(() => events.revisions.at(-1) === next);
      } finally {
        member.thaw();
        await healthy();
      }
    });

    it('leaves a member that is cut off from the others, and its watches see all', async () => {
      await using etcd = await join();
      const { revision } = await insist(etcd, `partition ${transport}`);
      using events = watched(etcd, `partition ${transport}`, revision);
      await waitFor(() => events.revisions.length === 1);
      const member = await connected(etcd);
      const causes: string[] = [];
      etcd.state$.subscribe((state) => state.kind === 'connecting' && causes.push(state.cause?.code ?? ''));
      peers.isolate(peers.cluster.members.indexOf(member));
      try {
        await connected(etcd, member); // nothing was asked: the watch has heard that there is no leader
        expect(causes[0]).toBe('NO_LEADER');
        const { revision: next } = await insist(etcd, `partition ${transport}`);
        await waitFor(() => events.revisions.at(-1) === next);
      } finally {
        peers.heal();
        await healthy();
      }
    });

    it('loses nothing when its member stops as it should', async () => {
      await using etcd = await join();
      const { revision } = await insist(etcd, `stop ${transport}`);
      using events = watched(etcd, `stop ${transport}`, revision);
      await waitFor(() => events.revisions.length === 1);
      const ends = { done: 0, unknown: 0 };
      const write = async () => {
        try {
          await firstValueFrom(etcd.put(`stop ${transport}`, data));
          ends.done++;
        } catch (error) {
          expect((error as CoordinationError).effect).toBe('unknown'); // what was not done was sent again
          ends.unknown++;
        }
      };
      const member = await connected(etcd);
      const stopped = member.kill('SIGTERM');
      let isStopped = false;
      void stopped.then(() => (isStopped = true));
      while (!isStopped) await Promise.all(Array.from({ length: 5 }, write));
      const before = ends.done;
      while (ends.done === before) await write();
      const last = await firstValueFrom(etcd.get(`stop ${transport}`));
      await waitFor(() => events.revisions.at(-1) === last?.modRevision);
      expect(events.revisions).toEqual(events.revisions.map((_, i) => revision + i));
      const written = events.revisions.length - 1; // after the first one
      expect(written).toBeGreaterThanOrEqual(ends.done);
      expect(written).toBeLessThanOrEqual(ends.done + ends.unknown);
      member.start();
      await healthy();
    });
  });
});
