import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Observable, firstValueFrom } from 'rxjs';
import { nearCache } from '../../../lib/hive/cache/nearCache.js';
import { openHive } from '../../../lib/hive/open/openHive.js';
import { startEtcd, startZooKeeper } from '../../../lib/testing/index.js';
import { waitFor } from '../../helpers/waitFor.js';

const one = <T>(reply$: Observable<T>) => firstValueFrom(reply$);
const stores = {
  ZooKeeper: async () => {
    const server = await startZooKeeper();
    return { url: `zk://${server.connectString}/near` as const, stop: () => server.stop() };
  },
  etcd: async () => {
    const server = await startEtcd();
    return {
      url: `etcd://${server.endpoints.join(',').replaceAll('http://', '')}/near` as const,
      stop: () => server.stop(),
    };
  },
};

describe.each(Object.entries(stores))('a near cache over %s', (_, start) => {
  let ground: Awaited<ReturnType<(typeof stores)[keyof typeof stores]>>;
  const open = () => openHive(ground.url as `zk://${string}`, { inlineBytes: 1000, sliceBytes: 10_000 });
  beforeAll(async () => {
    ground = await start();
  });
  afterAll(() => ground?.stop());

  it.each([
    ['small', 10],
    ['large', 50_000],
  ])('follows the changes of a %s entry by another client', async (name, size) => {
    await using far = await open();
    await using cached = nearCache(await open());
    const value = (i: number) => Buffer.alloc(size, `${i} `);
    await one(far.put(name, value(0)));
    for (let i = 0; i < 3; i++) {
      await waitFor(async () => {
        await one(cached.get(name));
        return cached.cacheUsage().hits > i;
      });
      await one(far.update(name, value(i + 1)));
      await waitFor(async () => value(i + 1).equals((await one(cached.get(name))) as Buffer));
      expect(await one(cached.get(name))).toEqual(value(i + 1));
    }
    await one(far.delete(name));
    await waitFor(() =>
      one(cached.get(name)).then(
        () => false,
        () => true
      )
    );
  });

  it('shows each own write in the next read', async () => {
    await using cached = nearCache(await open());
    for (let i = 0; i < 50; i++) {
      await one(cached.update('own', i));
      expect(await one(cached.get('own'))).toBe(i);
    }
  });
});
