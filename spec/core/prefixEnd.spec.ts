import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { prefixEnd } from '../../lib/core/prefixEnd.js';

const key = fc.uint8Array({ maxLength: 4 });
/** Many that are close to the edge. */
const edgy = fc.array(fc.constantFrom(0, 1, 0xfe, 0xff), { maxLength: 4 }).map((each) => Uint8Array.from(each));

describe('the end of a prefix', () => {
  it('is after all keys that begin with it, and not after any other that is', () => {
    fc.assert(
      fc.property(fc.oneof(key, edgy), fc.oneof(key, edgy), fc.boolean(), (prefix, other, within) => {
        const candidate = within ? Buffer.concat([prefix, other]) : Buffer.from(other);
        const begins = candidate.subarray(0, prefix.length).equals(prefix);
        const end = prefixEnd(prefix);
        const inRange = Buffer.compare(candidate, prefix) >= 0 && (end === null || Buffer.compare(candidate, end) < 0);
        expect(inRange).toBe(begins);
      }),
      { numRuns: 2000 }
    );
  });

  it('leaves the prefix as it was', () => {
    const prefix = Buffer.from('a');
    expect([prefixEnd(prefix)?.at(0), String(prefix)]).toEqual([0x62, 'a']);
  });
});
