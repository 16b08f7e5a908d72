import { type Observable, concatMap, filter, forkJoin, from, map, mergeMap, of, reduce } from 'rxjs';
import type { HiveGround } from '../hiveGround.js';
import { sliceOf } from '../hiveStore.js';
import { Slices } from '../content/slices.js';
import type { Outcome } from './sweepReport.js';

/**
 * Deletes slices whose upload has no record. A record is there before the first slice and after the last, so only a
 * writer that slept while it was taken for dead can leave such slices. The slices are listed before the records, so
 * that those of a new upload are safe.
 */
export function sweepStrays<V>(ground: HiveGround<V>, dryRun: boolean): Observable<Outcome> {
  const { places, records, settings } = ground;
  return from(places.shards()).pipe(
    mergeMap((cells) => cells.list('', { latest: true }), settings.window),
    concatMap((keys) => from(keys)),
    map((key) => sliceOf(key)?.id),
    filter((id) => id !== undefined),
    reduce((ids, id) => ids.add(id), new Set<string>()),
    concatMap((ids) => forkJoin([of(ids), records.ids()])),
    concatMap(([ids, known]) => {
      for (const id of known) ids.delete(id);
      return from(ids);
    }),
    mergeMap(
      (id) =>
        dryRun
          ? of<Outcome>({ removed: 1 })
          : new Slices(places, id, settings).clear().pipe(map((slices) => ({ removed: 1, slices }))),
      settings.window
    )
  );
}
