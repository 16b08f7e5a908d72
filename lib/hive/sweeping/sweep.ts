import {
  EMPTY,
  type Observable,
  catchError,
  concat,
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
import { isCoordinationError } from '../../core/errors.js';
import type { HiveGround } from '../hiveGround.js';
import { sweepExpired } from './expiry.js';
import type { FoundRecord } from '../upload/records.js';
import { NOTHING, type Outcome, type SweepReport, skippingDamage, sum } from './sweepReport.js';
import { Slices } from '../content/slices.js';
import { sweepStrays } from './sweepStrays.js';

/**
 * Takes away slices that no entry needs any more, those of replaced entries and of dead writers, and entries that have
 * run out. It never touches a live upload, because every step depends on the version of a record. **Emits** one report.
 *
 * @param dryRun changes nothing, and counts as if it did
 */
export function sweep<V>(ground: HiveGround<V>, dryRun: boolean): Observable<SweepReport> {
  return concat(sweepExpired(ground, dryRun), sweepUploads(ground, dryRun), sweepStrays(ground, dryRun)).pipe(
    reduce(sum, NOTHING)
  );
}

function sweepUploads<V>(ground: HiveGround<V>, dryRun: boolean): Observable<Outcome> {
  const { records, settings } = ground;
  return records.ids().pipe(
    concatMap((ids) => from(ids)),
    mergeMap(
      (id) =>
        records.find(id).pipe(
          concatMap((found) => (found === undefined ? EMPTY : judged(ground, found, dryRun))),
          map((outcome) => ({ ...outcome, uploads: 1 })),
          skippingDamage()
        ),
      settings.window
    )
  );
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
      const isTaken = isCoordinationError(error, 'UPLOAD_CONDEMNED', 'CONFLICT');
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
