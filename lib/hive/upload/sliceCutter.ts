import { type Observable, noop } from 'rxjs';
import type { ContentSums } from '../sums/contentSums.js';
import { BLOCK } from '../sums/ownSums.js';

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
  /** The CRC-32 of each slice, as far as they are known. */
  readonly crcs: number[] = [];
  /** Bytes of all slices. */
  size = 0;
  readonly #makeSums: (sliceSize: number) => ContentSums;
  readonly #free: Buffer[] = [];
  #sums: ContentSums | undefined;
  #memory: Buffer | undefined; // of the slice that is begun
  #at = 0;
  #summed = 0;
  #ended = 0; // slices
  #stopped = false;

  /** @param sums makes the sums of slices of this size */
  constructor(sums: (sliceSize: number) => ContentSums) {
    this.#makeSums = sums;
  }

  /** Bytes that were taken out of pieces. */
  get taken(): number {
    return this.size + this.#at;
  }

  /** **Emits** the SHA-256 of all slices, in hexadecimal digits, when all sums are made. */
  sha256(): Observable<string> {
    return this.#sumsFor(0).sha256();
  }

  /** **Emits** when the sums have room for another slice; `undefined`: they have it now. */
  room(): Observable<void> | undefined {
    return this.#sums?.room();
  }

  /** Cuts no more. */
  stop(): void {
    this.#stopped = true;
    this.#sums?.stop();
  }

  /**
   * The next slice, whose bytes it takes out of `pieces`; `undefined` if there are too few. Each slice but the last has
   * this size.
   *
   * @param left bytes that are still to be taken in all, where that is known; or else `Infinity`
   */
  cut(pieces: Uint8Array[], sliceSize: number, left: number): SourceSlice | undefined {
    if (this.#stopped) return undefined;
    const sums = this.#sumsFor(sliceSize);
    const [first] = pieces;
    const wanted = Math.min(sliceSize, left + this.#at);
    if (this.#at === 0 && first !== undefined && first.length >= wanted) {
      const bytes = first.subarray(0, wanted);
      if (first.length > wanted) pieces[0] = first.subarray(wanted);
      else pieces.shift();
      sums.add(bytes);
      return this.#done(sums, bytes, undefined);
    }
    this.#gather(sums, pieces, wanted, sliceSize);
    if (this.#at < wanted || this.#at === 0) return undefined;
    const memory = this.#memory!;
    const bytes = memory.subarray(0, this.#at);
    sums.add(bytes.subarray(this.#summed));
    [this.#memory, this.#at, this.#summed] = [undefined, 0, 0];
    return this.#done(sums, bytes, memory);
  }

  /** Takes back the memory of a slice that is written: it is not read any more. */
  recycle({ memory }: SourceSlice): void {
    if (memory !== undefined) this.#free.push(memory);
  }

  /** Copies pieces into the slice that is begun. */
  #gather(sums: ContentSums, pieces: Uint8Array[], wanted: number, sliceSize: number): void {
    let taken = 0;
    for (; taken < pieces.length && this.#at < wanted; taken++) {
      const piece = pieces[taken]!;
      const part = piece.subarray(0, wanted - this.#at);
      this.#memory ??= this.#free.pop() ?? Buffer.allocUnsafeSlow(sliceSize);
      this.#memory.set(part, this.#at);
      this.#at += part.length;
      if (this.#at - this.#summed >= BLOCK) {
        sums.add(this.#memory.subarray(this.#summed, this.#at));
        this.#summed = this.#at;
      }
      if (part.length < piece.length) pieces[taken--] = piece.subarray(part.length);
    }
    pieces.splice(0, taken);
  }

  #done(sums: ContentSums, bytes: Uint8Array, memory: Buffer | undefined): SourceSlice {
    this.size += bytes.length;
    const number = this.#ended++;
    sums.endSlice({ next: (crc) => (this.crcs[number] = crc), error: noop, complete: noop }); // errors come from room()
    return { number, bytes, memory };
  }

  #sumsFor(sliceSize: number): ContentSums {
    return (this.#sums ??= this.#makeSums(sliceSize));
  }
}
