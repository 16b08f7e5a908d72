import type { CellReadOptions } from '../core/contract.js';
import type { Freshness } from '../core/watched.js';
import type { ByteRange } from './content/download.js';
import type { UploadProgress } from './upload/uploadPlan.js';

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
  /**
   * Ends the upload with `ABORTED`, and takes its slices away. While the answer to the last request is awaited, the
   * effect is `'unknown'`: the entry may have become visible.
   */
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

/** The result of a change by a function. */
export interface Modified<T, V> {
  /** The value that is there now. */
  readonly value: T;
  /** The version of the entry with this value. */
  readonly version: V;
}
