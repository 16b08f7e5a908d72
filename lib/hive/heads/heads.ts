import { type Observable, catchError, concatMap, defer, map, of, tap, throwError } from 'rxjs';
import type { Cell, CellStep } from '../../core/contract.js';
import { isCoordinationError } from '../../core/errors.js';
import { raise } from '../../core/failures.js';
import { Deletions, type KnownVersion } from './deletions.js';
import { type FoundHead, foundIn } from './foundHead.js';
import { type Head, encodeHead } from './head.js';
import { HiveError } from '../hiveError.js';
import { type HiveCells, headKey } from '../hiveStore.js';
import type { HiveSettings } from '../options.js';
import { isContention, refusals } from './refusals.js';

/** The condition of a write: there is no entry; there is one; it has this version; or none. */
export type WriteCondition<V> =
  { readonly kind: 'absent' | 'present' | 'none' } | ({ readonly kind: 'version' } & KnownVersion<V>);

/** A head that is being written. */
interface WrittenHead {
  readonly alias: string;
  readonly key: string;
  readonly operation: string;
  readonly bytes: Uint8Array;
  readonly before: () => void;
}

const NOTHING = () => undefined;
/** How often a write is tried again that others are faster than. */
const MOST_TRIES = 100;

/** The heads of a hive's entries. */
export class Heads<V> {
  readonly #index: HiveCells<V>;
  readonly #settings: HiveSettings;
  readonly #deletions: Deletions<V>;

  constructor(index: HiveCells<V>, settings: HiveSettings) {
    this.#index = index;
    this.#settings = settings;
    this.#deletions = new Deletions(index);
  }

