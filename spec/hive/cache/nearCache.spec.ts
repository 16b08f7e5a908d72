import { describe, expect, it } from '@jest/globals';
import { type Observable, Subject, concatMap, defer, firstValueFrom, lastValueFrom, map, merge, of, tap } from 'rxjs';
import type { WatchedCell } from '../../../lib/core/contract.js';
import { ConnectionLostError } from '../../../lib/core/errors.js';
import { type NearCacheOptions, nearCache } from '../../../lib/hive/cache/nearCache.js';
import { hive, rawHive } from '../../../lib/hive/hive.js';
import { MemoryStore } from '../../../lib/hive/memoryStore.js';
import { openHive } from '../../../lib/hive/open/openHive.js';
import { VirtualTime } from '../../helpers/virtualTime.js';

const one = <T>(reply$: Observable<T>) => firstValueFrom(reply$);

/** A hive whose reads are counted, whose watches can be cut, and whose requests can be held up. */
function stage(options: NearCacheOptions = {}) {
  const store = new MemoryStore();
  const cut$ = new Subject<boolean>();
  const seen = { reads: 0, watches: 0 };
  /** What each read and each write waits for. */
  const gates: { read$: Observable<unknown>; write$: Observable<unknown> } = { read$: of(0), write$: of(0) };
  let isDeaf = false;
  const shown = new Map<string, WatchedCell<number>>();
  const scheduler = new VirtualTime();
  const cells = (place: string) => {
    const plain = store.cells(`${place}/`);
    return {
      ...plain,
      get: (key: string) => {
        seen.reads++;
        return plain.get(key).pipe(concatMap((cell) => gates.read$.pipe(map(() => cell))));
      },
      set: (...given: Parameters<typeof plain.set>) => gates.write$.pipe(concatMap(() => plain.set(...given))),
      watch: (key: string) =>
        defer(() => {
          seen.watches++;
          const cell$ = plain.watch(key).pipe(
            concatMap((cell, i) => {
              const seenBefore = shown.get(key); // a watch that others share shows this first
              if (isDeaf) return i > 0 || seenBefore === undefined ? [] : [seenBefore];
              shown.set(key, cell);
              return [cell];
            })
          );
          const cause = new ConnectionLostError('cut', 'none');
          return merge(
            cell$,
            cut$.pipe(
              map((isCut): WatchedCell<number> =>
                isCut
                  ? { ...shown.get(key)!, stale: true, cause }
                  : { ...shown.get(key)!, stale: false, cause: undefined }
              )
            )
          ).pipe(tap({ finalize: () => void seen.watches-- }));
        }),
    };
  };
  const sizes = { inlineBytes: 100, sliceBytes: 1000, scheduler };
  const [near, far] = [hive(cells, undefined, sizes), hive((place) => store.cells(`${place}/`), undefined, sizes)];
  return {
    cached: nearCache(near, options),
    near,
    far,
    seen,
    scheduler,
    cut: (isCut: boolean) => cut$.next(isCut),
    /** Lets the watches show what they have shown before. */
    deafen: (value: boolean) => void (isDeaf = value),
    gates,
    raws: (limits: NearCacheOptions = {}) => nearCache(rawHive(cells, sizes), limits),
  };
}

