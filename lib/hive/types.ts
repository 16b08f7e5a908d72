import type { Observable } from 'rxjs';
import type { CellReadOptions, PrefixWatching, Watching } from '../core/contract.js';
import type { Pullable } from '../client/paced.js';
import type { Outcomes } from '../core/outcome.js';
import type { Freshness, Watched } from '../core/watched.js';
import type { ByteRange } from './download.js';
import type { HiveSource } from './slicedSource.js';
import type { SweepReport } from './sweepReport.js';
import type { UploadProgress } from './uploadPlan.js';

/** The condition of a change. */
export interface VersionOption<V> {
  /** Only if the entry has this version; else the change **errors** with `VERSION_CONFLICT`. */
  readonly ifVersion?: V | undefined;
}

/** The conditions of a write, and the life of the entry. */
export interface WriteOptions<V> extends VersionOption<V> {
  /** When the entry runs out: a `Date`, or milliseconds from now. Default: never. */
  readonly expires?: Date | number | undefined;
}

/** The alias of an upload, and the upload that it goes on with. */
export interface UploadOptions<V> extends WriteOptions<V> {
  /** Default: a random UUID. */
  readonly alias?: string | undefined;
  /**
   * The `id` of an upload of this alias that broke off, as long as its slices are there: for the time of grace. The
   * source must be the same from its beginning. Slices that are there are compared and not written again.
   */
  readonly resume?: string | undefined;
  /** Ends the upload with `ABORTED`, and takes its slices away. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the progress, beside the stream. */
  readonly onProgress?: ((progress: UploadProgress<V>) => void) | undefined;
}

/** A part of the content, and how fresh it must be. */
export interface DownloadOptions<V> extends ByteRange, CellReadOptions {
  /** Reads only if the entry has this version: to go on from an offset with the same content. */
  readonly ifVersion?: V | undefined;
  /** Ends the download with `ABORTED`. */
  readonly signal?: AbortSignal | undefined;
}

/** An entry, without its content. */
export interface EntryFacts<V> {
  readonly version: V;
  /** Bytes of the content. */
  readonly size: number;
  /** The name of the codec that wrote it. */
  readonly codec: string;
  /** When it runs out. */
  readonly expires?: Date | undefined;
  /** The upload that wrote it, where it has slices. */
  readonly upload?: string | undefined;
  /** The SHA-256 of the content in hexadecimal digits, where it has slices. */
  readonly sha256?: string | undefined;
}

/** How often a sweeper sweeps. */
export interface SweeperOptions {
  /** Milliseconds from one sweep to the next. Default: the `grace` of the hive. */
  readonly every?: number;
}

/** The result of a comparison of contents. */
export interface SwapResult<T> {
  readonly swapped: boolean;
  /** The value that was there before. */
  readonly value: T;
}

/** Entries with a common prefix, without their contents, and whether they may be outdated. */
export type WatchedEntries<V> = Freshness & { readonly entries: ReadonlyMap<string, EntryFacts<V>> };

/** The entries of a hive as they change: where the store has events. */
export interface HiveWatching<T, V> {
  /** The value of an entry now, and after every change. */
  watch(alias: string): Observable<Watched<T, { readonly facts: EntryFacts<V> }>>;
}

/** As {@link HiveWatching}, for all entries with a prefix. */
export interface HivePrefixWatching<V> {
  /** The entries whose aliases begin with `prefix`, now and after every change. Contents are not read. */
  watchPrefix(prefix: string): Observable<WatchedEntries<V>>;
}

/**
 * A hive: entries of any size under their aliases, on a quorum store.
 *
 * Calls are cold: each subscription sends requests, and emits once unless it says otherwise. A write is atomic, however
 * large its value is: readers see the old value or the new one. Calls **error** with a `UsageError` or a `ValueError`
 * (nothing was sent), a `HiveError`, or an error of the store, whose `effect` says what may have happened.
 *
 * An alias is text of 1 to 1,000 bytes.
 */
