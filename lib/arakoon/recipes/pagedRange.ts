import { EMPTY, type Observable, type ObservableInput, concat, concatMap, defer, of, repeat, takeWhile } from 'rxjs';
import { callable, flag, integer, knownKeys } from '../../core/check.js';
import { UsageError } from '../../core/errors.js';
import type { Arakoon } from '../client/arakoon.js';
import type { Range, ReadOptions } from '../client/requestOptions.js';
import { rawOf } from '../../core/rawOf.js';
import { retryIdempotent } from './transientErrors.js';
import { prefixEnd } from '../../core/prefixEnd.js';
import { decoded, raw } from './raw.js';

/** The keys to go through, and the steps. */
export interface PagedRangeOptions<K> extends Omit<Range<K>, 'max'> {
  /** All keys that begin with this, in place of bounds. */
  readonly prefix?: K;
  /** From the last to the first: `begin` is the high bound then. Not with `prefix`. Default `false`. */
  readonly descending?: boolean;
  /** Entries of a page. Default 1000. */
  readonly size?: number;
}

/** Keys with their values, in order: at least one. */
export type Page<K, V> = readonly (readonly [key: K, value: V])[];

const KEYS: readonly (keyof PagedRangeOptions<unknown>)[] = [
  'begin',
  'beginInclusive',
  'end',
  'endInclusive',
  'prefix',
  'descending',
  'size',
];
const END = Symbol('end of the range');

/**
 * Goes through a range page by page, no faster than the work: the next page is read when the work on the last one has
 * completed. An Observable by itself cannot be asked to wait, so the demand is in `work`, which may return an
 * Observable, a promise (write it as `async`, and `await` what you like), or at once.
 *
 * - **Emits** the values of `work`. **Completes** when it is done with the last page; without a call where there is
 *   none.
 * - **Errors** with `work`, with `BAD_VALUE`, and with refusals of the servers.
 * - **Unsubscribing** ends the read or the work under way.
 *
 * A page shows one moment, and the pages are of different moments: a key that comes or goes behind the page under way
 * is missed, and every key that stays is met exactly once. **When the link or the master is lost**, the page is asked
 * for again, for as long as there is no master; nothing is met twice.
 *
 * @example
 * ```ts
 * import { pagedRange } from 'quorum-rx/arakoon';
 *
 * pagedRange(arakoon, { prefix: '/users/', size: 500 }, async (page) => {
 *   for (const [key, value] of page) await apply([key, value]);
 * }).subscribe({ complete: () => console.log('all of them') });
 * ```
 */
export function pagedRange<K, V, R>(
  arakoon: Pick<Arakoon<K, V>, 'with' | 'codecs' | 'scheduler'>,
  range: PagedRangeOptions<K>,
  work: (page: Page<K, V>) => ObservableInput<R> | void,
  options?: ReadOptions
): Observable<R> {
  return defer(() => {
    const { key } = arakoon.codecs;
    const view = arakoon.with({ key: raw });
    callable('work', work);
    const { size = 1000, descending = false, ...bounds } = checked(key, range);
    let next: Range<Uint8Array> = { ...bounds, max: size };
    const page$ = defer(() =>
      descending ? view.revRangeEntries(next, options) : view.rangeEntries(next, options)
    ).pipe(retryIdempotent(arakoon));
    return page$.pipe(
      concatMap((entries) => {
        const last = entries.at(-1);
        if (last === undefined) return of(END);
        next = { ...next, begin: last[0], beginInclusive: false };
        const work$ = defer(
          () => work(entries.map(([k, v]) => [decoded(key, k, 'pagedRange', Buffer.from(k)), v] as const)) ?? EMPTY
        );
        return entries.length < size ? concat(work$, of(END)) : work$;
      }),
      repeat(),
      takeWhile((value): value is R => value !== END)
    );
  });
}

function checked<K>(codec: Arakoon<K>['codecs']['key'], range: PagedRangeOptions<K>) {
  const { prefix, begin, end, size, descending, ...inclusive } = knownKeys('range', range, KEYS);
  if (size !== undefined) integer('range.size', size, 1, 2 ** 31 - 1);
  if (descending !== undefined) flag('range.descending', descending);
  const bound = (name: string, key: K | null | undefined) =>
    key === undefined || key === null ? null : rawOf(codec, `range.${name}`, key);
  if (prefix === undefined)
    return { ...inclusive, begin: bound('begin', begin), end: bound('end', end), size, descending };
  for (const name of ['begin', 'beginInclusive', 'end', 'endInclusive', 'descending'] as const) {
    if (range[name] !== undefined) throw new UsageError(`range.${name}`, 'does not go with a prefix');
  }
  const first = rawOf(codec, 'range.prefix', prefix);
  return { begin: first, end: prefixEnd(first), size, descending: false };
}
