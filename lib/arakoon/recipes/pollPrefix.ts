import { type Observable, defer, map } from 'rxjs';
import type { Arakoon } from '../client/arakoon.js';
import { rawOf } from '../../core/rawOf.js';
import { type PollOptions, type PollClient, ofOpen, polling, untilClosed } from './polling.js';
import { prefixEnd } from '../../core/prefixEnd.js';
import { equalBytes } from '../../bytes/equalBytes.js';
import type { CoordinationError } from '../../core/errors.js';
import { type Freshness, decodedOrError, freshness } from '../../core/watched.js';
import { raw } from './raw.js';

/**
 * The keys with a prefix and their values, all as they were at the moment of the last look. It is `stale` after a look
 * that failed; `cause` says why.
 */
export type PolledPrefix<K = string, V = Uint8Array> = Freshness & {
  /** In the order of the keys' bytes. */
  readonly entries: readonly (readonly [key: K, value: V])[];
  /** The keys' bytes where a codec refused the key or the value, and its error. They are not among the entries. */
  readonly unreadable: readonly (readonly [key: Uint8Array, error: CoordinationError])[];
};

/**
 * Follows all keys that begin with `prefix`, in the manner of {@link poll}: it emits whenever any of them was found to
 * be another, or gone, or new. Every look reads all of them, so it is for a few hundred small ones.
 *
 * @example
 * ```ts
 * import { pollPrefix } from 'quorum-rx/arakoon';
 *
 * const workers$ = pollPrefix(arakoon, '/workers/', { every: 2000 });
 * workers$.subscribe(({ entries, stale }) => console.log(entries.length, stale));
 * ```
 */
export function pollPrefix<K, V>(
  arakoon: Pick<Arakoon<K, V>, 'with' | 'codecs'> & PollClient,
  prefix: K,
  options: PollOptions
): Observable<PolledPrefix<K, V>> {
  return defer(() => {
    const { key, value } = arakoon.codecs;
    const begin = rawOf(key, 'prefix', prefix);
    const view = arakoon.with({ key: raw, value: raw });
    const shown = (found: Entries): Shown<K, V> => {
      const entries: (readonly [K, V])[] = [];
      const unreadable: (readonly [Uint8Array, CoordinationError])[] = [];
      for (const [k, v] of found) {
        const name = decodedOrError(key, k, 'pollPrefix', String(prefix));
        const content = decodedOrError(value, v, 'pollPrefix', String(Buffer.from(k)));
        const error = name.error ?? content.error;
        if (error === undefined) entries.push([name.value as K, content.value as V]);
        else unreadable.push([k, error]);
      }
      return { entries, unreadable };
    };
    return polling(
      arakoon,
      options,
      (call) => view.rangeEntries({ begin, end: prefixEnd(begin) }, call),
      sameEntries,
      shown
    ).pipe(
      map(({ seen, cause }): PolledPrefix<K, V> => ({ ...seen, ...freshness(cause) })),
      untilClosed()
    );
  }).pipe(ofOpen(arakoon, 'value', () => ({ operation: 'pollPrefix', path: String(prefix) })));
}

type Shown<K, V> = Pick<PolledPrefix<K, V>, 'entries' | 'unreadable'>;
type Entries = readonly (readonly [Uint8Array, Uint8Array])[];

function sameEntries(a: Entries, b: Entries): boolean {
  return (
    a.length === b.length && a.every(([key, value], i) => equalBytes(key, b[i]![0]) && equalBytes(value, b[i]![1]))
  );
}
