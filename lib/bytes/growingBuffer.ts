import { roomFor } from './roomFor.js';

const FIRST = 1024;
/** The same for a message whose length is known. */
const FIRST_OF_KNOWN = 64 * 1024;
const NOTHING = Buffer.alloc(0);

/**
 * Bytes that come in pieces, in memory that grows with the bytes that came. The pieces are copied: a short one would
 * keep the whole chunk in which it came.
 */
export class GrowingBuffer {
  #bytes = NOTHING;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The bytes so far, which stay here. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#size);
  }

  /** @param needed bytes that are expected in all, where that is known */
  push(piece: Buffer, needed = Infinity): void {
    const size = this.#size + piece.length;
    if (size > this.#bytes.length) {
      const first = needed === Infinity ? FIRST : FIRST_OF_KNOWN;
      const grown = Buffer.allocUnsafeSlow(Math.max(size, roomFor(size, needed, first)));
      this.#bytes.copy(grown, 0, 0, this.#size);
      this.#bytes = grown;
    }
    piece.copy(this.#bytes, this.#size);
    this.#size = size;
  }

  /** All bytes. Their memory belongs to the caller; this one is empty again. */
  take(): Buffer {
    const all = this.bytes;
    this.#bytes = NOTHING;
    this.#size = 0;
    return all;
  }
}
