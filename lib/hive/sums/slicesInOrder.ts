import { AsyncSubject, type Observable } from 'rxjs';
import type { ContentSums } from './contentSums.js';

/** A slice that was read, and what is to be done with its CRC. */
interface ReadSlice {
  readonly bytes: Uint8Array;
  readonly crc$: AsyncSubject<number>;
}

/** Gives the slices of a content to its sums in their order, in whatever order they come. Early ones wait. */
export class SlicesInOrder {
  readonly #sums: ContentSums;
  readonly #early = new Map<number, ReadSlice>();
  #next: number;

  /** @param first the number of the first slice */
  constructor(sums: ContentSums, first: number) {
    this.#sums = sums;
    this.#next = first;
  }

  /** **Emits** the CRC of a slice, when it is known. */
  crc(number: number, bytes: Uint8Array): Observable<number> {
    const crc$ = new AsyncSubject<number>();
    this.#early.set(number, { bytes, crc$ });
    for (let slice = this.#early.get(this.#next); slice !== undefined; slice = this.#early.get(this.#next)) {
      this.#early.delete(this.#next++);
      this.#sums.add(slice.bytes);
      this.#sums.endSlice(slice.crc$);
    }
    return crc$;
  }
}
