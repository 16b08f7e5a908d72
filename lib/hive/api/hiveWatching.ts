import type { Observable } from 'rxjs';
import type { Watched } from '../../core/watched.js';
import type { EntryFacts, WatchedEntries } from '../types.js';

/** The entries of a hive as they change: where the store has events. */
export interface HiveWatching<T, V> {
  /**
   * The value of an entry now, and after every change. A value is read whole, and again when its content has changed.
   *
   * - **Emits** one of four kinds: `'present'` with the value and the facts; `'absent'`, also when the entry runs out;
   *   `'denied'`; or `'unreadable'` with an `error`. `stale` is `true` while the connection is lost.
   * - **Completes** when the client of the store is closed.
   * - **Errors** as a watch of the store does: not for a lost connection.
   *
   * @example
   * ```ts
   * people.watch('ada').subscribe((entry) => {
   *   if (entry.kind === 'present') console.log(entry.value, entry.facts.version);
   * });
   * ```
   */
  watch(alias: string): Observable<Watched<T, { readonly facts: EntryFacts<V> }>>;
}

/** As {@link HiveWatching}, for all entries with a prefix. */
export interface HivePrefixWatching<V> {
  /**
   * The entries whose aliases begin with `prefix`, now and after every change, without their values. Slices are not
   * read, but the store sends the contents of small entries along. Entries that have run out are there until a sweep.
   * **Emits**, **completes** and **errors** as {@link HiveWatching.watch}.
   *
   * @example
   * ```ts
   * people.watchPrefix('teams/').subscribe(({ entries }) => console.log([...entries.keys()]));
   * ```
   */
  watchPrefix(prefix: string): Observable<WatchedEntries<V>>;
}
