import {
  type Observable,
  catchError,
  concatMap,
  endWith,
  from,
  ignoreElements,
  map,
  mergeMap,
  of,
  throwError,
} from 'rxjs';
import { equalBytes } from '../../bytes/equalBytes.js';
import { isCoordinationError } from '../../core/errors.js';
import { HiveError } from '../hiveError.js';
import { type HiveCells, type HivePlaces, sliceKey, sliceOf, slicePrefix } from '../hiveStore.js';
import type { HiveSettings } from '../options.js';
import { insisting, unlessAbsent } from './insisting.js';

/** The slices of one upload. A slice is written once, and never changed. */
export class Slices<V> {
  readonly #cells: HiveCells<V>;
  readonly #id: string;
  readonly #settings: HiveSettings;

  constructor(places: HivePlaces<V>, id: string, settings: HiveSettings) {
    this.#cells = places.slices(id);
    this.#id = id;
    this.#settings = settings;
  }

  /** The numbers of the slices that are there. */
  written(): Observable<ReadonlySet<number>> {
    return this.#keys().pipe(map((keys) => new Set(keys.map((key) => sliceOf(key)?.number ?? -1))));
  }

  /** Writes a slice, unless it is there. **Completes** when it is. **Errors** with `CORRUPT` if it has other bytes. */
  write(number: number, bytes: Uint8Array, alias: string): Observable<never> {
    return this.#cells.create(sliceKey(this.#id, number), bytes).pipe(
      catchError((error: unknown) =>
        isCoordinationError(error, 'EXISTS') ? this.#compare(number, bytes, alias) : throwError(() => error)
      ),
      insisting(this.#settings),
      ignoreElements()
    );
  }

  /** As {@link write}, for a slice that is there already: reads it, which costs the store less than a write. */
  compare(number: number, bytes: Uint8Array, alias: string): Observable<never> {
    return this.#compare(number, bytes, alias).pipe(insisting(this.#settings));
  }

  /** Reads a slice, whose CRC is not looked at. **Emits** `undefined` where there is none. */
  read(number: number, alias: string, operation: string): Observable<Uint8Array | undefined> {
    return this.#cells.get(sliceKey(this.#id, number)).pipe(
      concatMap((cell) =>
        cell.kind === 'absent' ? this.#cells.get(sliceKey(this.#id, number), { latest: true }) : of(cell)
      ),
      insisting(this.#settings),
      map((cell) => {
        if (cell.kind === 'absent') return undefined;
        if (cell.kind === 'unreadable') throw cell.error;
        if (cell.kind === 'denied') throw new HiveError('DENIED', alias, operation);
        return cell.value;
      })
    );
  }

  /** Deletes all slices. **Emits** their number. */
  clear(): Observable<number> {
    return this.#keys().pipe(
      concatMap((keys) =>
        from(keys).pipe(
          mergeMap((key) => this.#cells.delete(key).pipe(unlessAbsent()), this.#settings.window),
          ignoreElements(),
          endWith(keys.length)
        )
      ),
      insisting(this.#settings)
    );
  }

  #keys(): Observable<readonly string[]> {
    return this.#cells.list(slicePrefix(this.#id), { latest: true }).pipe(insisting(this.#settings));
  }

  #compare(number: number, bytes: Uint8Array, alias: string): Observable<never> {
    return this.#cells.get(sliceKey(this.#id, number), { latest: true }).pipe(
      map((cell) => {
        if (cell.kind === 'absent') throw new HiveError('UPLOAD_CONDEMNED', alias, 'upload'); // only a sweep deletes it
        if (cell.kind === 'present' && equalBytes(cell.value, bytes)) return;
        const words = `slice ${number} was written with other bytes before: the source has changed`;
        throw new HiveError('CORRUPT', alias, 'upload', { words });
      }),
      ignoreElements()
    );
  }
}
