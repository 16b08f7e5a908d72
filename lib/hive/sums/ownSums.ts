import { createHash } from 'node:crypto';
import { type Observable, type Observer, defer, of } from 'rxjs';
import { crc32 } from 'node:zlib';
import type { ContentSums } from './contentSums.js';

/** So many bytes are summed up at a time: few enough to be in the processor's cache still. */
export const BLOCK = 64 * 1024;

/** Makes the sums in this thread, at once. */
export class OwnSums implements ContentSums {
  readonly #sha256: ReturnType<typeof createHash> | undefined;
  #crc = 0;

  /** @param isWhole whether a SHA-256 is wanted: a part of a content has none */
  constructor(isWhole = true) {
    this.#sha256 = isWhole ? createHash('sha256') : undefined;
  }

  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += BLOCK) {
      const block = bytes.subarray(at, at + BLOCK);
      this.#sha256?.update(block);
      this.#crc = crc32(block, this.#crc);
    }
  }

  endSlice(crc: Observer<number>): void {
    const sum = this.#crc;
    this.#crc = 0;
    crc.next(sum);
    crc.complete();
  }

  room(): undefined {
    return undefined;
  }

  sha256(): Observable<string> {
    return defer(() => of(this.#sha256!.copy().digest('hex')));
  }

  stop(): void {
    // nothing goes on
  }
}
