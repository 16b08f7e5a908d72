import type { Observable } from 'rxjs';
import type { Modified, SwapResult, VersionOption, WriteOptions } from '../types.js';

/** The changes of one entry of a hive. */
export interface HiveWrites<T, V> {
  /**
   * Makes an entry. **Emits** its version. **Errors** with `ALIAS_ALREADY_EXISTS`.
   *
   * @example
   * ```ts
   * people.put('ada', { born: 1815 }).subscribe((version) => console.log(version));
   * people.put('session/7', { user: 'ada' }, { expires: 30 * 60_000 }).subscribe(); // for half an hour
   * ```
   */
  put(alias: string, value: T, options?: Omit<WriteOptions<V>, 'ifVersion'>): Observable<V>;
  /**
   * Writes an entry, and makes it if need be. **Emits** its version. **Errors** with `VERSION_CONFLICT`.
   *
   * @example
   * ```ts
   * people.update('ada', { born: 1815, died: 1852 }).subscribe();
   * ```
   */
  update(alias: string, value: T, options?: WriteOptions<V>): Observable<V>;
  /**
   * Writes an entry that exists. **Emits** its version. **Errors** with `ALIAS_NOT_FOUND`, `VERSION_CONFLICT`.
   *
   * @example
   * ```ts
   * import { concatMap } from 'rxjs';
   *
   * // only if no other client has changed it since
   * const renamed$ = people
   *   .stat('ada')
   *   .pipe(concatMap((facts) => people.replace('ada', { name: 'Ada' }, { ifVersion: facts!.version })));
   * ```
   */
  replace(alias: string, value: T, options?: WriteOptions<V>): Observable<V>;
  /**
   * Changes an entry by its value: reads it, and writes the result of `change` if no other client has written since,
   * else begins again. Where there is no entry, `change` is given `undefined`, and the entry is made.
   *
   * - **Emits** the new value and its version. A `change` that returns its argument writes nothing.
   * - **Errors** with `BAD_VALUE`; with `VERSION_CONFLICT` after a hundred attempts; with an error of `change`.
   *
   * @param change is called again for every attempt, so it should do nothing else
   *
   * @example
   * ```ts
   * import { openHive } from 'quorum-rx/hive';
   *
   * const counts = await openHive<number>('memory:');
   * counts.modify('visits', (count = 0) => count + 1).subscribe(({ value }) => console.log(value));
   * ```
   */
  modify(
    alias: string,
    change: (value: T | undefined) => T,
    options?: Omit<WriteOptions<V>, 'ifVersion'>
  ): Observable<Modified<T, V>>;
  /**
   * Deletes an entry. **Emits** `undefined`. **Errors** with `ALIAS_NOT_FOUND`, `VERSION_CONFLICT`. An entry that has
   * run out and is not swept yet is deleted without an error.
   */
  delete(alias: string, options?: VersionOption<V>): Observable<void>;
  /**
   * Changes when an entry runs out, and leaves its content: at a `Date`, or so many milliseconds from now; `undefined`:
   * never. **Emits** its version, which is new. **Errors** with `ALIAS_NOT_FOUND`, `VERSION_CONFLICT`.
   *
   * @example
   * ```ts
   * people.expire('session/7', 30 * 60_000).subscribe();
   * ```
   */
  expire(alias: string, expires: Date | number | undefined, options?: VersionOption<V>): Observable<V>;
  /**
   * Writes an entry that exists, and **emits** the value that it had. **Errors** with `ALIAS_NOT_FOUND`,
   * `VERSION_CONFLICT`; with `BAD_VALUE` where the old value cannot be read, and then nothing is changed.
   */
  getAndUpdate(alias: string, value: T, options?: WriteOptions<V>): Observable<T>;
  /** Deletes an entry, and **emits** the value that it had. **Errors** as {@link getAndUpdate}. */
  getAndRemove(alias: string, options?: VersionOption<V>): Observable<T>;
  /**
   * Writes an entry if its content is that of `expected`, byte for byte: the order of properties counts. Another
   * content is no error. **Errors** with `ALIAS_NOT_FOUND`, `VERSION_CONFLICT`, `BAD_VALUE`.
   *
   * @example
   * ```ts
   * people.compareAndSwap('count', 3, 4).subscribe(({ swapped, value }) => console.log(swapped, value));
   * ```
   */
  compareAndSwap(alias: string, expected: T, value: T, options?: WriteOptions<V>): Observable<SwapResult<T>>;
  /** Deletes an entry if its content is that of `expected`, as {@link compareAndSwap} does. */
  removeIf(alias: string, expected: T, options?: VersionOption<V>): Observable<SwapResult<T>>;
}
