import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from '../../../lib/testing/proxy/seededRandom.js';

const draw = (count: number, random: () => number) => Array.from({ length: count }, random);

describe('a seeded random', () => {
  it('is mulberry32', () => {
    expect(draw(3, seededRandom(0)).map((n) => n * 2 ** 32)).toEqual([1144304738, 1416247, 958946056]);
  });

  it('repeats with its seed, and stays from 0 up to 1', () => {
    const property = fc.property(fc.nat(2 ** 32 - 1), (seed) => {
      const numbers = draw(20, seededRandom(seed));
      expect(draw(20, seededRandom(seed))).toEqual(numbers);
      expect(numbers.every((n) => n >= 0 && n < 1)).toBe(true);
    });
    fc.assert(property);
  });

  it('is even, and differs from seed to seed', () => {
    const mean = draw(10_000, seededRandom(1)).reduce((sum, n) => sum + n, 0) / 10_000;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
    expect(draw(5, seededRandom(1))).not.toEqual(draw(5, seededRandom(2)));
  });
});
