import { type Observable, catchError, concatMap, map, of, throwError } from 'rxjs';
import type { CellStep } from '../../core/contract.js';
import { isCoordinationError } from '../../core/errors.js';
import { HiveError } from '../hiveError.js';
import { type HiveCells, deletionsKey, headKey } from '../hiveStore.js';

/** The version of an entry that was read, for a change that depends on it. */
export interface KnownVersion<V> {
  readonly version: V;
  /** How often entries had been deleted before the read; `undefined`: the version alone will do. */
  readonly deletions?: V | undefined;
}

const EMPTY_VALUE = new Uint8Array(0);

/**
 * Deletes heads, and counts the deletions in a store where versions come again. There an entry that was deleted and
 * created again can have the version of the old one, so a change depends on the count as well. Each of 256 counts is
 * for some of the aliases: it is the version of a cell.
 */
export class Deletions<V> {
  readonly #index: HiveCells<V>;
  readonly #isCounting: boolean;

  constructor(index: HiveCells<V>) {
    this.#index = index;
    this.#isCounting = !index.uniqueVersions && index.transact !== undefined;
  }

  /** The count, to be read before the head. **Emits** `undefined` in a store where no version comes again. */
  count(alias: string, operation: string): Observable<V | undefined> {
    if (!this.#isCounting) return of(undefined);
    return this.#index.get(deletionsKey(alias), { latest: true }).pipe(
      concatMap((cell) => {
        if (cell.kind === 'present') return of(cell.version);
        if (cell.kind !== 'absent') throw new HiveError('DENIED', alias, operation);
        return this.#begin(alias).pipe(concatMap(() => this.count(alias, operation)));
      })
    );
  }

  /** The steps that let a transaction fail if the count has changed. */
  check(alias: string, { deletions }: KnownVersion<V>): readonly CellStep<V>[] {
    return deletions === undefined ? [] : [{ kind: 'check', key: deletionsKey(alias), version: deletions }];
  }

  /** Deletes a head; with a version, if it has that one. */
  delete(alias: string, known: KnownVersion<V> | undefined): Observable<unknown> {
    const key = headKey(alias);
    if (!this.#isCounting) return this.#index.delete(key, known && { version: known.version });
    const count = deletionsKey(alias);
    const steps: readonly CellStep<V>[] = [
      { kind: 'delete', key, version: known?.version ?? 'any' },
      { kind: 'set', key: count, value: EMPTY_VALUE, version: known?.deletions ?? 'any' },
    ];
    return this.#index.transact!(steps).pipe(
      catchError((error: unknown) =>
        isCoordinationError(error, 'ABSENT') && error.path === count
          ? this.#begin(alias).pipe(concatMap(() => this.delete(alias, known)))
          : throwError(() => error)
      )
    );
  }

  #begin(alias: string): Observable<unknown> {
    return this.#index.create(deletionsKey(alias), EMPTY_VALUE).pipe(
      map(() => undefined),
      catchError((error: unknown) => (isCoordinationError(error, 'EXISTS') ? of(undefined) : throwError(() => error)))
    );
  }
}
