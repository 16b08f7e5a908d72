import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Latency, SLOTS, noteDuration } from '../../lib/client/latency.js';

function latencyOf(...micros: readonly number[]): Latency {
  const slots = new Float64Array(SLOTS);
  for (const each of micros) noteDuration(slots, each);
  return new Latency(slots);
}

describe('the times of requests', () => {
  it('are counted in buckets that double', () => {
    expect(latencyOf(0, 1, 2, 3, 4, 1000, 1023, 1024).buckets).toEqual([
      { upTo: 0.001, count: 1 },
      { upTo: 0.002, count: 1 },
      { upTo: 0.004, count: 2 },
      { upTo: 0.008, count: 1 },
      { upTo: 1.024, count: 2 },
      { upTo: 2.048, count: 1 },
    ]);
  });

  it('have an exact mean, and percentiles that are never too small, and at most twice too large', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 2 ** 32 - 1 }), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (all, part) => {
          const latency = latencyOf(...all);
          const sorted = [...all].sort((a, b) => a - b);
          const exact = sorted[Math.max(1, Math.ceil(part * all.length)) - 1]! / 1000;
          const shown = latency.percentile(part);
          expect(latency.mean).toBeCloseTo(all.reduce((sum, each) => sum + each, 0) / all.length / 1000, 5);
          expect([latency.count, shown > exact, shown <= exact * 2]).toEqual([all.length, true, true]);
        }
      )
    );
  });

  it('are zero where there was no request', () => {
    const none = latencyOf();
    expect([none.count, none.sum, none.mean, none.percentile(0.5), none.buckets]).toEqual([0, 0, 0, 0, []]);
  });

  it('of a while are those of its end without those of its beginning', () => {
    const recent = latencyOf(5, 6, 900).since(latencyOf(5));
    expect([recent.count, recent.sum, recent.percentile(1)]).toEqual([2, 0.906, 1.024]);
  });

  it('are shown by JSON', () => {
    expect(JSON.parse(JSON.stringify(latencyOf(3, 3)))).toEqual({
      ...{ count: 2, sum: 0.006, mean: 0.003, p50: 0.004, p99: 0.004 },
      buckets: [{ upTo: 0.004, count: 2 }],
    });
  });

  it('do not change after they were read', () => {
    const slots = new Float64Array(SLOTS);
    const before = new Latency(slots);
    noteDuration(slots, 1);
    expect([before.count, new Latency(slots).count]).toEqual([0, 1]);
  });
});
