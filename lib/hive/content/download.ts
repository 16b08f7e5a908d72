import { createHash } from 'node:crypto';
import { EMPTY, type Observable, concat, concatMap, defer, of, range, throwError } from 'rxjs';
import { crc32 } from 'node:zlib';
import type { Work } from '../../client/paced.js';
import type { HiveGround } from '../hiveGround.js';
import type { Sliced } from '../heads/head.js';
import type { FoundHead } from '../heads/foundHead.js';
import { HiveError } from '../hiveError.js';
import { inTurns } from './inTurns.js';
import { Slices } from './slices.js';

/** A part of an entry's content. */
export interface ByteRange {
  /** The first byte. Default 0. */
  readonly from?: number | undefined;
  /** The byte after the last. Default: the end. */
  readonly to?: number | undefined;
}

/** The content that a download reads. */
export interface DownloadPlan<V> {
  readonly alias: string;
  readonly found: FoundHead<V>;
  readonly range: ByteRange;
  readonly operation: string;
}

/**
 * The content of an entry, piece by piece, all of one version. Every slice is checked; a download of the whole also
 * checks the whole.
 *
 * **Errors** with `ENTRY_CHANGED` when the entry is replaced, and its slices are swept away, before they are all read.
 */
export function download<V, R>(ground: HiveGround<V>, plan: DownloadPlan<V>, work: Work<Uint8Array, R>): Observable<R> {
  const { head } = plan.found;
  const { from: start = 0, to: end = head.size } = plan.range;
  if (head.sliced === undefined) return defer(() => work(head.content!.subarray(start, end)) ?? EMPTY);
  return inSlices(ground, plan, head.sliced, start, Math.min(end, head.size), work);
}

function inSlices<V, R>(
  ground: HiveGround<V>,
  plan: DownloadPlan<V>,
  { id, sliceSize, crcs, sha256 }: Sliced,
  start: number,
  end: number,
  work: Work<Uint8Array, R>
): Observable<R> {
  const { settings, places } = ground;
  const { alias, found, operation } = plan;
  const slices = new Slices(places, id, settings);
  const [first, beyond] = [Math.floor(start / sliceSize), Math.ceil(end / sliceSize)];
  const damaged = (number: number) =>
    new HiveError('CORRUPT', alias, operation, { words: `slice ${number} is damaged` });
  return defer(() => {
    const isWhole = start === 0 && end === found.head.size;
    const sum = isWhole ? createHash('sha256') : undefined;
    const piece$ = range(first, Math.max(beyond - first, 0)).pipe(
      inTurns(
        (number) =>
          slices.read(number, alias, operation).pipe(
            concatMap((bytes) => {
              const at = number * sliceSize;
              if (bytes === undefined) return missing(ground, plan, number);
              if (bytes.length !== Math.min(sliceSize, found.head.size - at)) throw damaged(number);
              if (crc32(bytes) !== crcs[number]) throw damaged(number);
              return of({ bytes, at });
            })
          ),
        settings.window,
        ({ bytes, at }) => {
          sum?.update(bytes);
          return work(bytes.subarray(Math.max(start - at, 0), end - at));
        }
      )
    );
    const check$ = defer(() =>
      sum === undefined || sum.digest('hex') === sha256
        ? EMPTY
        : throwError(() => new HiveError('CORRUPT', alias, operation))
    );
    return concat(piece$, check$);
  });
}

/** A slice is not there: the entry was replaced, or is damaged. */
function missing<V>(
  { heads }: HiveGround<V>,
  { alias, found, operation }: DownloadPlan<V>,
  number: number
): Observable<never> {
  return heads.find(alias, operation, true).pipe(
    concatMap((now) => {
      const isSame = now?.head.sliced?.id === found.head.sliced?.id;
      const words = `slice ${number} is missing`;
      return throwError(
        () => new HiveError(isSame ? 'CORRUPT' : 'ENTRY_CHANGED', alias, operation, isSame ? { words } : {})
      );
    })
  );
}
