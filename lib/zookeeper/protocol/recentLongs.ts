/** A power of two: more than the transactions and sessions that a few replies in a row name. */
const SLOTS = 64;

/**
 * Reads 64-bit numbers, and remembers the last ones. The numbers of a protocol repeat: a node that was never changed
 * has the same transaction three times, most nodes have the owner 0, and a node that is read again has the numbers that
 * it had before. To compare two halves costs less than to make another bigint, which is an object.
 */
export class RecentLongs {
  readonly #highs = new Int32Array(SLOTS);
  readonly #lows = new Int32Array(SLOTS);
  readonly #values = new Array<bigint>(SLOTS).fill(0n);

  /** The number that stands at `at`. */
  read(view: DataView, at: number): bigint {
    const high = view.getInt32(at);
    const low = view.getInt32(at + 4);
    const slot = low & (SLOTS - 1);
    if (this.#lows[slot] === low && this.#highs[slot] === high) return this.#values[slot]!;
    this.#highs[slot] = high;
    this.#lows[slot] = low;
    return (this.#values[slot] = view.getBigInt64(at));
  }
}
