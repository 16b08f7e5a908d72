/** The size of the first slab, and of those of a connection that has brought much. */
const [FIRST, LARGEST] = [8 * 1024, 64 * 1024];
/** From here on a value gets memory of its own, so that keeping it keeps nothing else. */
const LARGE = 4 * 1024;

/**
 * Copies small values next to each other into shared memory: one allocation for hundreds of replies.
 *
 * A value that is kept keeps its slab, of up to 64 KiB. Caches that live long should copy their values to the exact
 * size.
 */
export class Slab {
  #bytes = Buffer.alloc(0);
  #at = 0;
  #next = FIRST;

  /** A copy of `source[start, end)`. */
  keep(source: Buffer, start: number, end: number): Buffer {
    const size = end - start;
    if (size >= LARGE) {
      const own = Buffer.allocUnsafeSlow(size);
      source.copy(own, 0, start, end);
      return own;
    }
    if (this.#at + size > this.#bytes.length) {
      this.#bytes = Buffer.allocUnsafeSlow(this.#next);
      this.#at = 0;
      this.#next = Math.min(LARGEST, this.#next * 2);
    }
    const at = this.#at;
    source.copy(this.#bytes, at, start, end);
    this.#at = at + size;
    return this.#bytes.subarray(at, at + size);
  }
}
