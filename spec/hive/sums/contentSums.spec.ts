import { afterAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { AsyncSubject, type Observable, firstValueFrom } from 'rxjs';
import { crc32 } from 'node:zlib';
import type { ContentSums } from '../../../lib/hive/sums/contentSums.js';
import { SlicesInOrder } from '../../../lib/hive/sums/slicesInOrder.js';
import { SummingThread } from '../../../lib/hive/sums/summingThread.js';
import { type SumsPlan, sumsOf } from '../../../lib/hive/sums/sumsOf.js';
import { ThreadSums } from '../../../lib/hive/sums/threadSums.js';
import { Random } from '../../helpers/random.js';

const MIB = 2 ** 20;
const CONTENT = Buffer.from(Uint32Array.from({ length: (6 * MIB) / 4 }, (_, i) => i * 2_654_435_761).buffer);
const thread = new SummingThread();
const made: ContentSums[] = [];

function begun(plan: Omit<SumsPlan, 'alias' | 'operation'>): ContentSums {
  const sums = sumsOf(thread, { ...plan, alias: 'a', operation: 'upload' });
  made.push(sums);
  return sums;
}

/** The sums of content that comes in pieces of random sizes. */
async function summed(sums: ContentSums, content: Uint8Array, sliceSize: number, random: Random) {
  const crcs: Observable<number>[] = [];
  for (let start = 0; start < content.length; start += sliceSize) {
    const slice = content.subarray(start, start + sliceSize);
    for (let at = 0; at < slice.length;) {
      const size = 1 + random.below(100_000);
      sums.add(slice.subarray(at, at + size));
      at += size;
    }
    const crc$ = new AsyncSubject<number>();
    crcs.push(crc$);
    sums.endSlice(crc$);
    const room$ = sums.room();
    if (room$ !== undefined) await firstValueFrom(room$);
  }
  const sha256 = await firstValueFrom(sums.sha256());
  return { sha256, crcs: await Promise.all(crcs.map((crc$) => firstValueFrom(crc$))) };
}

function expected(content: Uint8Array, sliceSize: number) {
  const slices = Array.from({ length: Math.ceil(content.length / sliceSize) }, (_, i) =>
    content.subarray(i * sliceSize, (i + 1) * sliceSize)
  );
  return { sha256: createHash('sha256').update(content).digest('hex'), crcs: slices.map((slice) => crc32(slice)) };
}

afterAll(() => made.forEach((sums) => sums.stop()));

describe('the sums of a content', () => {
  const sizes = [0, 1, 4 * MIB, 4 * MIB + 1, CONTENT.length];

  it.each([100_000, 65_536, MIB / 2])(
    'are those of Node, in whatever pieces it comes: slices of %d',
    async (sliceSize) => {
      const random = new Random(sliceSize);
      for (const length of sizes) {
        const content = CONTENT.subarray(0, length);
        for (const size of [length, undefined]) {
          const sums = begun({ size, sliceSize });
          expect(await summed(sums, content, sliceSize, random)).toEqual(expected(content, sliceSize));
        }
      }
    }
  );

  it('are made by the thread if it is large, and by this thread if it is small or in small slices', () => {
    const isThreads = (size: number, sliceSize: number) => begun({ size, sliceSize }) instanceof ThreadSums;
    expect([isThreads(4 * MIB + 1, 65_536), isThreads(4 * MIB, 65_536), isThreads(9 * MIB, 65_535)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('of several contents at a time are not mixed up', async () => {
    const parts = [CONTENT.subarray(MIB), CONTENT.subarray(2 * MIB - 1), CONTENT];
    const found = await Promise.all(
      parts.map((content, i) => summed(begun({ size: 9 * MIB, sliceSize: 100_000 }), content, 100_000, new Random(i)))
    );
    expect(found).toEqual(parts.map((content) => expected(content, 100_000)));
  });

  it('do not keep the bytes: they may change as soon as they are taken in', async () => {
    for (const size of [undefined, 9 * MIB]) {
      const sums = begun({ size, sliceSize: 65_536 });
      const piece = Buffer.alloc(65_536);
      const crcs: number[] = [];
      for (let i = 0; i < 6; i++) {
        sums.add(piece.fill(i));
        sums.endSlice({ next: (crc) => crcs.push(crc), error: fail, complete: () => undefined });
      }
      piece.fill(99);
      await firstValueFrom(sums.sha256());
      expect(crcs).toEqual([0, 1, 2, 3, 4, 5].map((i) => crc32(Buffer.alloc(65_536, i))));
    }
  });

  it('let another slice wait when eight wait for the thread', async () => {
    const sums = begun({ size: 9 * MIB, sliceSize: 65_536 });
    const rooms = Array.from({ length: 9 }, () => {
      sums.add(CONTENT.subarray(0, 65_536));
      sums.endSlice(new AsyncSubject());
      return sums.room();
    });
    expect(rooms.map((room$) => room$ !== undefined)).toEqual([...Array<boolean>(7).fill(false), true, true]);
    await firstValueFrom(rooms.at(-1)!);
  });

  it('take the slices in their order, in whatever order they are read', async () => {
    for (const size of [CONTENT.length, MIB]) {
      const sums = begun({ size, sliceSize: 65_536 });
      const inOrder = new SlicesInOrder(sums, 3);
      const content = CONTENT.subarray(0, size);
      const numbers = Array.from({ length: size / 65_536 }, (_, i) => i ^ 5);
      const crcs = numbers.map((i) =>
        firstValueFrom(inOrder.crc(i + 3, content.subarray(i * 65_536, (i + 1) * 65_536)))
      );
      expect(await firstValueFrom(sums.sha256())).toBe(expected(content, 65_536).sha256);
      expect(await Promise.all(crcs)).toEqual(numbers.map((i) => expected(content, 65_536).crcs[i]));
    }
  });
});

function fail(reason: unknown): never {
  throw reason;
}
