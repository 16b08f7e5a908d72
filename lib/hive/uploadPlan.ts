import type { WriteCondition } from './heads.js';
import type { HiveSource } from './slicedSource.js';

/** How far an upload has come. */
export interface UploadProgress<V> {
  /** `'uploading'`: slices are written. `'done'`: the entry is visible; the last one. */
  readonly phase: 'uploading' | 'done';
  /** The upload, for {@link UploadOptions.resume}. */
  readonly id: string;
  /** Bytes that are in the store. */
  readonly bytesSent: number;
  /** Slices that are in the store. */
  readonly slices: number;
  /** The version of the entry, when it is visible. */
  readonly version?: V;
}

/** The content of an upload, and its place. */
export interface UploadPlan<V> {
  readonly alias: string;
  readonly codec: string;
  readonly source: HiveSource;
  readonly condition: WriteCondition<V>;
  readonly expiresAt: number | undefined;
  /** The upload to go on with; `undefined`: a new one. */
  readonly resume: string | undefined;
  readonly operation: string;
}
