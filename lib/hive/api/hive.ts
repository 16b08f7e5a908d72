import type { PrefixWatching, Watching } from '../../core/contract.js';
import type { HiveBatches } from './hiveBatches.js';
import type { HiveReads } from './hiveReads.js';
import type { HiveTransfers } from './hiveTransfers.js';
import type { HiveUpkeep } from './hiveUpkeep.js';
import type { HivePrefixWatching, HiveWatching } from './hiveWatching.js';
import type { HiveWrites } from './hiveWrites.js';

/**
 * A hive: entries of any size under their aliases, on a quorum store.
 *
 * Calls are cold: each subscription sends requests. A write is atomic, however large its value is: readers see the old
 * value or the new one. Unless a method says otherwise, a call
 *
 * - **emits** once, and **completes**;
 * - **errors** with a `UsageError` or a `ValueError` (nothing was sent), a `HiveError` (nothing was changed), or an
 *   error of the store, whose `effect` says what may have happened;
 * - may still be done when it is **unsubscribed**.
 *
 * An alias is text of 1 to 1,000 bytes in UTF-8, or of as many as the option `maxAliasBytes` says.
 */
export interface Hive<T, V> extends HiveReads<T, V>, HiveWrites<T, V>, HiveTransfers<V>, HiveBatches, HiveUpkeep {}

/** The hive over cells: it can watch entries where they can. */
export type HiveOf<T, V, C> = Hive<T, V> &
  (C extends Watching<V> ? HiveWatching<T, V> : unknown) &
  (C extends PrefixWatching<V> ? HivePrefixWatching<V> : unknown);
