import { EMPTY, type Observable, concat, concatMap } from 'rxjs';
import type { Slices } from '../content/slices.js';
import type { HiveGround } from '../hiveGround.js';
import type { FoundRecord } from './records.js';

/**
 * Takes the slices of an upload away. The record goes last; where it is gone already, the slices must not stay behind.
 * They do if another client goes on with this upload: then the record has a version that this writer does not know.
 */
export function giveUp<V>(
  { records }: HiveGround<V>,
  { id, version }: FoundRecord<V>,
  slices: Slices<V>
): Observable<unknown> {
  return records.find(id).pipe(
    concatMap((found) => {
      if (found === undefined) return slices.clear();
      const { state } = found.record;
      const isOwn = state === 'uploading' && found.version === version;
      if (!isOwn && state !== 'condemned') return EMPTY;
      return records
        .become(found, 'condemned')
        .pipe(concatMap((record) => concat(slices.clear(), records.delete(record))));
    })
  );
}
