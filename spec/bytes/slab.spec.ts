import { afterEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { Slab } from '../../lib/bytes/slab.js';

afterEach(() => void jest.restoreAllMocks());

describe('Slab', () => {
  it('copies: what happens to the source later is not seen', () => {
    const source = Buffer.from('abcdef');
    const kept = new Slab().keep(source, 1, 4);
    source.fill(0);
    expect(kept.toString()).toBe('bcd');
  });

  it('keeps an empty value', () => {
    expect(new Slab().keep(Buffer.from('abc'), 1, 1)).toEqual(Buffer.alloc(0));
  });

  it('puts small values next to each other, in allocations that double up to 64 KiB', () => {
    const allocate = jest.spyOn(Buffer, 'allocUnsafeSlow');
    const slab = new Slab();
    const source = Buffer.alloc(64, 1);
    const kib = (size: number) => {
      const kept = Array.from({ length: size * 16 }, () => slab.keep(source, 0, 64));
      return new Set(kept.map(({ buffer }) => buffer)).size;
    };
    expect([8, 16, 32, 64, 64].map(kib)).toEqual([1, 1, 1, 1, 1]); // each is full to the last byte
    slab.keep(source, 0, 1);
    expect(allocate.mock.calls.map(([size]) => size / 1024)).toEqual([8, 16, 32, 64, 64, 64]);
  });

  it('gives a large value memory of exactly its size, and nothing else in it', () => {
    const slab = new Slab();
    const source = Buffer.alloc(8192, 2);
    const kept = slab.keep(source, 0, 4096);
    expect([kept.length, kept.buffer.byteLength]).toEqual([4096, 4096]);
    expect(slab.keep(source, 0, 4095).buffer.byteLength).toBe(8 * 1024);
  });

  it('never lets two values share a byte', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 6000 }), { maxLength: 60 }), (sizes) => {
        const slab = new Slab();
        const kept = sizes.map((size, i) => slab.keep(Buffer.alloc(size, i), 0, size));
        kept.forEach((value, i) => expect(value.equals(Buffer.alloc(sizes[i]!, i))).toBe(true));
        for (const value of kept) value.fill(255);
        expect(kept.map(({ length }) => length)).toEqual(sizes);
      }),
      { numRuns: 50 }
    );
  });
});
