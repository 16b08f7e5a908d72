import { type Observable, catchError, concatMap, defer, map, of, tap, throwError } from 'rxjs';
import type { Cell, CellStep } from '../core/contract.js';
import { type CoordinationError, isCoordinationError, situated } from '../core/errors.js';
import { raise, renamed } from '../core/failures.js';
import { type Head, decodeHead, encodeHead } from './head.js';
import { HiveError } from './hiveError.js';
import { type HiveCells, headKey } from './hiveStore.js';
import type { HiveSettings } from './options.js';

/** The condition of a write: there is no entry; there is one; it has this version; or none. */
export type WriteCondition<V> =
  { readonly kind: 'absent' | 'present' | 'none' } | { readonly kind: 'version'; readonly version: V };

/** An entry, as its head tells of it. */
export interface FoundHead<V> {
  readonly head: Head;
  readonly version: V;
}

/** A head that is being written. */
interface WrittenHead {
  readonly alias: string;
  readonly key: string;
  readonly operation: string;
  readonly bytes: Uint8Array;
  readonly before: () => void;
}

const NOTHING = () => undefined;
/** The version, as cells call it in a condition and in a step. */
const CELLS_VERSION = /^(condition|steps\[\d+\])\.version$/;
/** How often a write is tried again that others are faster than. */
const MOST_TRIES = 100;

/** The heads of a hive's entries. */
export class Heads<V> {
  readonly #index: HiveCells<V>;
  readonly #settings: HiveSettings;

  constructor(index: HiveCells<V>, settings: HiveSettings) {
    this.#index = index;
    this.#settings = settings;
  }

  /** The head of an entry. **Emits** `undefined` where there is none, or it has run out. */
  find(alias: string, operation: string, latest = false): Observable<FoundHead<V> | undefined> {
    return this.#cell(alias, latest).pipe(map((cell) => this.#inForce(cell, alias, operation)));
  }

  /** As {@link find}; **errors** where there is none. */
  need(alias: string, operation: string, latest = false): Observable<FoundHead<V>> {
    return this.#cell(alias, latest).pipe(
      map((cell) => this.#inForce(cell, alias, operation) ?? raise(new HiveError('ALIAS_NOT_FOUND', alias, operation)))
    );
  }

  /** The head in the store, even if it has run out. */
  stored(alias: string, operation: string, latest: boolean): Observable<FoundHead<V> | undefined> {
    return this.#cell(alias, latest).pipe(map((cell) => foundIn(cell, alias, operation)));
  }

  /** Whether an entry has run out. */
  isOver({ expiresAt }: Head): boolean {
    return expiresAt !== undefined && expiresAt <= this.#settings.scheduler.now();
  }

  /**
   * Writes a head. **Emits** its version.
   *
   * @param before called before each request that writes; it may throw
   */
  write(
    alias: string,
    head: Head,
    condition: WriteCondition<V>,
    operation: string,
    before: () => void = NOTHING
  ): Observable<V> {
    const key = headKey(alias);
    return defer(() => {
      const written: WrittenHead = { alias, key, operation, bytes: encodeHead(head), before };
      if (condition.kind === 'present') return this.#replace(written);
      before();
      if (condition.kind === 'none') return this.#index.set(key, written.bytes);
      if (condition.kind === 'version') return this.#index.set(key, written.bytes, { version: condition.version });
      const overOther = catchError<V, Observable<V>>((error: unknown) =>
        isCoordinationError(error, 'EXISTS') ? this.#replaceOver(written) : throwError(() => error)
      );
      return this.#index.create(key, written.bytes).pipe(overOther);
    }).pipe(refusals(alias, operation));
  }

  /**
   * Looks whether a condition holds now, so that no slices are written in vain. **Emits** once if it does, and
   * **errors** if not.
   */
  check(alias: string, condition: WriteCondition<V>, operation: string): Observable<unknown> {
    const { transact } = this.#index;
    if (condition.kind === 'none') return of([]);
    if (condition.kind !== 'version') return this.#fits(alias, condition, operation);
    const { version } = condition;
    if (transact === undefined)
      return this.stored(alias, operation, true).pipe(
        tap((found) => {
          if (found?.version !== version) throw new HiveError('VERSION_CONFLICT', alias, operation);
        })
      );
    const step = { kind: 'check' as const, key: headKey(alias), version };
    return transact([step]).pipe(refusals(alias, operation));
  }