  /** The head of an entry. **Emits** `undefined` where there is none, or it has run out. */
  find(alias: string, operation: string, latest = false): Observable<FoundHead<V> | undefined> {
    return this.cell(alias, latest).pipe(map((cell) => this.#inForce(foundIn(cell, alias, operation))));
  }

  /** As {@link find}; **errors** where there is none. */
  need(alias: string, operation: string, latest = false): Observable<FoundHead<V>> {
    return this.cell(alias, latest).pipe(map((cell) => this.neededIn(cell, alias, operation)));
  }

  /** The head in a cell. Throws an error where there is none, or it has run out. */
  neededIn(cell: Cell<V>, alias: string, operation: string): FoundHead<V> {
    return this.#inForce(foundIn(cell, alias, operation)) ?? raise(new HiveError('ALIAS_NOT_FOUND', alias, operation));
  }

  /** The cell of a head. */
  cell(alias: string, latest: boolean): Observable<Cell<V>> {
    return this.#index.get(headKey(alias), { latest });
  }

  /** The head in the store, even if it has run out. */
  stored(alias: string, operation: string, latest: boolean): Observable<FoundHead<V> | undefined> {
    return this.cell(alias, latest).pipe(map((cell) => foundIn(cell, alias, operation)));
  }

  /** The latest head in the store, even if it has run out, for a change that depends on its version. */
  storedForChange(alias: string, operation: string): Observable<FoundHead<V> | undefined> {
    return this.#deletions
      .count(alias, operation)
      .pipe(
        concatMap((deletions) =>
          this.stored(alias, operation, true).pipe(map((found) => found && { ...found, deletions }))
        )
      );
  }

  /** As {@link storedForChange}; **errors** where there is no entry, or it has run out. */
  needForChange(alias: string, operation: string): Observable<FoundHead<V>> {
    return this.storedForChange(alias, operation).pipe(
      map((found) => this.#inForce(found) ?? raise(new HiveError('ALIAS_NOT_FOUND', alias, operation)))
    );
  }

  /** Whether an entry has run out. */
  isOver({ expiresAt }: Head): boolean {
    return expiresAt !== undefined && expiresAt <= this.#settings.scheduler.now();
  }

  /** Writes a head. **Emits** its version. `before` is called before each request that writes, and may throw. */
  write(
    alias: string,
    head: Head,
    condition: WriteCondition<V>,
    operation: string,
    before: () => void = NOTHING
  ): Observable<V> {
    const written: WrittenHead = { alias, key: headKey(alias), operation, bytes: encodeHead(head), before };
    return this.#first(written, condition).pipe(refusals(alias, operation));
  }

  /**
   * Looks whether a condition holds now, so that no slices are written in vain. **Emits** once if it does, and
   * **errors** if not.
   */
  check(alias: string, condition: WriteCondition<V>, operation: string): Observable<unknown> {
    const { transact } = this.#index;
    if (condition.kind === 'none') return of([]);
    if (condition.kind !== 'version' || transact === undefined)
      return this.stored(alias, operation, true).pipe(this.#fitting(alias, condition, operation));
    const step = { kind: 'check' as const, key: headKey(alias), version: condition.version };
    return transact([step]).pipe(refusals(alias, operation));
  }

  /** The steps of a transaction that writes a head, itself first. **Errors** if the condition does not hold now. */
  steps(
    alias: string,
    head: Head,
    condition: WriteCondition<V>,
    operation: string
  ): Observable<readonly CellStep<V>[]> {
    const [key, value] = [headKey(alias), encodeHead(head)];
    const create: readonly CellStep<V>[] = [{ kind: 'create', key, value }];
    const over = (known: KnownVersion<V>): readonly CellStep<V>[] => [
      { kind: 'set', key, value, version: known.version },
      ...this.#deletions.check(alias, known),
    ];
    if (condition.kind === 'version') return of(over(condition));
    if (condition.kind !== 'none')
      return this.storedForChange(alias, operation).pipe(
        this.#fitting(alias, condition, operation),
        map((found) => (found === undefined ? create : over(found)))
      );
    return this.cell(alias, true).pipe(
      map((cell) => {
        if (cell.kind === 'present') return over(cell); // also over one that is damaged
        foundIn(cell, alias, operation);
        return create;
      })
    );
  }

  /** Passes a stored head on. **Errors** if the condition does not hold. */
  #fitting(alias: string, condition: WriteCondition<V>, operation: string) {
    const { kind } = condition;
    return tap<FoundHead<V> | undefined>((found) => {
      const isThere = this.#inForce(found) !== undefined;
      if (kind === 'absent' && isThere) throw new HiveError('ALIAS_ALREADY_EXISTS', alias, operation);
      if (kind === 'present' && !isThere) throw new HiveError('ALIAS_NOT_FOUND', alias, operation);
      if (kind === 'version' && found?.version !== condition.version)
        throw new HiveError('VERSION_CONFLICT', alias, operation);
    });
  }

  /** Deletes a head; with a version, if it has that one. */
  delete(alias: string, known: KnownVersion<V> | undefined, operation: string): Observable<void> {
    return defer(() => this.#deletions.delete(alias, known)).pipe(
      map(() => undefined),
      refusals(alias, operation)
    );
  }

  /** The first try of a write. */
  #first(written: WrittenHead, condition: WriteCondition<V>): Observable<V> {
    const { key, bytes, before } = written;
    if (condition.kind === 'present') return this.#replace(written);
    before();
    if (condition.kind === 'none') return this.#index.set(key, bytes);
    if (condition.kind === 'version') return this.#writeOver(written, condition);
    const overOther = catchError<V, Observable<V>>((error: unknown) =>
      isCoordinationError(error, 'EXISTS') ? this.#replaceOver(written) : throwError(() => error)
    );
    return this.#index.create(key, bytes).pipe(overOther);
  }

  /** Writes over this version of an entry. */
  #writeOver({ alias, key, bytes: value }: WrittenHead, known: KnownVersion<V>): Observable<V> {
    const { version } = known;
    const check = this.#deletions.check(alias, known);
    if (check.length === 0) return this.#index.set(key, value, { version });
    return this.#index.transact!([{ kind: 'set', key, value, version }, ...check]).pipe(map(([next]) => next!));
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

  #inForce(found: FoundHead<V> | undefined): FoundHead<V> | undefined {
    return found === undefined || this.isOver(found.head) ? undefined : found;
  }

  /** Writes over an entry that has run out; another one is in the way. */
  #replaceOver(written: WrittenHead, tries = 0): Observable<V> {
    const { alias, key, operation, bytes, before } = written;
    return this.storedForChange(alias, operation).pipe(
      concatMap((found) => {
        before();
        if (found === undefined) return this.#index.create(key, bytes);
        if (!this.isOver(found.head)) throw new HiveError('ALIAS_ALREADY_EXISTS', alias, operation);
        return this.#writeOver(written, found);
      }),
      catchError((error: unknown) =>
        isContention(error) && tries < MOST_TRIES ? this.#replaceOver(written, tries + 1) : throwError(() => error)
      )
    );
  }
}
