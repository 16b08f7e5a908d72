import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RecentLongs } from '../../../lib/zookeeper/protocol/recentLongs.js';

const bytesOf = (values: readonly bigint[]) => {
  const view = new DataView(new ArrayBuffer(values.length * 8));
  values.forEach((value, i) => view.setBigInt64(i * 8, value));
  return view;
};

describe('RecentLongs', () => {
  it('reads what stands there, whatever it has read before', () => {
    const low = fc.constantFrom(0n, 1n, 64n, 0x7fffffffn, 0x80000000n, 0xffffffffn);
    const high = fc.constantFrom(0n, 1n, -1n, 64n, -0x80000000n, 0x7fffffffn);
    const alike = fc.tuple(high, low).map(([upper, lower]) => upper * 2n ** 32n + lower); // many share a slot
    fc.assert(
      fc.property(fc.array(fc.oneof(alike, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))), (values) => {
        const view = bytesOf(values);
        const longs = new RecentLongs();
        expect(values.map((_, i) => longs.read(view, i * 8))).toEqual(values);
      })
    );
  });
});
