import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import { utf8 } from '../../../../lib/core/codecs.js';
import type { Etcd } from '../../../../lib/etcd/v3/client/etcd.js';
import { open } from '../../../../lib/etcd/v3/open.js';
import { seededRandom } from '../../../../lib/testing/proxy/seededRandom.js';
import { type FaultProxy, startFaultProxy } from '../../../helpers/faultProxy.js';
import { type RealEtcdCluster, startRealEtcd } from '../../../helpers/realEtcd.js';
import { waitFor } from '../../../helpers/waitFor.js';

/** How often the line is cut. */
const CUTS = 80;

describe.each(['grpc', 'gateway'] as const)('over %s:', (transport) => {
  let cluster: RealEtcdCluster;
  let proxy: FaultProxy;
  let writer: Etcd<string, string>;
  let watcher: Etcd<string, string>;
  const closing: AsyncDisposable[] = [];

  beforeAll(async () => {
    cluster = await startRealEtcd();
    proxy = await startFaultProxy(cluster.members[0]!);
    const own = await open(cluster.endpoints);
    const cut = await open(`127.0.0.1:${proxy.port}`, { transport, backoff: { min: 1, max: 20 } });
    closing.push(own, cut, proxy);
    writer = own.with({ value: utf8 });
    watcher = cut.with({ value: utf8 });
  });
  afterAll(async () => {
    for (const it of closing) await it[Symbol.asyncDispose]();
    await cluster?.stop();
  });

  describe('a line that is cut again and again while events come', () => {
    it(`loses no event, and shows none twice, in ${CUTS} cuts`, async () => {
      const random = seededRandom(20261127);
      const { revision } = await firstValueFrom(writer.put('count', '0'));
      const seen: number[] = [];
      const events = watcher.events('count', { from: revision }).subscribe((event) => seen.push(event.revision));
      const { all: shown, stop } = shownOf(watcher);
      let written = 0;
      for (let cut = 0; cut < CUTS; cut++) {
        const burst = 1 + Math.floor(random() * 40);
        await Promise.all(Array.from({ length: burst }, () => firstValueFrom(writer.put('count', String(++written)))));
        void proxy.cutAfter(Math.floor(random() * 4000), 'toClient').catch(() => {});
        const before = seen.length;
        if (random() < 0.3) await waitFor(() => seen.length > before || seen.length === written + 1, { interval: 1 });
      }
      const { revision: last } = await firstValueFrom(writer.put('count', 'last'));
      await waitFor(() => seen.at(-1) === last);
      await waitFor(() => shown.at(-1)?.value === 'last' && !shown.at(-1)!.stale);
      events.unsubscribe();
      stop();
      expect(seen).toEqual(Array.from({ length: last - revision + 1 }, (_, i) => revision + i));
      const revisions = shown.map((it) => it.facts!.modRevision);
      expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
      expect(proxy.accepted).toBeGreaterThan(CUTS / 3);
    });

    it('ends a write of unknown fate with the effect unknown, and does not send it again', async () => {
      const outcomes = { acknowledged: 0, unknown: 0, none: 0 };
      const before = await firstValueFrom(writer.get('tally'));
      for (let i = 0; i < 60; i++) {
        void proxy.cutAfter(Math.floor((i * 37) % 400), i % 2 === 0 ? 'toClient' : 'toServer').catch(() => {});
        try {
          await firstValueFrom(watcher.put('tally', String(i)));
          outcomes.acknowledged++;
        } catch (error) {
          expect(error).toMatchObject({ layer: 'transport' });
          outcomes[(error as { effect: 'unknown' | 'none' }).effect]++;
        }
      }
      const done = (await firstValueFrom(writer.get('tally')))?.version ?? 0;
      expect(before).toBeUndefined();
      expect(done).toBeGreaterThanOrEqual(outcomes.acknowledged);
      expect(done).toBeLessThanOrEqual(outcomes.acknowledged + outcomes.unknown);
      expect(outcomes.none).toBe(0); // those are sent again
      expect(outcomes.unknown).toBeGreaterThan(0);
    });
  });
});

function shownOf(etcd: Etcd<string, string>) {
  type Shown = Parameters<NonNullable<Parameters<ReturnType<typeof etcd.watch>['forEach']>[0]>>[0];
  const all: Shown[] = [];
  const subscription = etcd.watch('count').subscribe((value) => all.push(value));
  return { all, stop: () => subscription.unsubscribe() };
}
