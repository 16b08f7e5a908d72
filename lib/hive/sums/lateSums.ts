import type { Observable, Observer } from 'rxjs';
import type { ContentSums } from './contentSums.js';

/** Bytes of a slice that are held, and where its CRC goes if it has ended. */
interface Held {
  readonly parts: Uint8Array[];
  crc?: Observer<number>;
}

/**
 * Makes the sums of a content whose size is not known at its beginning. The first bytes are held, in copies, until
 * there are so many that a thread is worth it, or the content ends.
 */
export class LateSums implements ContentSums {
  readonly #most: number;
  readonly #large: () => ContentSums;
  readonly #small: () => ContentSums;
  #held: Held[] = [{ parts: [] }];
  #size = 0;
  #sums: ContentSums | undefined;

  /**
   * @param most bytes of a small content
   * @param large begins the sums of a large content
   * @param small begins those of a small one
   */
  constructor(most: number, large: () => ContentSums, small: () => ContentSums) {
    this.#most = most;
    this.#large = large;
    this.#small = small;
  }

  add(bytes: Uint8Array): void {
    if (this.#sums !== undefined) return this.#sums.add(bytes);
    if (this.#size + bytes.length > this.#most) return this.#begin(this.#large).add(bytes);
    this.#held.at(-1)!.parts.push(Buffer.from(bytes));
    this.#size += bytes.length;
  }

  endSlice(crc: Observer<number>): void {
    if (this.#sums !== undefined) return this.#sums.endSlice(crc);
    this.#held.at(-1)!.crc = crc;
    this.#held.push({ parts: [] });
  }

  room(): Observable<void> | undefined {
    return this.#sums?.room();
  }

  sha256(): Observable<string> {
    return (this.#sums ?? this.#begin(this.#small)).sha256();
  }

  stop(): void {
    this.#sums?.stop();
    this.#held = [];
  }

  #begin(make: () => ContentSums): ContentSums {
    const sums = make();
    this.#sums = sums;
    for (const { parts, crc } of this.#held) {
      for (const part of parts) sums.add(part);
      if (crc !== undefined) sums.endSlice(crc);
    }
    this.#held = [];
    return sums;
  }
}
