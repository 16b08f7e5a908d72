import { type Observable, defer, map } from 'rxjs';
import type { Arakoon } from '../client/arakoon.js';
import { rawOf } from '../client/viewCodec.js';
import { type Look, type PollOptions, type PollClient, ofOpen, polling, untilClosed } from './polling.js';
import { prefixEnd } from '../client/prefixEnd.js';
import { equalBytes } from '../../bytes/equalBytes.js';
import { decoded, raw } from './raw.js';

/** The keys with a prefix, and their values, as they were when they were looked at last: all at one moment. */
export interface PolledPrefix<K = string, V = Uint8Array> extends Omit<Look<V>, 'seen'> {
  /** In the order of the keys' bytes. */
  readonly entries: readonly (readonly [key: K, value: V])[];
}

/**
 * Follows all keys that begin with `prefix`, in the manner of {@link poll}: it emits whenever any of them was found to
 * be another, or gone, or new. Every look reads all of them, so it is for a few hundred small ones.
 *
 * @example
 * ```ts
 * import { pollPrefix } from 'quorum-rx/arakoon';
 *
 * pollPrefix(arakoon, '/workers/', { every: 2000 }).subscribe(({ entries, stale }) => console.log(entries.length, stale));
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
    const shown = (entries: Entries) =>
      entries.map(
        ([k, v]) => [decoded(key, k, 'pollPrefix', prefix), decoded(value, v, 'pollPrefix', Buffer.from(k))] as const
      );
    return polling(
      arakoon,
      options,
      (call) => view.rangeEntries({ begin, end: prefixEnd(begin) }, call),
      sameEntries,
      shown
    ).pipe(
      map(({ seen, stale, cause }) => ({ entries: seen, stale, ...(stale && { cause }) })),
      untilClosed()
    );
  }).pipe(ofOpen(arakoon, 'value', () => ({ operation: 'pollPrefix', path: String(prefix) })));
}

type Entries = readonly (readonly [Uint8Array, Uint8Array])[];

function sameEntries(a: Entries, b: Entries): boolean {
  return (
    a.length === b.length && a.every(([key, value], i) => equalBytes(key, b[i]![0]) && equalBytes(value, b[i]![1]))
  );
}
