import { sound } from '../client/sound.js';
import { text } from '../core/check.js';
import type { Cells, PrefixWatching, Watching } from '../core/contract.js';
import { type HiveCodec, raw } from './codecs/hiveCodec.js';
import { objects } from './codecs/objects.js';
import { HiveParts, withParts } from './hiveParts.js';
import type { HiveCells, HiveStore } from './hiveStore.js';
import { batches } from './methods/batches.js';
import { reads } from './methods/reads.js';
import { transfers } from './methods/transfers.js';
import { upkeep } from './methods/upkeep.js';
import { writes } from './methods/writes.js';
import type { HiveOptions } from './options.js';
import type { Hive, HiveOf } from './api/hive.js';
import type { HivePrefixWatching, HiveWatching } from './api/hiveWatching.js';
import { watchEntries, watchEntry } from './watching.js';

/**
 * A hive of objects in a store, over the cells of a client that you have. Nothing is sent before a call is subscribed
 * to. The hive ends with the client. Throws a `UsageError` that names the codec or the option at fault.
 *
 * @param store the cells of each place of the hive
 * @param codec how values become bytes. Default: `objects`, which keeps all that JavaScript can copy
 *
 * @example
 * ```ts
 * import { hive } from 'quorum-rx/hive';
 * import { cells } from 'quorum-rx/etcd';
 *
 * const people = hive((place) => cells(etcd, `people/${place}/`));
 * people.put('ada', { born: new Date('1815-12-10') }).subscribe();
 * people.get('ada').subscribe((value) => console.log(value));
 * people.watch('ada').subscribe((entry) => console.log(entry.kind)); // where the store has events
 * ```
 */
export function hive<V, C extends HiveCells<V>, T = unknown>(
  store: HiveStore<C & Cells<V>>,
  codec: HiveCodec<T> = objects as HiveCodec<T>,
  options: HiveOptions = {}
): HiveOf<T, V, C> {
  return create(store as HiveStore<never>, codec, options) as HiveOf<T, V, C>;
}

/**
 * A {@link hive} of bytes, as they are.
 *
 * @example
 * ```ts
 * import { rawHive } from 'quorum-rx/hive';
 * import { cells } from 'quorum-rx/zookeeper';
 *
 * const images = rawHive((place) => cells(zk, `/images/${place}`), { maxObjectBytes: 16 * 1024 * 1024 });
 * images.put('logo', Buffer.from('…')).subscribe();
 * ```
 */
export function rawHive<V, C extends HiveCells<V>>(
  store: HiveStore<C & Cells<V>>,
  options: HiveOptions = {}
): HiveOf<Uint8Array, V, C> {
  return hive<V, C, Uint8Array>(store, raw, options);
}

/** The methods of a hive, with those for events where the store has some. */
function create<T, V>(
  store: HiveStore<HiveCells<V> & Partial<Watching<V> & PrefixWatching<V>>>,
  codec: HiveCodec<T>,
  options: HiveOptions
): Hive<T, V> & Partial<HiveWatching<T, V> & HivePrefixWatching<V>> {
  const parts = new HiveParts<T, V>(store, codec, options);
  const index = parts.ground.places.index as HiveCells<V> & Partial<Watching<V> & PrefixWatching<V>>;
  const methods = {
    ...writes(parts),
    ...reads(parts),
    ...transfers(parts),
    ...upkeep(parts),
    ...batches(parts),
    ...(index.watch !== undefined && {
      watch: (alias: string) =>
        parts.call('watch', alias, () =>
          watchEntry(parts.ground, parts.entries, index as HiveCells<V> & Watching<V>, alias)
        ),
    }),
    ...(index.watchPrefix !== undefined && {
      watchPrefix: (prefix: string) =>
        sound('watchPrefix', () => watchEntries(index as HiveCells<V> & PrefixWatching<V>, text('prefix', prefix))),
    }),
  };
  return withParts(methods, parts);
}
