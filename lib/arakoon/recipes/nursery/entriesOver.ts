import { type Observable, concatMap, defer, map, of } from 'rxjs';
import { ServerError } from '../../../core/errors.js';
import type { Arakoon } from '../../client/arakoon.js';
import type { Range } from '../../client/requestOptions.js';
import type { Span } from '../../protocol/interval.js';
import type { NurseryConfig } from '../../protocol/nurseryConfig.js';
import { type Holding, holdings } from './holdings.js';

export type Bounds = Range<Uint8Array> & { readonly begin: Uint8Array | null; readonly end: Uint8Array | null };
export type Entries<V> = readonly (readonly [key: Uint8Array, value: V])[];

const OUTSIDE_INTERVAL = 9;
/** Where keys begin comes before all of them. */
const isBefore = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) < 0;

/** The entries of a range, from one cluster after the other, until there are `max`. */
export function entriesOver<V>(
  config: NurseryConfig,
  client: (cluster: string) => Observable<Pick<Arakoon<Uint8Array, V>, 'rangeEntries' | 'nursery'>>,
  bounds: Bounds
): Observable<Entries<V>> {
  const { begin, end, endInclusive = false, max = Infinity } = bounds;
  const concerned = holdings(config.routing).filter(({ span }) => {
    const endsBefore = span.end !== null && begin !== null && !isBefore(begin, span.end);
    const beginsAfter =
      span.begin !== null &&
      end !== null &&
      (isBefore(end, span.begin) || (!endInclusive && !isBefore(span.begin, end)));
    return !endsBefore && !beginsAfter;
  });
  const from = (i: number, found: Entries<V>): Observable<Entries<V>> => {
    const holding = concerned[i];
    if (holding === undefined || (i > 0 && found.length >= max)) return of(found);
    const left = max === Infinity ? undefined : max - found.length;
    return client(holding.cluster).pipe(
      concatMap((arakoon) => ofOne(arakoon, holding, { ...bounds, max: left })),
      concatMap((more) => from(i + 1, [...found, ...more]))
    );
  };
  return defer(() => from(0, []));
}

/**
 * The entries of one cluster in a range. Servers check whether the bounds are theirs; the border to the next cluster is
 * not, so it is left open, and whether the cluster had all keys up to it is asked afterwards.
 */
function ofOne<V>(
  arakoon: Pick<Arakoon<Uint8Array, V>, 'rangeEntries' | 'nursery'>,
  { cluster, span }: Holding,
  bounds: Bounds
): Observable<Entries<V>> {
  const { begin, end } = bounds;
  const fromBorder = span.begin !== null && (begin === null || isBefore(begin, span.begin));
  const toBorder = span.end !== null && (end === null || !isBefore(end, span.end));
  const asked: Bounds = {
    ...bounds,
    ...(fromBorder && { begin: span.begin, beginInclusive: true }),
    ...(toBorder && { end: null }),
  };
  const entries$ = arakoon
    .rangeEntries(asked)
    .pipe(map((found) => (toBorder ? found.filter(([key]) => isBefore(key, span.end!)) : found)));
  if (asked.begin !== null && asked.end !== null) return entries$;
  return entries$.pipe(
    concatMap((found) =>
      arakoon.nursery.getInterval().pipe(
        map((now) => {
          if (!covers(now.public, span))
            throw new ServerError('OUTSIDE_INTERVAL', OUTSIDE_INTERVAL, {
              operation: 'rangeEntries',
              message: `rangeEntries: OUTSIDE_INTERVAL, ${cluster} has given keys away`,
            });
          return found;
        })
      )
    )
  );
}

function covers(whole: Span, part: Span): boolean {
  const begins = whole.begin === null || (part.begin !== null && !isBefore(part.begin, whole.begin));
  const ends = whole.end === null || (part.end !== null && !isBefore(whole.end, part.end));
  return begins && ends;
}
