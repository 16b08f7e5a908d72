import { type Observable, Subject, concat, defer, distinctUntilChanged, map, of } from 'rxjs';
import { checkCondition, checkKey, checkLatest, checkPrefix, checkSteps, checkValue } from '../core/cellArguments.js';
import { CellError } from '../core/cellError.js';
import { integer, text } from '../core/check.js';
import { freshness } from '../core/watched.js';
import { byBytes } from '../core/keyNames.js';
import type { Cell, CellStep, Cells, List, PrefixWatching, Transact, Watching } from '../core/contract.js';

/** Cells in the memory of this process. The version of a cell is the number of the change that wrote it. */
export type MemoryCells = Cells<number> & List & Transact<number> & Watching<number> & PrefixWatching<number>;

interface Kept {
  readonly value: Uint8Array;
  readonly version: number;
}

const BOUNDS = {
  maxKeyBytes: 1024,
  maxValueBytes: 1_000_000,
  checkVersion: (argument: string, version: number) => void integer(argument, version, 1, Number.MAX_SAFE_INTEGER),
};
const ABSENT: Cell<number> = { kind: 'absent' };

/**
 * A store in the memory of this process: for tests, and to try a hive out. All hives that are given one store share it.
 * Values are copied on their way in and out, and requests are answered at once.
 *
 * @example
 * ```ts
 * import { MemoryStore, openHive } from 'quorum-rx/hive';
 *
 * const connection = { store: new MemoryStore() };
 * const [mine, other] = [await openHive('memory:', { connection }), await openHive('memory:', { connection })];
 * ```
 */
export class MemoryStore {
  readonly #cells = new Map<string, Kept>();
  readonly #changed$ = new Subject<void>();
  #changes = 0;

  /** The cells whose keys begin with `prefix`, which their own keys are without. Throws a `UsageError`. */
  cells(prefix: string): MemoryCells {
    text('prefix', prefix);
    const commit = (operation: string, steps: readonly CellStep<number>[]) => this.#commit(prefix, operation, steps);
    const one = (operation: string, step: CellStep<number>) =>
      defer(() => of(commit(operation, [step])[0])) as Observable<number>;
    const check = (key: string) => checkKey(key, BOUNDS);
    const read = (key: string): Cell<number> => {
      const kept = this.#cells.get(prefix + key);
      return kept === undefined
        ? ABSENT
        : { kind: 'present', value: Uint8Array.from(kept.value), version: kept.version };
    };
    return {
      ...BOUNDS,
      uniqueVersions: true,
      get: (key, options) => defer(() => (checkLatest(options), of(read(check(key))))),
      create: (key, value) =>
        defer(() => one('create', { kind: 'create', key: check(key), value: checkValue(value, BOUNDS) })),
      set: (key, value, condition) =>
        defer(() => {
          const { version } = checkCondition(condition, BOUNDS);
          check(key);
          checkValue(value, BOUNDS);
          if (version === undefined) return of(this.#write(prefix + key, value, this.#next()));
          return one('set', { kind: 'set', key, value, version });
        }),
      delete: (key, condition) =>
        defer(() => {
          const { version = 'any' } = checkCondition(condition, BOUNDS);
          return one('delete', { kind: 'delete', key: check(key), version });
        }).pipe(map(() => undefined)),
      list: (start, options) => defer(() => (checkLatest(options), of(this.#keys(prefix, checkPrefix(start, BOUNDS))))),
      transact: (steps) => defer(() => of(commit('transact', checkSteps(steps, BOUNDS)))),
      watch: (key) =>
        defer(() => {
          check(key);
          return this.#now(() => read(key)).pipe(
            distinctUntilChanged((a, b) => a.version === b.version),
            map((cell) => ({ ...cell, ...freshness(undefined) }))
          );
        }),
      watchPrefix: (start) =>
        defer(() => {
          checkPrefix(start, BOUNDS);
          return this.#now(() => this.#keys(prefix, start).map((key) => [key, read(key)] as const)).pipe(
            distinctUntilChanged((a, b) => String(a.map(tag)) === String(b.map(tag))),
            map((found) => ({ cells: new Map(found), ...freshness(undefined) }))
          );
        }),
    };
  }

  /** The result of `read`, now and after every change. */
  #now<T>(read: () => T): Observable<T> {
    return concat(of(undefined), this.#changed$).pipe(map(read));
  }

  #keys(prefix: string, start: string): string[] {
    const all = prefix + start;
    const found = [...this.#cells.keys()].filter((key) => key.startsWith(all)).map((key) => key.slice(prefix.length));
    return found.sort(byBytes);
  }

  #next(): number {
    return ++this.#changes;
  }

  #write(key: string, value: Uint8Array, version: number): number {
    this.#cells.set(key, { value: Uint8Array.from(value), version });
    this.#changed$.next();
    return version;
  }

  #commit(prefix: string, operation: string, steps: readonly CellStep<number>[]): (number | undefined)[] {
    steps.forEach((step, i) => {
      const kept = this.#cells.get(prefix + step.key);
      const wanted = step.kind === 'create' ? undefined : step.version;
      const code =
        step.kind === 'create' && kept !== undefined
          ? 'EXISTS'
          : wanted === 'any' && kept === undefined
            ? 'ABSENT'
            : typeof wanted === 'number' && kept?.version !== wanted
              ? 'CONFLICT'
              : undefined;
      if (code === undefined) return;
      throw new CellError(code, step.key, operation, undefined, operation === 'transact' ? i : undefined);
    });
    const version = this.#next();
    const versions = steps.map((step) => {
      if (step.kind === 'delete') this.#cells.delete(prefix + step.key);
      if (!('value' in step)) return undefined;
      this.#cells.set(prefix + step.key, { value: Uint8Array.from(step.value), version });
      return version;
    });
    this.#changed$.next();
    return versions;
  }
}

function tag([key, cell]: readonly [string, Cell<number>]): string {
  return `${key}=${cell.version}`;
}
