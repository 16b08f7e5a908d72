/** Slots for the powers of two of microseconds, 0 to 2^32, and one for their sum. */
const SUM = 33;
export const SLOTS = SUM + 1;

/** Notes that something took so many microseconds, so many times. */
export function noteDuration(slots: Float64Array, micros: number, times = 1): void {
  slots[32 - Math.clz32(micros)]! += times;
  slots[SUM]! += micros * times;
}

/**
 * How long requests took, in milliseconds: from the subscription to the answer, with all waits and all tries. A
 * snapshot, which does not change.
 *
 * The times are counted in buckets that double: up to 1 µs, 2 µs, 4 µs and so on. So a percentile is never too small,
 * and at most twice too large.
 */
export class Latency {
  readonly #slots: Float64Array;
  /** How many requests there were. */
  readonly count: number;
  /** The sum of their times. */
  readonly sum: number;

  /** @internal */
  constructor(slots: Float64Array) {
    this.#slots = slots.slice();
    this.count = this.#slots.subarray(0, SUM).reduce((sum, each) => sum + each, 0);
    this.sum = this.#slots[SUM]! / 1000;
  }

  /** The mean; 0 where there was no request. */
  get mean(): number {
    return this.count === 0 ? 0 : this.sum / this.count;
  }

  /**
   * The time within which this part of the requests was answered: the upper bound of its bucket. 0 where there was no
   * request.
   *
   * @param part from 0 to 1, as 0.99
   */
  percentile(part: number): number {
    let left = Math.max(1, Math.ceil(Math.min(1, part) * this.count));
    return this.buckets.find(({ count }) => (left -= count) <= 0)?.upTo ?? 0;
  }

  /** The buckets that are not empty, in their order. */
  get buckets(): readonly LatencyBucket[] {
    const buckets = Array.from(this.#slots.subarray(0, SUM), (count, bits) => ({ upTo: 2 ** bits / 1000, count }));
    return buckets.filter(({ count }) => count > 0);
  }

  /** What has come since an earlier snapshot of the same requests. */
  since(earlier: Latency): Latency {
    return new Latency(this.#slots.map((each, i) => each - earlier.#slots[i]!));
  }

  /** For `JSON.stringify`, which shows no getters. */
  toJSON(): object {
    const { count, sum, mean, buckets } = this;
    return { count, sum, mean, p50: this.percentile(0.5), p99: this.percentile(0.99), buckets };
  }
}

/** So many requests took less than `upTo` milliseconds, and not less than half of that. */
export interface LatencyBucket {
  readonly upTo: number;
  readonly count: number;
}
