import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** So many bytes are summed up at a time: few enough to be in the processor's cache still. */
export const BLOCK = 64 * 1024;

/** Makes the sums of a content: a CRC-32 of each slice, and a SHA-256 of all of them. */
export class ContentSums {
  readonly #sha256 = createHash('sha256');
  #crc = 0;

  /** Takes in the next bytes of the slice that is begun. It does not keep them. */
  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += BLOCK) {
      const block = bytes.subarray(at, at + BLOCK);
      this.#sha256.update(block);
      this.#crc = crc32(block, this.#crc);
    }
  }

  /** Ends the slice. Returns its CRC-32. */
  endSlice(): number {
    const crc = this.#crc;
    this.#crc = 0;
    return crc;
  }

  /** The SHA-256 of all slices until now, in hexadecimal digits. */
  get sha256(): string {
    return this.#sha256.copy().digest('hex');
  }
}
