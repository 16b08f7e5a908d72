import { afterEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { ChunkCopies } from '../../lib/bytes/chunkCopies.js';
import { Slab } from '../../lib/bytes/slab.js';

afterEach(() => void jest.restoreAllMocks());

const begun = () => {
  const copies = new ChunkCopies(new Slab());
  copies.chunkBegins();
  return copies;
};

describe('ChunkCopies', () => {
  it('gives values that keep their bytes, whatever comes into the memory of the chunk and into other values', () => {
    const value = fc.record({ gap: fc.integer({ min: 0, max: 300 }), size: fc.integer({ min: 0, max: 6000 }) });
    fc.assert(
      fc.property(fc.array(fc.array(value, { maxLength: 40 }), { maxLength: 6 }), (chunks) => {
        const memory = Buffer.alloc(256 * 1024);
        const copies = new ChunkCopies(new Slab());
        const kept: [value: Buffer, fill: number, size: number][] = [];
        for (const values of chunks) {
          let end = 0;
          const places = values.map(({ gap, size }, i) => ({
            fill: i + 1,
            start: end + gap,
            end: (end += gap + size),
          }));
          for (const { fill, start, end: stop } of places) memory.fill(fill, start, stop);
          copies.chunkBegins();
          for (const { fill, start, end: stop } of places)
            kept.push([copies.keep(memory, start, stop), fill, stop - start]);
          memory.fill(0);
        }
        for (const [bytes, fill, size] of kept) {
          expect(bytes.equals(Buffer.alloc(size, fill))).toBe(true);
          bytes.fill(255);
        }
      }),
      { numRuns: 100 }
    );
  });

  it('copies once for the many values of a chunk', () => {
    const chunk = Buffer.alloc(64 * 1024, 1);
    const copy = jest.spyOn(chunk, 'copy');
    const copies = begun();
    for (let at = 0; at < chunk.length; at += 256) copies.keep(chunk, at, at + 100);
    expect(copy.mock.calls.length).toBeLessThan(10);
  });

  it('copies the only value of a chunk alone', () => {
    const chunk = Buffer.alloc(1000, 1);
    const copy = jest.spyOn(chunk, 'copy');
    begun().keep(chunk, 100, 200);
    expect(copy.mock.calls.map(([, , start, end]) => [start, end])).toEqual([[100, 200]]);
  });

  it('copies no more beyond the values that are asked for than twice their room', () => {
    const chunk = Buffer.alloc(128 * 1024, 1);
    const copy = jest.spyOn(chunk, 'copy');
    const copies = begun();
    for (const at of [0, 200, 400]) copies.keep(chunk, at, at + 100);
    expect(copy.mock.calls.reduce((sum, [, , start = 0, end = 0]) => sum + end - start, 0)).toBeLessThan(1200);
  });
});
