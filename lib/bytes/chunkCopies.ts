import type { Slab } from './slab.js';

/** So many bytes are copied with the second value of a chunk; twice as many each time after that. */
const [FIRST, LARGEST] = [1024, 32 * 1024];

/**
 * Copies many small values of one chunk at a time: to copy a value costs as much as to copy a hundred that lie behind
 * it. So a value shares its slab with the bytes between the values, and keeping it keeps those too. The first value of
 * a chunk is copied alone, for often it is the only one.
 */
export class ChunkCopies {
  readonly #slab: Slab;
  #isFirst = true;
  #portion = FIRST;
  // the copy of `#source[#from, #to)`
  #source: Buffer | undefined;
  #from = 0;
  #to = 0;
  #memory: ArrayBufferLike = new ArrayBuffer(0);
  #start = 0; // where the first byte of `#source` would be in it

  constructor(slab: Slab) {
    this.#slab = slab;
  }

  /** The memory of former chunks may have other bytes now. */
  chunkBegins(): void {
    this.#source = undefined;
    this.#isFirst = true;
    this.#portion = FIRST;
  }

  /** A copy of `source[start, end)`, which is part of the chunk that has begun. */
  keep(source: Buffer, start: number, end: number): Buffer {
    if (source !== this.#source || start < this.#from || end > this.#to) {
      if (this.#isFirst || end - start >= this.#portion) {
        this.#isFirst = false;
        return this.#slab.keep(source, start, end);
      }
      this.#copyFrom(source, start);
    }
    return Buffer.from(this.#memory, this.#start + start, end - start); // costs less than `subarray`
  }

  #copyFrom(source: Buffer, start: number): void {
    const end = Math.min(source.length, start + this.#portion);
    const { buffer, byteOffset } = this.#slab.keep(source, start, end);
    this.#memory = buffer;
    this.#start = byteOffset - start;
    this.#source = source;
    this.#from = start;
    this.#to = end;
    this.#portion = Math.min(LARGEST, this.#portion * 2);
  }
}
