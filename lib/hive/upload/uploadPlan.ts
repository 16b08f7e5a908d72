import type { WriteCondition } from '../heads/heads.js';
import type { HeldSource } from './pulledChunks.js';
import type { HiveSource } from './slicedSource.js';

/** How far an upload has come. */
export interface UploadProgress<V> {
  /**
   * - `'uploading'`: slices are written.
   * - `'committing'`: all slices are in the store, and the entry is about to name them.
   * - `'done'`: the entry is visible. The last one.
   */
  readonly phase: 'uploading' | 'committing' | 'done';
  /** The upload, for {@link UploadOptions.resume}. */
  readonly id: string;
  /** Bytes that are in the store. */
  readonly bytesSent: number;
  /** Bytes of the whole source, where it tells its size: bytes, and a `Blob`. */
  readonly bytesTotal?: number;
  /** Slices that are in the store. */
  readonly slices: number;
  /** The version of the entry, when it is visible. */
  readonly version?: V;
}

/** The content of an upload, and its place. */
export interface UploadPlan<V> {
  readonly alias: string;
  readonly codec: string;
  readonly source: HiveSource | HeldSource;
  readonly condition: WriteCondition<V>;
  readonly expiresAt: number | undefined;
  /** The upload to go on with; `undefined`: a new one. */
  readonly resume: string | undefined;
  readonly operation: string;
  /** Called before the request that makes the entry visible. */
  readonly onCommit?: (() => void) | undefined;
}
