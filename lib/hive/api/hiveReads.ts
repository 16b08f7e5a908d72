import type { Observable } from 'rxjs';
import type { CellReadOptions } from '../../core/contract.js';
import type { EntryFacts } from '../types.js';

/** The reads of a hive's entries. */
export interface HiveReads<T, V> {
  /**
   * The value of an entry, which is read into memory whole. **Errors** with `ALIAS_NOT_FOUND`, `CORRUPT`; with
   * `BAD_VALUE` where the codec of the entry is not known, or refuses its bytes.
   *
   * @example
   * ```ts
   * people.get('ada').subscribe((value) => console.log(value));
   * people.get('ada', { latest: true }).subscribe(); // shows every acknowledged write of any client
   * ```
   */
  get(alias: string, options?: CellReadOptions): Observable<T>;
  /** The content of an entry in bytes, whichever codec wrote it. **Errors** with `ALIAS_NOT_FOUND`, `CORRUPT`. */
  getRaw(alias: string, options?: CellReadOptions): Observable<Uint8Array>;
  /** An entry without its content; `undefined` where there is none. No slices are read. */
  stat(alias: string, options?: CellReadOptions): Observable<EntryFacts<V> | undefined>;
  /**
   * The aliases with a prefix, in the order of their bytes; without a prefix, all. Some may have run out.
   *
   * @example
   * ```ts
   * people.list('session/').subscribe((aliases) => console.log(aliases.length));
   * ```
   */
  list(prefix?: string, options?: CellReadOptions): Observable<readonly string[]>;
}
