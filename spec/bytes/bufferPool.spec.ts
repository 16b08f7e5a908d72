import { describe, expect, it } from '@jest/globals';
import { BufferPool } from '../../lib/bytes/bufferPool.js';

const KIB = 1024;

describe('a pool of buffers', () => {
  it('uses large buffers again, also for fewer bytes', () => {
    const pool = new BufferPool(2);
    const first = pool.take(500 * KIB);
    const second = pool.take(500 * KIB);
    expect(second.buffer).not.toBe(first.buffer);
    pool.give(first);
    const third = pool.take(100 * KIB);
    expect([third.buffer === first.buffer, third.length]).toEqual([true, 100 * KIB]);
    pool.give(third);
    expect(pool.take(500 * KIB).buffer).toBe(first.buffer);
  });

  it('gives a new one where the one that waits is too small', () => {
    const pool = new BufferPool(2);
    pool.give(pool.take(100 * KIB));
    expect(pool.take(200 * KIB)).toHaveLength(200 * KIB);
  });

  it('keeps no more than it may, and none that is small or very large', () => {
    const pool = new BufferPool(1);
    const all = [100, 100, 1, 2000].map((size) => pool.take(size * KIB));
    for (const buffer of all.toReversed()) pool.give(buffer);
    const again = [100, 100, 1, 2000].map((size) => pool.take(size * KIB).buffer);
    expect(again.map((memory) => all.findIndex(({ buffer }) => buffer === memory)).slice(0, 2)).toEqual([1, -1]);
    expect(again[3]).not.toBe(all[3]!.buffer);
  });
});