  /** The step of a transaction that writes a head. **Errors** if the condition does not hold now. */
  step(alias: string, head: Head, condition: WriteCondition<V>, operation: string): Observable<CellStep<V>> {
    const [key, value] = [headKey(alias), encodeHead(head)];
    return this.#fits(alias, condition, operation).pipe(
      map((found): CellStep<V> => {
        if (condition.kind === 'version') return { kind: 'set', key, value, version: condition.version };
        return found === undefined
          ? { kind: 'create', key, value }
          : { kind: 'set', key, value, version: found.version };
      })
    );
  }

  /** The stored head. **Errors** if there must be none, or must be one, and that is not so. */
  #fits(alias: string, { kind }: WriteCondition<V>, operation: string): Observable<FoundHead<V> | undefined> {
    return this.stored(alias, operation, true).pipe(
      tap((found) => {
        const isThere = found !== undefined && !this.isOver(found.head);
        if (kind === 'absent' && isThere) throw new HiveError('ALIAS_ALREADY_EXISTS', alias, operation);
        if (kind === 'present' && !isThere) throw new HiveError('ALIAS_NOT_FOUND', alias, operation);
      })
    );
  }

  /** Deletes a head. */
  delete(alias: string, version: V | undefined, operation: string): Observable<void> {
    return defer(() => this.#index.delete(headKey(alias), version === undefined ? undefined : { version })).pipe(
      refusals(alias, operation)
    );
  }

  /** Writes over an entry that is there, and has not run out. */
  #replace(written: WrittenHead, tries = 0): Observable<V> {
    const { alias, key, operation, bytes, before } = written;
    return this.need(alias, operation, tries > 0).pipe(
      concatMap(({ version }) => {
        before();
        return this.#index.set(key, bytes, { version });
      }),
      catchError((error: unknown) => {
        // the first look may have been at an older state
        const isOld = isContention(error) || (tries === 0 && isCoordinationError(error, 'ALIAS_NOT_FOUND'));
        return isOld && tries < MOST_TRIES ? this.#replace(written, tries + 1) : throwError(() => error);
      })
    );
  }

  #cell(alias: string, latest: boolean): Observable<Cell<V>> {
    return this.#index.get(headKey(alias), { latest });
  }

  /** The head in a cell, unless it has run out. */
  #inForce(cell: Cell<V>, alias: string, operation: string): FoundHead<V> | undefined {
    const found = foundIn(cell, alias, operation);
    return found === undefined || this.isOver(found.head) ? undefined : found;
  }

  /** Writes over an entry that has run out; another one is in the way. */
  #replaceOver(written: WrittenHead, tries = 0): Observable<V> {
    const { alias, key, operation, bytes, before } = written;
    return this.stored(alias, operation, true).pipe(
      concatMap((found) => {
        before();
        if (found === undefined) return this.#index.create(key, bytes);
        if (!this.isOver(found.head)) throw new HiveError('ALIAS_ALREADY_EXISTS', alias, operation);
        return this.#index.set(key, bytes, { version: found.version });
      }),
      catchError((error: unknown) =>
        isContention(error) && tries < MOST_TRIES ? this.#replaceOver(written, tries + 1) : throwError(() => error)
      )
    );
  }
}

/** Whether another client was faster. */
export function isContention(error: unknown): error is CoordinationError {
  return isCoordinationError(error, 'CONFLICT') || isCoordinationError(error, 'EXISTS');
}

function foundIn<V>(cell: Cell<V>, alias: string, operation: string): FoundHead<V> | undefined {
  if (cell.kind === 'present') return { head: headIn(cell.value, alias, operation), version: cell.version };
  if (cell.kind === 'absent') return undefined;
  if (cell.kind === 'denied') throw new HiveError('DENIED', alias, operation);
  throw situated(cell.error, { path: alias, operation });
}

function headIn(bytes: Uint8Array, alias: string, operation: string): Head {
  try {
    return decodeHead(bytes);
  } catch (cause) {
    throw new HiveError('CORRUPT', alias, operation, { words: (cause as Error).message, cause });
  }
}

/** Refusals of cells in the words of a hive. */
export function refusals(alias: string, operation: string) {
  return <T>(source$: Observable<T>): Observable<T> =>
    source$.pipe(
      catchError((error: unknown) => {
        if (isCoordinationError(error, 'ABSENT'))
          throw new HiveError('ALIAS_NOT_FOUND', alias, operation, { cause: error });
        if (isCoordinationError(error, 'CONFLICT'))
          throw new HiveError('VERSION_CONFLICT', alias, operation, { cause: error });
        if (isCoordinationError(error, 'EXISTS'))
          throw new HiveError('ALIAS_ALREADY_EXISTS', alias, operation, { cause: error });
        throw renamed(error, CELLS_VERSION, 'options.ifVersion');
      })
    );
}
