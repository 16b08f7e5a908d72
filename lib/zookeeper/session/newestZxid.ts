import type { JuteReader } from '../protocol/juteReader.js';

const UPPER_HALF = 4294967296n;

/** The newest transaction that the headers of replies have named. Each reply costs two comparisons, and no bigint. */
export class NewestZxid {
  #high = 0;
  #low = 0;

  get value(): bigint {
    return BigInt(this.#high) * UPPER_HALF + BigInt(this.#low);
  }

  /** Reads the zxid of a header, which stands at `at`. */
  see(input: JuteReader, at: number): void {
    const high = input.intAt(at);
    if (high < this.#high) return;
    const low = input.intAt(at + 4) >>> 0;
    if (high === this.#high && low <= this.#low) return;
    this.#high = high;
    this.#low = low;
  }
}
