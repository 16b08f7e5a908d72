import {
  EMPTY,
  type Observable,
  catchError,
  concatMap,
  endWith,
  from,
  ignoreElements,
  map,
  mergeMap,
  of,
  reduce,
  throwError,
} from 'rxjs';
import { isCoordinationError } from '../core/errors.js';
import type { HiveGround } from './commit.js';
import { sweepExpired } from './expiry.js';
import type { FoundRecord } from './records.js';
import { Slices } from './slices.js';

/** The report of a sweep. */
export interface SweepReport {
  /** Uploads that were looked at. */
  readonly uploads: number;
  /** Those that live: visible entries, and writers that give signs of life. */
  readonly live: number;
  /** Those that no entry needs any more, but that readers may still be reading. */
  readonly retired: number;
  /** Those whose slices were deleted, or would have been. */
  readonly removed: number;
  /** Slices that were deleted. */
  readonly slices: number;
  /** Entries that had run out, and were deleted, or would have been. */
  readonly expired: number;
}

type Outcome = Partial<Record<keyof SweepReport, number>>;

const NOTHING: SweepReport = { uploads: 0, live: 0, retired: 0, removed: 0, slices: 0, expired: 0 };

/**
 * Takes away slices that no entry needs any more, those of replaced entries and of dead writers, and entries that have
 * run out. It never touches a live upload, because every step depends on the version of a record. **Emits** one report.
 *
 * @param dryRun changes nothing, and counts as if it did
 */
export function sweep<V>(ground: HiveGround<V>, dryRun: boolean): Observable<SweepReport> {
  const { records, settings } = ground;
  return sweepExpired(ground, dryRun).pipe(
    concatMap((expired) =>
      records.ids().pipe(
        concatMap((ids) =>
          from(ids).pipe(
            mergeMap((id) => records.find(id), settings.window),
            mergeMap((found) => (found === undefined ? EMPTY : judged(ground, found, dryRun)), settings.window),
            reduce(add, { ...NOTHING, expired })
          )
        )
      )
    )
  );
}

function add(report: SweepReport, outcome: Outcome): SweepReport {
  const sum = { ...report, uploads: report.uploads + 1 };
  for (const key of ['live', 'retired', 'removed', 'slices'] as const) sum[key] += outcome[key] ?? 0;
  return sum;
}

/** Decides about one upload. */
function judged<V>(ground: HiveGround<V>, found: FoundRecord<V>, dryRun: boolean): Observable<Outcome> {
  const { heads, records, settings } = ground;
  const { alias, state, since } = found.record;
  const isOld = settings.scheduler.now() - since > settings.grace;
  const become = (next: 'visible' | 'retired', outcome: Outcome) =>
    dryRun ? of(outcome) : records.become(found, next).pipe(map(() => outcome));
  const outcome$ =
    state === 'condemned'
      ? removed(ground, found, dryRun)
      : heads.stored(alias, 'sweep', true).pipe(
          concatMap((now): Observable<Outcome> => {
            const isNamed = now?.head.sliced?.id === found.id;
            if (isNamed) return state === 'visible' ? of({ live: 1 }) : become('visible', { live: 1 });
            if (state === 'uploading') return isOld ? removed(ground, found, dryRun) : of({ live: 1 });
            if (state === 'visible' && ground.places.index.transact === undefined && !isOld) return of({ live: 1 });
            if (state === 'visible') return become('retired', { retired: 1 });
            return isOld ? removed(ground, found, dryRun) : of({ retired: 1 });
          })
        );
  return outcome$.pipe(
    catchError((error: unknown) => {
      // the writer, or another sweeper, was faster
      const isTaken = isCoordinationError(error, 'UPLOAD_CONDEMNED') || isCoordinationError(error, 'CONFLICT');
      return isTaken ? of<Outcome>({ live: 1 }) : throwError(() => error);
    })
  );
}

/** Deletes the slices and then the record. First the upload is condemned, so that it cannot become visible. */
function removed<V>(ground: HiveGround<V>, found: FoundRecord<V>, dryRun: boolean): Observable<Outcome> {
  if (dryRun) return of({ removed: 1 });
  const { records, places, settings } = ground;
  const condemned$ = found.record.state === 'condemned' ? of(found) : records.become(found, 'condemned');
  return condemned$.pipe(
    concatMap((record) =>
      new Slices(places, found.id, settings)
        .clear()
        .pipe(
          concatMap((slices) => records.delete(record).pipe(ignoreElements(), endWith<Outcome>({ removed: 1, slices })))
        )
    )
  );
}
