import { type Observable, map } from 'rxjs';
import type { Arakoon } from '../client/arakoon.js';
import { getIfAny } from './getIfAny.js';
import { type PollOptions, type PollClient, ofOpen, polling, untilClosed } from './polling.js';
import { equalBytes } from '../../bytes/equalBytes.js';
import { type Watched, decodedOrError, freshness } from '../../core/watched.js';
import { raw } from './raw.js';

/**
 * A key as it was at the last look, told apart by `kind`: `'present'` with its `value`, `'absent'`, or `'unreadable'`
 * with the `error` where the codec refuses the bytes. It is `stale` after a look that failed; `cause` says why.
 */
export type Polled<V = Uint8Array> = Exclude<Watched<V>, { readonly kind: 'denied' }>;

/**
 * Follows a key by looking at it again and again. Arakoon reports no changes, so the value is as old as `every` and a
 * read. A change and its undoing between two looks are not seen. Every look is a request.
 *
 * - **Emits** the first value found, and then every other one: values that differ in their bytes. When a look fails,
 *   the last value with `stale: true`, once; nothing before the first look that succeeds.
 * - **Completes** when the client is closed; **errors** with `CLOSED` when that was before the first value. **Errors**
 *   with errors that do not pass by themselves: a wrong argument, a refusal such as `OUTSIDE_INTERVAL`.
 * - **Unsubscribing** ends it.
 *
 * **When the link or the master is lost**, it is stale until a look succeeds again: a look ends after `timeout`, and
 * the next one begins with the next `every`. Read from the master, as is the default, values never go back. In a view
 * with another `consistency` they may, from one node to another.
 *
 * @example
 * ```ts
 * import { poll } from 'quorum-rx/arakoon';
 * import { utf8 } from 'quorum-rx';
 *
 * const colour$ = poll(arakoon.with({ value: utf8 }), '/colour', { every: 1000 });
 * colour$.subscribe(({ value, stale }) => console.log(value, stale));
 * ```
 */
export function poll<K, V>(
  arakoon: Pick<Arakoon<K, V>, 'with' | 'codecs'> & PollClient,
  key: K,
  options: PollOptions
): Observable<Polled<V>> {
  const { value: codec } = arakoon.codecs;
  const found = (value: Uint8Array | null) =>
    value === null ? { kind: 'absent' as const } : decodedOrError(codec, value, 'poll', String(key));
  return polling(arakoon, options, (call) => getIfAny(arakoon.with({ value: raw }), key, call), equalBytes, found).pipe(
    map(({ seen, cause }): Polled<V> => ({ ...seen, ...freshness(cause) })),
    untilClosed(),
    ofOpen(arakoon, 'value', () => ({ operation: 'poll', path: String(key) }))
  );
}
