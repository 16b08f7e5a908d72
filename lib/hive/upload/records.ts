import { type Observable, catchError, defer, map, throwError } from 'rxjs';
import { isCoordinationError } from '../../core/errors.js';
import { HiveError } from '../hiveError.js';
import { type HiveCells, UPLOADS, uploadKey } from '../hiveStore.js';
import type { HiveSettings } from '../options.js';
import { insisting, unlessAbsent } from '../content/insisting.js';
import { type UploadRecord, type UploadState, decodeUpload, encodeUpload } from './uploadRecord.js';

/** The record of an upload, as it is in the store. */
export interface FoundRecord<V> {
  readonly id: string;
  readonly record: UploadRecord;
  readonly version: V;
}

/** The records of a hive's uploads. Every change of one depends on its version. */
export class Records<V> {
  readonly #index: HiveCells<V>;
  readonly #settings: HiveSettings;

  constructor(index: HiveCells<V>, settings: HiveSettings) {
    this.#index = index;
    this.#settings = settings;
  }

  /** **Emits** `undefined` where there is none. */
  find(id: string): Observable<FoundRecord<V> | undefined> {
    return this.#index.get(uploadKey(id), { latest: true }).pipe(
      map((cell) => {
        if (cell.kind === 'absent') return undefined;
        if (cell.kind === 'denied') throw new HiveError('DENIED', id, 'upload');
        if (cell.kind === 'unreadable') throw cell.error;
        return { id, record: decodeUpload(cell.value, this.#index.maxValueBytes), version: cell.version };
      }),
      insisting(this.#settings)
    );
  }

  /** The numbers of all uploads that have a record. */
  ids(): Observable<readonly string[]> {
    return this.#index.list(UPLOADS, { latest: true }).pipe(
      map((keys) => keys.map((key) => key.slice(UPLOADS.length))),
      insisting(this.#settings)
    );
  }

  /** Makes the record of an upload that begins. */
  begin(id: string, alias: string, sliceSize: number): Observable<FoundRecord<V>> {
    const record = this.record({ alias, sliceSize }, 'uploading');
    return this.#index.create(uploadKey(id), encodeUpload(record)).pipe(
      map((version) => ({ id, record, version })),
      catchError((error: unknown) => {
        // a try whose answer was lost has made it
        if (!isCoordinationError(error, 'EXISTS')) return throwError(() => error);
        return this.find(id).pipe(map((found) => found ?? raiseGone(alias)));
      }),
      insisting(this.#settings)
    );
  }

  /**
   * Changes the state, or renews it. **Errors** with `UPLOAD_CONDEMNED` when another client has changed the record, or
   * has deleted it.
   */
  become(found: FoundRecord<V>, state: UploadState): Observable<FoundRecord<V>> {
    const { id, version } = found;
    const record = this.record(found.record, state);
    const bytes = encodeUpload(record);
    return this.#index.set(uploadKey(id), bytes, { version }).pipe(
      map((next) => ({ id, record, version: next })),
      insisting(this.#settings),
      catchError((error: unknown) => {
        if (!isCoordinationError(error, 'CONFLICT')) return throwError(() => error);
        // it may be our own write, whose answer was lost
        return this.find(id).pipe(
          map((now) => (now !== undefined && isSame(now.record, record) ? now : raiseGone(record.alias)))
        );
      })
    );
  }

  /** Deletes a record. */
  delete({ id, version }: FoundRecord<V>): Observable<void> {
    return defer(() => this.#index.delete(uploadKey(id), { version })).pipe(unlessAbsent(), insisting(this.#settings));
  }

  /** A record of an upload as it is at this moment. */
  record({ alias, sliceSize }: Pick<UploadRecord, 'alias' | 'sliceSize'>, state: UploadState): UploadRecord {
    return { alias, state, sliceSize, since: this.#settings.scheduler.now() };
  }
}

function isSame(a: UploadRecord, b: UploadRecord): boolean {
  return a.alias === b.alias && a.state === b.state && a.since === b.since;
}

function raiseGone(alias: string): never {
  throw new HiveError('UPLOAD_CONDEMNED', alias, 'upload');
}
