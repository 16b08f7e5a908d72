import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { SliceCutter, type SourceSlice } from '../../../lib/hive/upload/sliceCutter.js';

const CONTENT = Buffer.from(Array.from({ length: 1_000_000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff));

/** Cuts content that comes in pieces of these sizes, again and again; `known` if the source tells its size. */
function cutAll(sizes: readonly number[], sliceSize: number, known: boolean) {
  const cutter = new SliceCutter();
  const slices: SourceSlice[] = [];
  const pieces: Uint8Array[] = [];
  let came = 0;
  const next = () => {
    const ends = known || came === CONTENT.length;
    return cutter.cut(pieces, sliceSize, ends ? CONTENT.length - cutter.taken : Infinity);
  };
  for (let i = 0; came < CONTENT.length; i++) {
    const piece = CONTENT.subarray(came, came + sizes[i % sizes.length]!);
    pieces.push(piece);
    came += piece.length;
    for (let slice = next(); slice !== undefined; slice = next()) slices.push(slice);
  }
  return { cutter, slices };
}

describe('slices', () => {
  it.each([
    ['small pieces', [1000], 70_000],
    ['one piece', [CONTENT.length], 300_000],
    ['pieces as long as a slice', [100_000], 100_000],
    ['pieces of all sizes', [1, 200_000, 65_536, 3, 99_999, 350_000], 100_000],
    ['small slices', [10_000], 77],
  ])('are the content, whole, with the sums of each and of all: %s', (_, sizes, sliceSize) => {
    for (const known of [true, false]) {
      const { cutter, slices } = cutAll(sizes, sliceSize, known);
      expect(Buffer.concat(slices.map(({ bytes }) => bytes)).equals(CONTENT)).toBe(true);
      expect(slices.map(({ number }) => number)).toEqual(slices.map((_, i) => i));
      expect(slices.slice(0, -1).every(({ bytes }) => bytes.length === sliceSize)).toBe(true);
      expect(cutter.crcs).toEqual(slices.map(({ bytes }) => crc32(bytes)));
      expect(cutter.sha256).toBe(createHash('sha256').update(CONTENT).digest('hex'));
      expect(cutter.size).toBe(CONTENT.length);
    }
  });

  it('of one piece are parts of that, also the last one where its end is known', () => {
    const { slices } = cutAll([CONTENT.length], 300_000, true);
    expect(slices.map(({ bytes }) => bytes.buffer === CONTENT.buffer)).toEqual([true, true, true, true]);
  });

  it('of several pieces use the memory of those that are written, and of no others', () => {
    const cutter = new SliceCutter();
    const pieces = () => [Buffer.alloc(600, 1), Buffer.alloc(400, 2)];
    const first = cutter.cut(pieces(), 1000, Infinity)!;
    const second = cutter.cut(pieces(), 1000, Infinity)!;
    expect(second.memory).not.toBe(first.memory);
    cutter.recycle(first);
    const third = cutter.cut(pieces(), 1000, Infinity)!;
    expect(third.memory).toBe(first.memory);
    expect(cutter.cut(pieces(), 1000, Infinity)!.memory).not.toBe(first.memory);
  });
});
