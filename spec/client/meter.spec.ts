import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Meter } from '../../lib/client/meter.js';
import { VirtualTime } from '../helpers/virtualTime.js';

const GAUGES = { underWay: 0, queued: 0 };

describe('Meter', () => {
  it('counts each request once, and its time, in whatever order they end and however often it is asked', () => {
    const request = fc.record({
      operation: fc.constantFrom('get', 'set', 'exists'),
      took: fc.constantFrom(0, 1, 5),
      outcome: fc.constantFrom('ok', 'ok', 'ok', 'NO_NODE'),
      asks: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 60 }), (requests) => {
        const time = new VirtualTime();
        time.advance(100);
        const meter = new Meter('zookeeper', time);
        for (const { operation, took, outcome, asks } of requests) {
          meter.ended(operation, meter.stamp - took * 1000, outcome);
          if (asks) meter.stats(GAUGES);
        }
        const found = meter
          .stats(GAUGES)
          .requests.map(({ operation, outcome, latency }) => [
            `${operation} ${outcome}`,
            { count: latency.count, sum: latency.sum },
          ]);
        const wanted = new Map<string, { count: number; sum: number }>();
        for (const { operation, took, outcome } of requests) {
          const { count, sum } = wanted.get(`${operation} ${outcome}`) ?? { count: 0, sum: 0 };
          wanted.set(`${operation} ${outcome}`, { count: count + 1, sum: sum + took });
        }
        expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted));
      })
    );
  });
});
