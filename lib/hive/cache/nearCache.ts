import { type Observable, defer, identity, map, of, tap } from 'rxjs';
import { integer, knownKeys } from '../../core/check.js';
import type { CellReadOptions, Watching } from '../../core/contract.js';
import { UsageError } from '../../core/errors.js';
import { type FoundContent, contentOf } from '../content/contentOf.js';
import { partsOf } from '../hiveParts.js';
import { headKey } from '../hiveStore.js';
import type { Hive } from '../api/hive.js';
import type { HiveWatching } from '../api/hiveWatching.js';
import { type CacheLimits, type CacheUsage, ContentCache } from './contentCache.js';

/** How much a near cache keeps. The names are those of wrpme. */
export interface NearCacheOptions {
  /** Bytes of all contents in the cache. A larger content is not kept. Default 64 MiB. */
  readonly limiterMaxBytes?: number;
  /** Entries in the cache; each has a watch in the store. 0 keeps none. Default 1,000. */
  readonly limiterMaxEntriesCount?: number;
}

/** The cache of a hive. */
export interface NearCache {
  /** How much the cache keeps now, and how often it was of use. */
  cacheUsage(): CacheUsage;
  /** Empties the cache, and ends its watches. Later reads fill it again. */
  clearCache(): void;
}

const MIB = 1024 * 1024;

/**
 * A hive that keeps contents near: `get` and `getRaw` read an entry from the store once, and then from memory, until it
 * changes. The limiter takes the least recently used entries out; nothing is lost, because the store has them.
 *
 * Each content in the cache has a watch in the store. It is given out only while this watch is fresh and shows the same
 * content. While the connection is lost, or before the watch has answered, the store is asked, and `get` waits or fails
 * as without a cache. So a `get` may miss a change of another client only until the event of that change has come.
 *
 * - `latest: true` asks the store, and renews the cache.
 * - A write through this hive shows in the next `get` through it. A write through another hive object shows when its
 *   event comes, even if both use one client.
 * - Each `get` gives a value of its own, so changing it changes nothing in the cache.
 *
 * The cache ends with the client of the store: its watches complete then.
 *
 * @param hive a hive in a store that has events: not in Arakoon
 *
 * @example
 * ```ts
 * import { nearCache, openHive } from 'quorum-rx/hive';
 *
 * await using people = nearCache(await openHive('memory:'), { limiterMaxEntriesCount: 100 });
 * people.get('ada').subscribe((value) => console.log(value, people.cacheUsage().hits));
 * ```
 */
export function nearCache<T, V, H extends Hive<T, V> & HiveWatching<T, V>>(
  hive: H & Hive<T, V>,
  options: NearCacheOptions = {}
): H & NearCache {
  const parts = partsOf<T, V>('hive', hive);
  const { ground, entries } = parts;
  const index = ground.places.index as Partial<Watching<V>>;
  const { watch } = index;
  if (watch === undefined) throw new UsageError('hive', 'must be in a store that has events');
  const cache = new ContentCache<V>(
    limitsOf(options),
    (alias) => watch.call(index, headKey(alias)),
    (head) => ground.heads.isOver(head)
  );
  const contentFor = (alias: string, operation: string, given: CellReadOptions) => {
    const latest = parts.latest(given);
    return defer((): Observable<FoundContent<V>> => {
      const found = latest ? undefined : cache.find(alias);
      return found === undefined
        ? cache.keeping(alias, contentOf(ground, alias, operation, latest, identity))
        : of(found);
    });
  };
  const changing = <R>(alias: string | undefined, write$: Observable<R>) =>
    cache.changing((other) => other === alias, write$);
  const methods: Partial<Hive<T, V>> & NearCache = {
    get: (alias, given = {}) =>
      parts.call('get', alias, () =>
        contentFor(alias, 'get', given).pipe(map((found) => entries.decode(found, alias, 'get')))
      ),
    getRaw: (alias, given = {}) =>
      parts.call('getRaw', alias, () => contentFor(alias, 'getRaw', given).pipe(map(({ content }) => content))),
    stat: (alias, given) => hive.stat(alias, given).pipe(tap((facts) => cache.compare(alias, facts?.version))),
    put: (alias, ...rest) => changing(alias, hive.put(alias, ...rest)),
    update: (alias, ...rest) => changing(alias, hive.update(alias, ...rest)),
    replace: (alias, ...rest) => changing(alias, hive.replace(alias, ...rest)),
    modify: (alias, ...rest) => changing(alias, hive.modify(alias, ...rest)),
    delete: (alias, ...rest) => changing(alias, hive.delete(alias, ...rest)),
    getAndUpdate: (alias, ...rest) => changing(alias, hive.getAndUpdate(alias, ...rest)),
    getAndRemove: (alias, ...rest) => changing(alias, hive.getAndRemove(alias, ...rest)),
    expire: (alias, ...rest) => changing(alias, hive.expire(alias, ...rest)),
    compareAndSwap: (alias, ...rest) => changing(alias, hive.compareAndSwap(alias, ...rest)),
    removeIf: (alias, ...rest) => changing(alias, hive.removeIf(alias, ...rest)),
    removeAll: (prefix) => cache.changing((alias) => alias.startsWith(prefix), hive.removeAll(prefix)),
    upload: (source, given) => changing(given?.alias, hive.upload(source, given)),
    cacheUsage: () => cache.usage,
    clearCache: () => cache.clear(),
  };
  return Object.assign(Object.create(hive) as H, methods);
}

function limitsOf(options: NearCacheOptions): CacheLimits {
  const { limiterMaxBytes = 64 * MIB, limiterMaxEntriesCount = 1000 } = knownKeys('options', options, [
    'limiterMaxBytes',
    'limiterMaxEntriesCount',
  ]);
  return {
    limiterMaxBytes: integer('options.limiterMaxBytes', limiterMaxBytes, 0, Number.MAX_SAFE_INTEGER),
    limiterMaxEntriesCount: integer('options.limiterMaxEntriesCount', limiterMaxEntriesCount, 0, 1_000_000),
  };
}
