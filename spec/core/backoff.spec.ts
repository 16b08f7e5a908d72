import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backoff, checkBackoff, checkReconnectBackoff } from '../../lib/core/backoff.js';

const waits = { min: 100, max: 1000 };

describe('backoff', () => {
  it('doubles the longest wait with every attempt, up to the limit', () => {
    const longest = [1, 2, 3, 4, 5, 2000].map((attempt) => backoff(attempt, waits, () => 1));
    expect(longest).toEqual([200, 400, 800, 1000, 1000, 1000]);
  });

  it('draws evenly between the shortest and the longest', () => {
    expect([0, 0.25, 0.5].map((drawn) => backoff(3, waits, () => drawn))).toEqual([100, 275, 450]);
  });

  it('never leaves the range, whatever the attempt and the draw', () => {
    const range = fc
      .tuple(fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.integer({ min: 1, max: 2 ** 31 - 1 }))
      .map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) }));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        range,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, { min, max }, drawn) => {
          const wait = backoff(attempt, { min, max }, () => drawn);
          expect(wait).toBeGreaterThanOrEqual(min);
          expect(wait).toBeLessThanOrEqual(max);
        }
      )
    );
  });

  it('differs between clients', () => {
    expect(new Set(Array.from({ length: 20 }, () => backoff(4, waits))).size).toBeGreaterThan(15);
  });
});

describe('checkBackoff', () => {
  it('gives back waits that can be kept', () => {
    expect(checkBackoff('backoff', waits)).toBe(waits);
    expect(checkBackoff('backoff', { min: 5, max: 5 })).toEqual({ min: 5, max: 5 });
  });

  it.each([
    [{ min: 0, max: 5 }, 'backoff.min'],
    [{ min: 1, max: Infinity }, 'backoff.max'],
    [{ min: 6, max: 5 }, 'backoff.min'],
    [{ min: 1, max: 5, factor: 3 }, 'backoff.factor'],
    [{ min: 1 }, 'backoff.max'],
    [5, 'backoff'],
  ])('refuses %j, and names %s', (value, argument) => {
    expect(() => checkBackoff('backoff', value as never)).toThrow(expect.objectContaining({ argument }));
  });
});

describe('checkReconnectBackoff', () => {
  it.each([undefined, 0, 1000])('takes a spread of %s', (spread) => {
    const value = { ...waits, ...(spread !== undefined && { spread }) };
    expect(checkReconnectBackoff('backoff', value)).toBe(value);
  });

  it.each([
    [{ ...waits, spread: -1 }, 'backoff.spread'],
    [{ ...waits, spread: Infinity }, 'backoff.spread'],
    [{ min: 6, max: 5, spread: 1 }, 'backoff.min'],
    [{ ...waits, first: 1 }, 'backoff.first'],
  ])('refuses %j, and names %s', (value, argument) => {
    expect(() => checkReconnectBackoff('backoff', value as never)).toThrow(expect.objectContaining({ argument }));
  });
});
