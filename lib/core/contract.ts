import type { Observable } from 'rxjs';
import type { Found, Freshness } from './watched.js';

/**
 * A cell as a read finds it, told apart by `kind`: `'present'` with a value and its version, or `'absent'`. `'denied'`
 * may not be read; `'unreadable'` was not written through {@link Cells}, or is too large to read.
 *
 * @typeParam V the version: for comparisons by the store, and not for `<`
 */
export type Cell<V> = Found<Uint8Array, { readonly version: V }>;

/** A cell that is followed, and whether it may be outdated. */
export type WatchedCell<V> = Cell<V> & Freshness;

/** The conditions of a write. */
export interface CellCondition<V> {
  /** Writes only if the cell has this version; `'any'`: only if there is a cell. Default: without a condition. */
  readonly version?: V | 'any' | undefined;
}

/** How fresh a read must be. */
export interface CellReadOptions {
  /**
   * Shows every write that was acknowledged to any client before this read. Default `false`: this client's own writes,
   * and nothing older than it has read before.
   */
  readonly latest?: boolean;
}

/**
 * The ability to keep bytes under keys, with a version for each value.
 *
 * Calls are cold: each subscription sends requests, and emits once. They **error** with a `UsageError` about an
 * argument (nothing was sent), a `CellError` when a condition does not hold (nothing was changed), or the error of the
 * store, whose `effect` says what may have happened. A write of unknown effect is not sent again if it could be done
 * twice.
 *
 * The array of a value is read until the call has ended, in whatever way, and not kept.
 *
 * A key is text of 1 to `maxKeyBytes` bytes in UTF-8; any character may be in it but half a surrogate pair.
 */
export interface Cells<V> {
  /** The most bytes of a key, in UTF-8. */
  readonly maxKeyBytes: number;
  /** The most bytes of a value. A larger one is refused with `TOO_LARGE` before anything is sent. */
  readonly maxValueBytes: number;
  /**
   * Whether no version comes twice for one key. `false`: a key that is deleted and created again may have a version
   * that it had before, so a condition may hold for another value.
   */
  readonly uniqueVersions: boolean;
  /** The cell of a key. That there is none, or that it may not be read, is a value. */
  get(key: string, options?: CellReadOptions): Observable<Cell<V>>;
  /** Makes a cell. **Emits** its version. **Errors** with `EXISTS` where there is one. */
  create(key: string, value: Uint8Array): Observable<V>;
  /**
   * Writes a cell, and makes it if need be. **Emits** the new version. With a version it **errors** with `CONFLICT`
   * where the cell has another, or is absent; with `'any'` it errors with `ABSENT` where there is no cell.
   */
  set(key: string, value: Uint8Array, condition?: CellCondition<V>): Observable<V>;
  /** Deletes a cell. **Errors** with `ABSENT` where there is none; with a version, with `CONFLICT` as `set` does. */
  delete(key: string, condition?: CellCondition<V>): Observable<void>;
}

/** The ability to list the keys of cells. */
export interface List {
  /** **Emits** the keys that begin with `prefix`, in the order of their bytes. */
  list(prefix: string, options?: CellReadOptions): Observable<readonly string[]>;
}

/** One step of a {@link Transact} transaction. */
export type CellStep<V> =
  | { readonly kind: 'check'; readonly key: string; readonly version: V | 'any' }
  | { readonly kind: 'create'; readonly key: string; readonly value: Uint8Array }
  /** The cell must exist; with a version, it must have this one. */
  | { readonly kind: 'set'; readonly key: string; readonly value: Uint8Array; readonly version: V | 'any' }
  | { readonly kind: 'delete'; readonly key: string; readonly version: V | 'any' };

/** The ability to change several cells together. */
export interface Transact<V> {
  /**
   * Does all steps or none. No key may be in two steps. **Emits** the new version of each step; `undefined` for checks
   * and deletes. **Errors** with a `CellError` as the single calls do; its `index` is that of a step that failed.
   */
  transact(steps: readonly CellStep<V>[]): Observable<readonly (V | undefined)[]>;
}

/** The ability to follow a cell by the store's own events. */
export interface Watching<V> {
  /**
   * A cell now and after every change. It never goes back to an older value, and the last one before quiet is the
   * truth. **Completes** when the client is closed. `stale` while there is no connection.
   */
  watch(key: string): Observable<WatchedCell<V>>;
}

/** The cells with a common prefix, by their keys, and whether they may be outdated. */
export type WatchedCells<V> = Freshness & { readonly cells: ReadonlyMap<string, Cell<V>> };

/** The ability to follow all cells with a common prefix by the store's own events. */
export interface PrefixWatching<V> {
  /** All cells whose keys begin with `prefix`, now and after every change, as {@link Watching.watch}. */
  watchPrefix(prefix: string): Observable<WatchedCells<V>>;
}

/** The ability to follow a cell by reading it again and again, in a store that has no events. */
export interface Polling<V> {
  /**
   * A cell as the last look found it. **Emits** when a look finds another version. What changes twice between two looks
   * shows once. `stale` after a look that failed.
   *
   * @param options.every milliseconds from one look to the next
   */
  poll(key: string, options: { readonly every: number }): Observable<WatchedCell<V>>;
}

/** The ability to keep a cell for as long as its client lives. */
export interface Presence {
  /**
   * A cell that goes with the subscription, and with the client when that dies. It is made again when it was lost.
   * **Emits** each time that it was made. **Completes** when the client is closed. **Unsubscribing** deletes the cell.
   */
  announce(key: string, value: Uint8Array): Observable<void>;
}