describe('a near cache', () => {
  for (const [size, value] of [
    ['small', { a: 1 }],
    ['large', { a: Buffer.alloc(5000, 'x') }],
  ] as const) {
    it(`reads a ${size} entry once`, async () => {
      const { cached, far, seen } = stage();
      await one(far.put('a', value));
      expect(await one(cached.get('a'))).toEqual(value);
      const { reads } = seen;
      for (let i = 0; i < 3; i++) expect(await one(cached.get('a'))).toEqual(value);
      expect(seen.reads).toBe(reads);
      expect(cached.cacheUsage()).toMatchObject({ entries: 1, hits: 3, misses: 1, evictions: 0 });
    });

    it(`shows the change of a ${size} entry by another client as soon as its event comes`, async () => {
      const { cached, far } = stage();
      await one(far.put('a', value));
      await one(cached.get('a'));
      await one(far.update('a', 2));
      expect(await one(cached.get('a'))).toBe(2);
      expect(await one(cached.get('a'))).toBe(2);
      expect(cached.cacheUsage()).toMatchObject({ entries: 1, hits: 1, misses: 2 });
    });
  }

  it('notices that an entry was deleted and made again', async () => {
    const { cached, far } = stage();
    await one(far.put('a', 1));
    await one(cached.get('a'));
    await one(far.delete('a'));
    await expect(one(cached.get('a'))).rejects.toMatchObject({ code: 'ALIAS_NOT_FOUND' });
    await one(far.put('a', 3));
    expect(await one(cached.get('a'))).toBe(3);
  });

  it('asks the store while the watch is stale', async () => {
    const { cached, far, cut, deafen } = stage();
    await one(far.put('a', 1));
    await one(cached.get('a'));
    cut(true);
    deafen(true);
    await one(far.update('a', 2));
    expect(await one(cached.get('a'))).toBe(2);
  });

  it('trusts the cache again when the watch is fresh again, with the same content', async () => {
    const { cached, far, seen, cut } = stage();
    await one(far.put('a', 1));
    await one(cached.get('a'));
    cut(true);
    expect(await one(cached.get('a'))).toBe(1);
    const { reads } = seen;
    expect(reads).toBe(2);
    cut(false);
    expect(await one(cached.get('a'))).toBe(1);
    expect(seen.reads).toBe(reads);
  });

  it('keeps an entry through reads that fail while there is no connection', async () => {
    const { cached, far, seen, cut, gates } = stage();
    await one(far.put('a', 1));
    await one(cached.get('a'));
    cut(true);
    gates.read$ = defer(() => Promise.reject(new ConnectionLostError('cut', 'none')));
    await expect(one(cached.get('a'))).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    cut(false);
    expect(await one(cached.get('a'))).toBe(1);
    expect(seen.watches).toBe(1);
  });

  it('asks the store until the watch has answered', async () => {
    const { cached, far, seen, deafen } = stage();
    await one(far.put('a', 1));
    deafen(true);
    await one(cached.get('a'));
    await one(cached.get('a'));
    expect(seen.reads).toBe(2);
    expect(seen.watches).toBe(1);
  });

  it('shows each write through it in the next read, even before its event', async () => {
    const { cached, deafen } = stage();
    await one(cached.put('a', 1));
    const changes: [() => Observable<unknown>, unknown][] = [
      [() => cached.update('a', 2), 2],
      [() => cached.replace('a', 3), 3],
      [() => cached.getAndUpdate('a', 4), 4],
      [() => cached.compareAndSwap('a', 4, 5), 5],
      [() => cached.upload([Buffer.from('6')], { alias: 'a' }), Buffer.from('6')],
    ];
    for (const [change, wanted] of changes) {
      deafen(false);
      await one(cached.get('a'));
      deafen(true); // the event is slow
      await lastValueFrom(change());
      expect(await one(cached.get('a'))).toEqual(wanted);
    }
    const removals: (() => Observable<unknown>)[] = [
      () => cached.delete('a'),
      () => cached.getAndRemove('a'),
      () => cached.removeIf('a', 1),
      () => cached.removeAll(''),
    ];
    for (const remove of removals) {
      deafen(false);
      await one(cached.update('a', 1));
      await one(cached.get('a'));
      deafen(true);
      await one(remove());
      await expect(one(cached.get('a'))).rejects.toMatchObject({ code: 'ALIAS_NOT_FOUND' });
    }
  });

  it('shows a write in a read that begins in the same turn as its result', async () => {
    const { cached, deafen } = stage();
    await one(cached.put('a', 1));
    await one(cached.get('a'));
    deafen(true);
    expect(await one(cached.update('a', 2).pipe(concatMap(() => cached.get('a'))))).toBe(2);
  });

  it('shows a write in the next read, even if another read was made during the write', async () => {
    const { cached, deafen, gates } = stage();
    await one(cached.put('a', 1));
    await one(cached.get('a'));
    deafen(true);
    const go$ = new Subject<void>();
    gates.write$ = go$;
    const next = one(cached.update('a', 2).pipe(concatMap(() => cached.get('a'))));
    expect(await one(cached.get('a'))).toBe(1);
    expect(cached.cacheUsage().entries).toBe(1);
    go$.next();
    expect(await next).toBe(2);
  });

  it('does not keep the result of a read that a write has overtaken', async () => {
    const { cached, deafen, gates } = stage();
    await one(cached.put('a', 1));
    await one(cached.get('a'));
    cached.clearCache();
    deafen(true);
    const go$ = new Subject<void>();
    gates.read$ = go$;
    const reading = one(cached.get('a')); // it has read 1, and hangs
    gates.read$ = of(0);
    await one(cached.update('a', 2));
    go$.next();
    expect(await reading).toBe(1);
    expect(cached.cacheUsage().entries).toBe(0);
    expect(await one(cached.get('a'))).toBe(2);
  });

  it('asks the store for the latest value, and shows nothing older after that', async () => {
    const { cached, far, deafen } = stage();
    await one(far.put('a', 1));
    await one(cached.get('a'));
    deafen(true);
    await one(far.update('a', 2));
    expect(await one(cached.get('a'))).toBe(1); // the event is on its way
    expect(await one(cached.get('a', { latest: true }))).toBe(2);
    expect(await one(cached.get('a'))).toBe(2);
  });

  it('never shows a value that is older than what stat has shown', async () => {
    const { cached, far, deafen } = stage();
    await one(far.put('a', 1));
    await one(cached.get('a'));
    deafen(true);
    await one(far.update('a', 2));
    await one(cached.stat('a'));
    expect(await one(cached.get('a'))).toBe(2);
  });

  it('lets entries run out', async () => {
    const { cached, scheduler } = stage();
    await one(cached.put('a', 1, { expires: 1000 }));
    await one(cached.get('a'));
    scheduler.advance(999);
    expect(await one(cached.get('a'))).toBe(1);
    scheduler.advance(1);
    await expect(one(cached.get('a'))).rejects.toMatchObject({ code: 'ALIAS_NOT_FOUND' });
  });

  it('goes by the newest time at which an entry runs out', async () => {
    const { cached, far, scheduler, seen } = stage();
    await one(far.put('a', 1));
    await one(cached.get('a'));
    await one(far.update('a', 1, { expires: 1000 }));
    const { reads } = seen;
    expect(await one(cached.get('a'))).toBe(1);
    expect(seen.reads).toBe(reads); // the content is the same
    scheduler.advance(1000);
    await expect(one(cached.get('a'))).rejects.toMatchObject({ code: 'ALIAS_NOT_FOUND' });
  });

  it('takes the least recently used entries out, and leaves their watches', async () => {
    const { cached, far, seen } = stage({ limiterMaxEntriesCount: 2 });
    for (const alias of ['a', 'b', 'c']) await one(far.put(alias, alias));
    for (const alias of ['a', 'b', 'a', 'c']) await one(cached.get(alias));
    expect(seen.watches).toBe(2);
    const { reads } = seen;
    await one(cached.get('a'));
    await one(cached.get('c'));
    expect(seen.reads).toBe(reads);
    await one(cached.get('b'));
    expect(seen.reads).toBe(reads + 1);
    expect(cached.cacheUsage()).toMatchObject({ entries: 2, evictions: 2 });
  });

  it('keeps no more bytes than its limit, and none of a larger content', async () => {
    const { raws } = stage();
    const cached = raws({ limiterMaxBytes: 100 });
    for (const [alias, size] of Object.entries({ a: 60, b: 40, c: 10, d: 101 })) {
      await one(cached.put(alias, new Uint8Array(size)));
      await one(cached.get(alias));
    }
    expect(cached.cacheUsage()).toMatchObject({ entries: 2, bytes: 50, evictions: 1 });
  });

  it('keeps nothing with a limit of 0', async () => {
    const { raws, seen } = stage();
    for (const cached of [raws({ limiterMaxEntriesCount: 0 }), raws({ limiterMaxBytes: 0 })]) {
      await one(cached.update('a', new Uint8Array(1)));
      await one(cached.get('a'));
      expect(cached.cacheUsage()).toMatchObject({ entries: 0, bytes: 0 });
    }
    expect(seen.watches).toBe(0);
  });

  it('gives each reader bytes of its own', async () => {
    const { raws } = stage();
    const cached = raws();
    await one(cached.put('a', Buffer.from('abc')));
    for (let i = 0; i < 3; i++) {
      const found = await one(cached.get('a'));
      expect(Buffer.from(found).toString()).toBe('abc');
      expect(Buffer.isBuffer(found)).toBe(true);
      found.fill(0);
      (await one(cached.getRaw('a'))).fill(0);
    }
    expect(cached.cacheUsage().misses).toBe(1);
  });

  it('leaves all watches when it is emptied, and can be filled again', async () => {
    const { cached, seen } = stage();
    await one(cached.put('a', 1));
    await one(cached.get('a'));
    cached.clearCache();
    expect(seen.watches).toBe(0);
    expect(cached.cacheUsage()).toMatchObject({ entries: 0, bytes: 0 });
    await one(cached.get('a'));
    expect(cached.cacheUsage().entries).toBe(1);
  });

  it('has all that the hive has, with its name in errors', async () => {
    await using people = nearCache(await openHive('memory:'));
    await one(people.put('a', 1));
    expect(await one(people.list())).toEqual(['a']);
    expect(await one(people.watch('a'))).toMatchObject({ kind: 'present', value: 1 });
    expect(await one(people.batch([people.get('a')]))).toEqual([{ kind: 'reply', value: 1 }]);
    await expect(one(people.get(''))).rejects.toMatchObject({ code: 'USAGE', operation: 'get' });
    await expect(one(people.get('a', { late: true } as never))).rejects.toMatchObject({ argument: 'options.late' });
  });

  it('refuses a hive that cannot be watched, no hive, and wrong limits', () => {
    const { near } = stage();
    const { watch: _, ...blind } = new MemoryStore().cells('');
    const refused = (make: () => unknown, argument: string) =>
      expect(make).toThrow(expect.objectContaining({ code: 'USAGE', argument }));
    refused(() => nearCache(hive(() => blind) as never), 'hive');
    refused(() => nearCache({} as never), 'hive');
    refused(() => nearCache(near, { limiterMaxBytes: -1 }), 'options.limiterMaxBytes');
    refused(() => nearCache(near, { limiterMaxEntriesCount: 1.5 }), 'options.limiterMaxEntriesCount');
    refused(() => nearCache(near, { maxBytes: 1 } as never), 'options.maxBytes');
  });
});
