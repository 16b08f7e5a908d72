import { ProtocolError } from '../../core/errors.js';

/**
 * The state of an upload.
 *
 * - `'uploading'`: slices are being written. The writer renews the record.
 * - `'visible'`: the head of the entry has named these slices.
 * - `'retired'`: no head names them any more. They go when readers have had time to finish.
 * - `'condemned'`: the writer was taken for dead. They go at once, and the upload cannot become visible.
 */
export type UploadState = 'uploading' | 'visible' | 'retired' | 'condemned';

/** The record of an upload. It exists before the first slice, and after the last. */
export interface UploadRecord {
  readonly alias: string;
  readonly state: UploadState;
  /** Bytes of each slice but the last. */
  readonly sliceSize: number;
  /** When the writer last renewed it, or when the state began: milliseconds since 1970. */
  readonly since: number;
}

const STATES: readonly string[] = ['uploading', 'visible', 'retired', 'condemned'] satisfies UploadState[];

export function encodeUpload(record: UploadRecord): Uint8Array {
  return Buffer.from(JSON.stringify(record));
}

/**
 * Throws a `ProtocolError` when the bytes are no record.
 *
 * @param longest bytes of the longest slice: memory is taken for one that long
 */
export function decodeUpload(bytes: Uint8Array, longest: number): UploadRecord {
  const fault = () => new ProtocolError('the record of an upload cannot be read', { effect: 'none' });
  let found: UploadRecord | null;
  try {
    found = JSON.parse(Buffer.from(bytes).toString()) as UploadRecord | null;
  } catch {
    throw fault();
  }
  const { alias, state, sliceSize, since } = found ?? {};
  const hasSize = Number.isSafeInteger(sliceSize) && sliceSize! > 0 && sliceSize! <= longest;
  if (typeof alias !== 'string' || !STATES.includes(String(state)) || !hasSize || !Number.isFinite(since))
    throw fault();
  return found!;
}
