import {
  type MonoTypeOperatorFunction,
  type Observable,
  catchError,
  concatMap,
  defer,
  map,
  of,
  throwError,
} from 'rxjs';
import { isCoordinationError, withEffect } from '../../core/errors.js';
import { insistingIfUndone } from '../content/insisting.js';
import { isContention, refusals } from '../heads/refusals.js';
import { HiveError } from '../hiveError.js';
import type { HiveGround } from '../hiveGround.js';
import { uploadKey } from '../hiveStore.js';
import type { FoundRecord } from './records.js';
import { encodeUpload } from './uploadRecord.js';
import { type HeadWrite, headSteps, mayTryAgain } from '../heads/writeHead.js';

/** An upload whose slices are all written. */
export interface WrittenUpload<V> extends HeadWrite<V> {
  readonly record: FoundRecord<V>;
  /** Called with the record each time that the commit has renewed it. */
  readonly onRenewed: (record: FoundRecord<V>) => void;
}

/** How often a commit is tried again that other writers of the entry are faster than. */
const MOST_TRIES = 100;
/** How often it is tried again after its answer was lost, and it had not happened. */
const MOST_LOSSES = 5;

/**
 * Makes an upload visible: the head names its slices, and its record says so. Where the store has transactions both
 * happen, or neither, so that a writer that was taken for dead cannot come back. **Emits** the version of the entry.
 * A commit whose answer was lost, and that has not happened, is made impossible, and then made again.
 */
export function commit<V>(ground: HiveGround<V>, upload: WrittenUpload<V>, tries = 0, losses = 0): Observable<V> {
  const { alias, operation } = upload;
  const { transact } = ground.places.index;
  return (transact === undefined ? inSteps(ground, upload) : atOnce(ground, upload)).pipe(
    catchError((error: unknown) => {
      const isRecords = isCoordinationError(error) && error.path === uploadKey(upload.record.id);
      if (isRecords && isContention(error)) throw new HiveError('UPLOAD_CONDEMNED', alias, operation, { cause: error });
      if (tries < MOST_TRIES && mayTryAgain(upload, error)) return commit(ground, upload, tries + 1, losses);
      const isUnknown = isCoordinationError(error) && error.effect === 'unknown';
      return isUnknown ? outcome(ground, upload, error, losses) : throwError(() => error);
    }),
    refusals(alias, operation)
  );
}

function atOnce<V>(ground: HiveGround<V>, upload: WrittenUpload<V>): Observable<V> {
  const { places, records } = ground;
  const { record } = upload;
  return headSteps(ground, upload).pipe(
    concatMap((steps) => {
      const value = encodeUpload(records.record(record.record, 'visible'));
      const mark = { kind: 'set' as const, key: uploadKey(record.id), value, version: record.version };
      return places.index.transact!([mark, ...steps]);
    }),
    map(([, version]) => version!),
    insistingIfUndone(ground.settings)
  );
}

/**
 * For a store without transactions. A sweeper leaves the record alone for the time of grace, and its slices for the
 * same time again. A writer that slept between the two steps may not write the head: its slices may be gone.
 */
function inSteps<V>({ heads, records, settings }: HiveGround<V>, upload: WrittenUpload<V>): Observable<V> {
  const { alias, head, condition, record, operation } = upload;
  const { scheduler, grace } = settings;
  return defer(() => {
    const latest = scheduler.now() + grace;
    const inTime = () => {
      if (scheduler.now() > latest) throw new HiveError('UPLOAD_CONDEMNED', alias, operation);
    };
    return records.become(record, 'visible').pipe(
      withoutEffect(),
      concatMap(() =>
        defer(() => heads.write(alias, head, condition, operation, inTime)).pipe(insistingIfUndone(settings))
      )
    );
  });
}

/** An error before the commit leaves the entry as it was, even if a slice or a record may be written. */
export function withoutEffect<T>(): MonoTypeOperatorFunction<T> {
  return catchError((error: unknown) => throwError(() => withEffect(error, 'none')));
}

/**
 * The outcome of a commit whose answer was lost. One that has not happened yet is made impossible: it depends on the
 * version that its record had. With the renewed record it is made again.
 */
function outcome<V>(ground: HiveGround<V>, upload: WrittenUpload<V>, error: unknown, losses: number): Observable<V> {
  const { heads, records } = ground;
  const { alias, record, operation } = upload;
  const unsure = <T>() => catchError<T, Observable<never>>(() => throwError(() => error)); // the store cannot be asked
  return records.find(record.id).pipe(
    unsure(),
    concatMap((found): Observable<V> => {
      if (found?.record.state !== 'uploading')
        return heads.stored(alias, operation, true).pipe(
          unsure(),
          concatMap((now) => (now?.head.sliced?.id === record.id ? of(now.version) : throwError(() => error)))
        );
      const never = () => throwError(() => withEffect(error, 'none'));
      if (found.version !== record.version) return never(); // another client goes on with this upload
      return records.become(found, 'uploading').pipe(
        catchError((other: unknown) =>
          isCoordinationError(other, 'UPLOAD_CONDEMNED') ? of(undefined) : throwError(() => error)
        ),
        concatMap((renewed) => {
          if (renewed === undefined) return outcome(ground, upload, error, losses); // it has happened meanwhile
          upload.onRenewed(renewed);
          return losses < MOST_LOSSES ? commit(ground, { ...upload, record: renewed }, 0, losses + 1) : never();
        })
      );
    })
  );
}
