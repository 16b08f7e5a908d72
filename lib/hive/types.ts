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
  /**
   * Only if the entry has this version; else the change **errors** with `VERSION_CONFLICT`. Default, and with
   * `undefined`: any version.
   */
  readonly ifVersion?: V | undefined;
}

/** The conditions of a write, and the life of the entry. */
export interface WriteOptions<V> extends VersionOption<V> {
  /** When the entry runs out: a `Date`, or milliseconds from now. Default: never, also if it had an end before. */
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
  /** Called with the progress, beside the stream. If it throws, the upload errors with that. */
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
  /** Another one after each change. For `ifVersion`, and for comparisons with `===`. */
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
  /** Whether the content was that of the expected value, so that the change was made. */
  readonly swapped: boolean;
  /** The value that was there before. */
  readonly value: T;
}

/** Entries with a common prefix, without their contents, and whether they may be outdated. */
export type WatchedEntries<V> = Freshness & { readonly entries: ReadonlyMap<string, EntryFacts<V>> };

/** The entries of a hive as they change: where the store has events. */
export interface HiveWatching<T, V> {
  /**
   * The value of an entry now, and after every change. A value is read whole, and again when its content has changed.
   *
   * - **Emits** one of four kinds: `'present'` with the value and the facts; `'absent'`, also when the entry runs out;
   *   `'denied'`; or `'unreadable'` with an `error`. `stale` is `true` while the connection is lost.
   * - **Completes** when the client of the store is closed.
   * - **Errors** as a watch of the store does: not for a lost connection.
   *
   * @example
   * ```ts
   * people.watch('ada').subscribe((entry) => {
   *   if (entry.kind === 'present') console.log(entry.value, entry.facts.version);
   * });
   * ```
   */
  watch(alias: string): Observable<Watched<T, { readonly facts: EntryFacts<V> }>>;
}

/** As {@link HiveWatching}, for all entries with a prefix. */
export interface HivePrefixWatching<V> {
  /**
   * The entries whose aliases begin with `prefix`, now and after every change, without their values. Slices are not
   * read, but the store sends the contents of small entries along. Entries that have run out are there until a sweep.
   * **Emits**, **completes** and **errors** as {@link HiveWatching.watch}.
   *
   * @example
   * ```ts
   * people.watchPrefix('teams/').subscribe(({ entries }) => console.log([...entries.keys()]));
   * ```
   */
  watchPrefix(prefix: string): Observable<WatchedEntries<V>>;
}

/**
 * A hive: entries of any size under their aliases, on a quorum store.
 *
 * Calls are cold: each subscription sends requests. A write is atomic, however large its value is: readers see the old
 * value or the new one. Unless a method says otherwise, a call
 *
 * - **emits** once, and **completes**;
 * - **errors** with a `UsageError` or a `ValueError` (nothing was sent), a `HiveError` (nothing was changed), or an
 *   error of the store, whose `effect` says what may have happened;
 * - may still be done when it is **unsubscribed**.
 *
 * An alias is text of 1 to 1,000 bytes in UTF-8.
 */
export interface Hive<T, V> {
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
  /**
   * Deletes all entries with a prefix, one by one; with `''`, all. **Emits** how many there were. After an error, some
   * are gone.
   */
  removeAll(prefix: string): Observable<number>;
  /**
   * Writes bytes of any size in slices, `window` of them at a time, and makes them visible together.
   *
   * - **Emits** the progress: after each slice, when all are written, and when the entry is visible.
   * - **Completes** after `phase: 'done'`.
   * - **Errors** with `TOO_LARGE`, `VERSION_CONFLICT`, `UPLOAD_CONDEMNED`, `ABORTED`; with the error of the source.
   *   After an error of the connection or the session, the slices stay for `resume`.
   * - **Unsubscribing** takes the slices away.
   *
   * @example
   * ```ts
   * import { createReadStream } from 'node:fs';
   *
   * const uploading$ = documents.upload(createReadStream('report.pdf'), { alias: 'reports/2026' });
   * uploading$.subscribe(({ phase, bytesSent }) => console.log(phase, bytesSent));
   * ```
   */
  upload(source: HiveSource, options?: UploadOptions<V>): Observable<UploadProgress<V> & { readonly alias: string }>;
  /**
   * The content of an entry, piece by piece, all of one version. `for await` and streams read no faster than they use
   * the pieces; a subscriber of the Observable gets them as they come.
   *
   * - **Emits** one piece for each slice.
   * - **Completes** when the whole has been checked.
   * - **Errors** with `ALIAS_NOT_FOUND`, `CORRUPT`, `VERSION_CONFLICT`, `ABORTED`; with `ENTRY_CHANGED` if the entry
   *   was replaced, and the slices were swept away meanwhile.
   * - **Unsubscribing**, or leaving the loop, stops.
   *
   * @example
   * ```ts
   * import { createWriteStream } from 'node:fs';
   * import { pipeline } from 'node:stream/promises';
   *
   * await pipeline(documents.download('reports/2026'), createWriteStream('copy.pdf'));
   * for await (const piece of documents.download('reports/2026', { from: 0, to: 100 })) console.log(piece.length);
   * ```
   */
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
  /**
   * Takes away slices and entries that are not needed any more: those of replaced entries, dead writers, and entries
   * that have run out. A replaced content is marked by one sweep, and removed by one that comes `grace` later. Any
   * number of sweeps may run at the same time. **Emits** one report.
   *
   * @param options.dryRun changes nothing, and counts as if it did. Default `false`
   *
   * @example
   * ```ts
   * documents.sweep({ dryRun: true }).subscribe(({ removed, expired }) => console.log(removed, expired));
   * ```
   */
  sweep(options?: { readonly dryRun?: boolean }): Observable<SweepReport>;
  /**
   * Sweeps again and again, in one process at a time, whichever processes of the store call it: the others wait until
   * that one leaves, or misses three turns.
   *
   * - **Emits** the report of each sweep of this process.
   * - **Completes** when the client of the store is closed.
   * - **Errors** when the store refuses. It goes on by itself after a lost connection.
   * - **Unsubscribing** lets another process sweep.
   *
   * @example
   * ```ts
   * const sweeping = documents.sweeper({ every: 60_000 }).subscribe(({ removed }) => console.log(removed));
   * ```
   */
  sweeper(options?: SweeperOptions): Observable<SweepReport>;
  /**
   * Reads every entry with a prefix, and compares its checksums; without a prefix, all.
   *
   * - **Emits** the alias and the error of each entry that is damaged, or cannot be read.
   * - **Completes** when all have been read.
   *
   * @example
   * ```ts
   * documents.verify().subscribe(({ alias, error }) => console.log(alias, error));
   * ```
   */
  verify(prefix?: string): Observable<{ readonly alias: string; readonly error: unknown }>;
}

/** The hive over cells: it can watch entries where they can. */
export type HiveOf<T, V, C> = Hive<T, V> &
  (C extends Watching<V> ? HiveWatching<T, V> : unknown) &
  (C extends PrefixWatching<V> ? HivePrefixWatching<V> : unknown);
