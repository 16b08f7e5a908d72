import { BLOCK, ContentSums } from './contentSums.js';

/** One slice of a source. */
export interface SourceSlice {
  readonly number: number;
  readonly bytes: Uint8Array;
  /** The memory of a slice that was put together from pieces; a slice of one piece is a part of that. */
  readonly memory: Buffer | undefined;
}

/**
 * Makes slices of the pieces of a source, and keeps account of them. Their memory is used again and again: fresh memory
 * costs more than the copy into it, because the system hands it over page by page.
 */
export class SliceCutter {
  /** The CRC-32 of each slice. */
  readonly crcs: number[] = [];
  /** Bytes of all slices. */
  size = 0;
  readonly #sums = new ContentSums();
  readonly #free: Buffer[] = [];
  #memory: Buffer | undefined; // of the slice that is begun
  #at = 0;
  #summed = 0;
  #stopped = false;

  /** Bytes that were taken out of pieces. */
  get taken(): number {
    return this.size + this.#at;
  }

  /** The SHA-256 of all slices, in hexadecimal digits. */
  get sha256(): string {
    return this.#sums.sha256;
  }

  /** Cuts no more. */
  stop(): void {
    this.#stopped = true;
  }

  /**
   * The next slice, whose bytes it takes out of `pieces`; `undefined` if there are too few. Each slice but the last has
   * this size.
   *
   * @param left bytes that are still to be taken in all, where that is known; or else `Infinity`
   */
  cut(pieces: Uint8Array[], sliceSize: number, left: number): SourceSlice | undefined {
    if (this.#stopped) return undefined;
    const [first] = pieces;
    const wanted = Math.min(sliceSize, left + this.#at);
    if (this.#at === 0 && first !== undefined && first.length >= wanted) {
      const bytes = first.subarray(0, wanted);
      if (first.length > wanted) pieces[0] = first.subarray(wanted);
      else pieces.shift();
      this.#sums.add(bytes);
      return this.#done(bytes, undefined);
    }
    this.#gather(pieces, wanted, sliceSize);
    if (this.#at < wanted || this.#at === 0) return undefined;
    const memory = this.#memory!;
    const bytes = memory.subarray(0, this.#at);
    this.#sums.add(bytes.subarray(this.#summed));
    [this.#memory, this.#at, this.#summed] = [undefined, 0, 0];
    return this.#done(bytes, memory);
  }

  /** Takes back the memory of a slice that is written: it is not read any more. */
  recycle({ memory }: SourceSlice): void {
    if (memory !== undefined) this.#free.push(memory);
  }

  /** Copies pieces into the slice that is begun. */
  #gather(pieces: Uint8Array[], wanted: number, sliceSize: number): void {
    let taken = 0;
    for (; taken < pieces.length && this.#at < wanted; taken++) {
      const piece = pieces[taken]!;
      const part = piece.subarray(0, wanted - this.#at);
      this.#memory ??= this.#free.pop() ?? Buffer.allocUnsafeSlow(sliceSize);
      this.#memory.set(part, this.#at);
      this.#at += part.length;
      if (this.#at - this.#summed >= BLOCK) {
        this.#sums.add(this.#memory.subarray(this.#summed, this.#at));
        this.#summed = this.#at;
      }
      if (part.length < piece.length) pieces[taken--] = piece.subarray(part.length);
    }
    pieces.splice(0, taken);
  }

  #done(bytes: Uint8Array, memory: Buffer | undefined): SourceSlice {
    this.size += bytes.length;
    const number = this.crcs.push(this.#sums.endSlice()) - 1;
    return { number, bytes, memory };
  }
}
