import { type Observable, defer, map } from 'rxjs';
import { type Freshness, freshness } from '../../core/watched.js';
import type { WatchedEntry } from '../v3/watch/watchRange.js';
import { checkName } from './lock.js';
import { type LockClient, rawView } from './lockClient.js';
import { watchEntries } from './watchEntries.js';

/** One who is there. */
export interface Present {
  /** The end of its key. */
  readonly name: string;
  readonly data: Uint8Array;
  /** The fencing token: the revision that created its key. One who comes again has a higher one. */
  readonly token: bigint;
  /** The lease that it is there with; `0n` for one that does not go by itself. */
  readonly lease: bigint;
}

/** All who are there, by their names. */
export type WatchedPresence = Freshness & { readonly present: ReadonlyMap<string, Present> };

/**
 * Follows all who are there: the keys below `name`, such as `announce`, `joinParty` and `session` make.
 *
 * - **Emits** a map in the order of names, now and after every change. One who has not changed is the same object as
 *   before. While it is in doubt, the last known one, with `stale: true`.
 * - **Completes** when the client is closed. **Errors** with `PERMISSION_DENIED` where the keys may not be read.
 *
 * @example
 * ```ts
 * import { watchPresence } from 'quorum-rx/etcd';
 *
 * watchPresence(etcd, 'workers').subscribe(({ present, stale }) => {
 *   for (const [name, { token }] of present) console.log(name, token, stale ? '(perhaps gone)' : '');
 * });
 * ```
 */
export function watchPresence(etcd: Pick<LockClient<never>, 'with'>, name: string): Observable<WatchedPresence> {
  return defer(() => {
    const prefix = `${checkName(name)}/`;
    const presentOf = entryMemo((end, entry): Present | undefined => {
      const { value: data, facts } = entry;
      if (data === undefined || facts === undefined) return undefined;
      return { name: end, data, token: BigInt(facts.createRevision), lease: facts.lease };
    });
    return watchEntries(rawView(etcd), prefix, 'watchPresence').pipe(
      map(({ entries, cause }) => {
        const present = new Map<string, Present>();
        for (const [key, entry] of entries) {
          const end = key.slice(prefix.length);
          const found = presentOf(end, entry);
          if (found !== undefined) present.set(end, found);
        }
        return { present, ...freshness(cause) };
      })
    );
  });
}

/** Makes something of each entry once: an entry that has not changed is the same object. */
export function entryMemo<T>(
  make: (name: string, entry: WatchedEntry<Uint8Array>) => T
): (name: string, entry: WatchedEntry<Uint8Array>) => T {
  const known = new WeakMap<WatchedEntry<Uint8Array>, { readonly made: T }>();
  return (name, entry) => {
    let found = known.get(entry);
    if (found === undefined) known.set(entry, (found = { made: make(name, entry) }));
    return found.made;
  };
}
