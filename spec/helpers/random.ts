import { seededRandom } from '../../lib/testing/proxy/seededRandom.js';

/** Chance that can be had again: all that it says follows from a seed. */
export class Random {
  /** From 0 up to, and without, 1. */
  readonly next: () => number;

  constructor(seed: number) {
    this.next = seededRandom(seed);
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  /** One of several, by weight; the others are not made. */
  weighted<T>(choices: readonly (readonly [weight: number, make: () => T])[]): T {
    let left = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, make] of choices) if ((left -= weight) < 0) return make();
    return choices.at(-1)![1]();
  }
}