export interface Hive<T, V> {
  /** Makes an entry. **Emits** its version. **Errors** with `ALIAS_ALREADY_EXISTS`. */
  put(alias: string, value: T, options?: Omit<WriteOptions<V>, 'ifVersion'>): Observable<V>;
  /** Writes an entry, and makes it if need be. **Emits** its version. */
  update(alias: string, value: T, options?: WriteOptions<V>): Observable<V>;
  /** Writes an entry that exists. **Emits** its version. **Errors** with `ALIAS_NOT_FOUND`. */
  replace(alias: string, value: T, options?: WriteOptions<V>): Observable<V>;
  /** The value of an entry. **Errors** with `ALIAS_NOT_FOUND`. */
  get(alias: string, options?: CellReadOptions): Observable<T>;
  /** The content of an entry, whichever codec wrote it. **Errors** with `ALIAS_NOT_FOUND`. */
  getRaw(alias: string, options?: CellReadOptions): Observable<Uint8Array>;
  /** Deletes an entry. **Errors** with `ALIAS_NOT_FOUND`. */
  delete(alias: string, options?: VersionOption<V>): Observable<void>;
  /**
   * Changes when an entry runs out, and leaves its content: at a `Date`, or so many milliseconds from now; `undefined`:
   * never. **Emits** its version, which is new. **Errors** with `ALIAS_NOT_FOUND`.
   */
  expire(alias: string, expires: Date | number | undefined, options?: VersionOption<V>): Observable<V>;
  /** Writes an entry that exists, and **emits** the value that it had. **Errors** with `ALIAS_NOT_FOUND`. */
  getAndUpdate(alias: string, value: T, options?: WriteOptions<V>): Observable<T>;
  /** Deletes an entry, and **emits** the value that it had. **Errors** with `ALIAS_NOT_FOUND`. */
  getAndRemove(alias: string, options?: VersionOption<V>): Observable<T>;
  /** Writes an entry if its content is that of `expected`. **Errors** with `ALIAS_NOT_FOUND`. */
  compareAndSwap(alias: string, expected: T, value: T, options?: WriteOptions<V>): Observable<SwapResult<T>>;
  /** Deletes an entry if its content is that of `expected`. **Errors** with `ALIAS_NOT_FOUND`. */
  removeIf(alias: string, expected: T, options?: VersionOption<V>): Observable<SwapResult<T>>;
  /** An entry without its content; `undefined` where there is none. */
  stat(alias: string, options?: CellReadOptions): Observable<EntryFacts<V> | undefined>;
  /** The aliases with a prefix, in the order of their bytes. Some may have run out. */
  list(prefix?: string, options?: CellReadOptions): Observable<readonly string[]>;
  /** Deletes all entries with a prefix, one after the other. **Emits** how many there were. */
  removeAll(prefix: string): Observable<number>;
  /** Writes bytes of any size in slices, without keeping them in memory. **Emits** the progress. */
  upload(source: HiveSource, options?: UploadOptions<V>): Observable<UploadProgress<V> & { readonly alias: string }>;
  /** The content of an entry, piece by piece. `for await` reads no faster than it uses the pieces. */
  download(alias: string, options?: DownloadOptions<V>): Pullable<Uint8Array>;
  /**
   * Does requests of this hive at the same time, at most `window` of them, in no order. Each is for itself. **Emits**
   * one outcome for each request, in the order of the requests, when all are done. A request that emits several values
   * counts with its last. **Errors** with a `UsageError` for an item that is no Observable, before anything is sent.
   *
   * @example
   * ```ts
   * import { openHive } from 'quorum-rx/hive';
   *
   * const people = await openHive('memory:');
   * people.batch([people.put('ada', 1815), people.get('grace')]).subscribe(([ada, grace]) => {
   *   if (ada.kind === 'reply') console.log('version', ada.value);
   *   if (grace.kind !== 'reply') console.log(grace.error.code); // ALIAS_NOT_FOUND
   * });
   * ```
   */
  batch<const R extends readonly Observable<unknown>[]>(requests: R): Observable<Outcomes<R>>;
  /** Takes away slices and entries that are not needed any more. `dryRun` only counts. */
  sweep(options?: { readonly dryRun?: boolean }): Observable<SweepReport>;
  /**
   * Sweeps again and again, in one process at a time, whichever processes of the store call it: the others wait until
   * that one leaves, or misses three turns.
   *
   * - **Emits** the report of each sweep of this process.
   * - **Completes** when the client of the store is closed.
   * - **Errors** when the store refuses. It goes on by itself after a lost connection.
   * - **Unsubscribing** lets another process sweep.
   */
  sweeper(options?: SweeperOptions): Observable<SweepReport>;
  /** Reads every entry with a prefix. **Emits** the error of each that is damaged, and completes. */
  verify(prefix?: string): Observable<{ readonly alias: string; readonly error: unknown }>;
}

/** The hive over cells: it can watch entries where they can. */
export type HiveOf<T, V, C> = Hive<T, V> &
  (C extends Watching<V> ? HiveWatching<T, V> : unknown) &
  (C extends PrefixWatching<V> ? HivePrefixWatching<V> : unknown);
