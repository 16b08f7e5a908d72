import { afterEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { PullDecoder } from '../../lib/bytes/pullDecoder.js';
import { ProtocolError } from '../../lib/core/errors.js';

afterEach(() => void jest.restoreAllMocks());

const LIMIT = 1000;

/** Little-endian, written by hand: nothing here knows how the decoder does it. */
const i32 = (value: number) => fixed(4, (bytes) => bytes.writeInt32LE(value));
const i64 = (value: bigint) => fixed(8, (bytes) => bytes.writeBigInt64LE(value));
const f64 = (value: number) => fixed(8, (bytes) => bytes.writeDoubleLE(value));
const str = (value: string | Uint8Array) =>
  Buffer.concat([i32(Buffer.byteLength(value)), Buffer.from(value as string)]);
const list = (...items: readonly Uint8Array[]) => Buffer.concat([i32(items.length), ...items]);

function fixed(size: number, write: (bytes: Buffer) => unknown): Buffer {
  const bytes = Buffer.alloc(size);
  write(bytes);
  return bytes;
}

type Read<T> = (input: PullDecoder) => T;

/** Everything that comes of these chunks, whose memory is used for something else as soon as each was looked at. */
function decode<T>(
  chunks: readonly Uint8Array[],
  record: Read<T>,
  limit = LIMIT
): { values: T[]; decoder: PullDecoder } {
  const decoder = new PullDecoder(limit);
  const values: T[] = [];
  for (const chunk of chunks) {
    const memory = Buffer.from(chunk);
    decoder.push(memory);
    for (let value = decoder.read(record); value !== undefined; value = decoder.read(record)) values.push(value);
    decoder.rest();
    memory.fill(0xee);
  }
  return { values, decoder };
}

/** The bytes cut at these places. */
function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const points = [...new Set([0, ...at.map((each) => Math.min(each, bytes.length)), bytes.length])].sort(
    (a, b) => a - b
  );
  return points.slice(1).map((end, i) => Buffer.from(bytes.subarray(points[i], end)));
}

const oneByOne = (bytes: Buffer) =>
  cut(
    bytes,
    Array.from(bytes, (_, i) => i)
  );

/** A record of everything there is. */
const everything: Read<unknown> = (input) => [
  ...[
    input.int(),
    input.long(),
    input.float(),
    input.byte(),
    input.bool(),
    input.bytes().toString('latin1'),
    input.text(),
  ],
  input.nested((inner) => [inner.int(), inner.list((each) => each.text())]),
  input.list((inner) => [inner.int(), inner.list((each) => each.bytes().toString('latin1')), inner.bool()]),
];

const EVERYTHING = Buffer.concat([
  ...[i32(-7), i64(-(2n ** 63n)), f64(0.1), Buffer.from([200, 1]), str('bytes\xff'), str('größer')],
  str(Buffer.concat([i32(9), list(str('a'), str(''))])),
  list(
    Buffer.concat([i32(1), list(str('x'), str('y')), Buffer.from([0])]),
    Buffer.concat([i32(2), list(), Buffer.from([1])])
  ),
]);
const VALUES = [
  -7,
  -(2n ** 63n),
  0.1,
  200,
  true,
  Buffer.from('bytes\xff').toString('latin1'),
  'größer',
  [9, ['a', '']],
  [
    [1, ['x', 'y'], false],
    [2, [], true],
  ],
];

describe('PullDecoder', () => {
  it('reads whatever Arakoon writes', () => expect(decode([EVERYTHING], everything).values).toEqual([VALUES]));

  it('reads the same when the bytes come one by one', () => {
    const stream = Buffer.concat([EVERYTHING, EVERYTHING, EVERYTHING]);
    expect(decode(oneByOne(stream), everything).values).toEqual([VALUES, VALUES, VALUES]);
  });

  it('reads the same wherever the bytes are cut', () => {
    const stream = Buffer.concat([EVERYTHING, EVERYTHING]);
    for (let at = 1; at < stream.length; at++)
      expect(decode(cut(stream, [at]), everything).values).toEqual([VALUES, VALUES]);
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length)), (at) =>
        expect(decode(cut(stream, at), everything).values).toEqual([VALUES, VALUES])
      )
    );
  });

  it('has nothing to say until a record is whole, and nothing of an empty chunk', () => {
    const { values, decoder } = decode([Buffer.alloc(0), i32(1).subarray(0, 3), Buffer.alloc(0)], (input) =>
      input.int()
    );
    expect(values).toEqual([]);
    expect(decoder.left).toBe(3);
  });

  it('takes chunks that come before anybody has looked', () => {
    const decoder = new PullDecoder(LIMIT);
    for (const chunk of cut(EVERYTHING, [3, 9, 20, 30])) decoder.push(chunk);
    expect(decoder.read(everything)).toEqual(VALUES);
    expect(decoder.left).toBe(0);
  });

  it('takes a chunk behind one of which only a part was read, and whose memory is still there', () => {
    const decoder = new PullDecoder(LIMIT);
    decoder.push(Buffer.concat([i32(1), i32(2), i32(3).subarray(0, 2)]));
    expect(decoder.read((input) => input.int())).toBe(1);
    decoder.push(Buffer.concat([i32(3).subarray(2), i32(4)]));
    expect([1, 2, 3, 4].map(() => decoder.read((input) => input.int()))).toEqual([2, 3, 4, undefined]);
  });

  it('does so too when it has memory of its own from before', () => {
    const { decoder } = decode(oneByOne(i32(0)), (input) => input.int());
    decoder.push(Buffer.concat([i32(1), i32(2).subarray(0, 2)]));
    expect(decoder.read((input) => input.int())).toBe(1);
    decoder.push(i32(2).subarray(2));
    expect(decoder.read((input) => input.int())).toBe(2);
  });

  it('goes on where a call from within has stopped', () => {
    const decoder = new PullDecoder(LIMIT);
    const found: number[] = [];
    const pump = (deeper: boolean) => {
      for (
        let value = decoder.read((input) => input.int());
        value !== undefined;
        value = decoder.read((input) => input.int())
      ) {
        found.push(value);
        if (deeper) pump(false);
      }
    };
    decoder.push(Buffer.concat([1, 2, 3, 4, 5].map(i32)));
    pump(true);
    expect(found).toEqual([1, 2, 3, 4, 5]);
  });

  it('reads views of a larger memory', () => {
    const memory = Buffer.concat([Buffer.alloc(13, 0xff), i64(5n), Buffer.alloc(7, 0xff)]);
    const view = new Uint8Array(memory.buffer, memory.byteOffset + 13, 8);
    expect(decode([view], (input) => input.long()).values).toEqual([5n]);
  });
});

describe('what is kept', () => {
  it('is a copy: the memory of chunks and of later records may change', () => {
    const decoder = new PullDecoder(LIMIT);
    const chunk = Buffer.concat([str('first'), str('second').subarray(0, 6)]);
    decoder.push(chunk);
    const first = decoder.read((input) => input.bytes())!;
    decoder.rest();
    chunk.fill(0);
    decoder.push(str('second').subarray(6));
    expect([first, decoder.read((input) => input.bytes())].map(String)).toEqual(['first', 'second']);
    decoder.rest();
    decoder.push(str('third'));
    expect(decoder.read((input) => input.bytes())!.toString()).toBe('third');
    expect(first.toString()).toBe('first');
  });

  it('is only what no record has taken', () => {
    const { decoder } = decode([Buffer.concat([i32(1), i32(2), Buffer.from([3, 0])])], (input) => input.int());
    expect(decoder.left).toBe(2);
    decoder.push(Buffer.from([0, 0]));
    expect(decoder.read((input) => input.int())).toBe(3);
    expect(decoder.left).toBe(0);
  });

  it('goes when a long record has been read that had its own memory', () => {
    const alloc = jest.spyOn(Buffer, 'allocUnsafeSlow');
    const decoder = new PullDecoder(2 ** 21);
    const long = str('x'.repeat(2 ** 20));
    const pump = (bytes: Buffer) => {
      decoder.push(bytes);
      const value = decoder.read((input) => input.bytes());
      decoder.rest();
      return value?.length;
    };
    pump(long.subarray(0, 1000));
    expect(pump(long.subarray(1000))).toBe(2 ** 20);
    alloc.mockClear();
    pump(i32(10)); // of a short one; a megabyte would do for it, but is not held on to
    expect(alloc.mock.calls).toEqual([[4096]]);
  });

  it('may be taken as it is, when it is no record', () => {
    const decoder = new PullDecoder(LIMIT);
    decoder.push(Buffer.concat([i32(7), Buffer.from('file')]));
    expect(decoder.read((input) => input.int())).toBe(7);
    decoder.rest();
    decoder.push(Buffer.from('more'));
    expect(decoder.some(6).toString()).toBe('filemo');
    expect(decoder.some(6).toString()).toBe('re');
    expect(decoder.some(6)).toHaveLength(0);
    decoder.push(i32(8));
    expect(decoder.read((input) => input.int())).toBe(8);
  });
});

/** Counts the bytes that are copied from now on. */
function countCopies(): () => number {
  let copied = 0;
  const copy = Buffer.prototype.copy;
  jest.spyOn(Buffer.prototype, 'copy').mockImplementation(function (this: Buffer, ...args: Parameters<typeof copy>) {
    const size = copy.apply(this, args);
    copied += size;
    return size;
  });
  return () => copied;
}

describe('a long value', () => {
  const KIB = 1024;
  const filled = (size: number, byte: number) => Buffer.alloc(size, byte);
  const inChunks = (bytes: Buffer, size: number) =>
    cut(
      bytes,
      Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => i * size)
    );

  it('is copied once when it comes in many chunks, and the record behind it is read where it is', () => {
    const copied = countCopies();
    const long = 512 * KIB;
    const stream = Buffer.concat([str(filled(long, 1)), str(filled(100 * KIB, 2))]);
    const { values } = decode(inChunks(stream, 128 * KIB), (input) => input.bytes(), KIB * KIB);
    expect(values.map(({ length }) => length)).toEqual([long, 100 * KIB]);
    expect(copied()).toBeLessThan(1.2 * stream.length);
  });

  it('keeps little more memory than it needs', () => {
    const { values } = decode(inChunks(str(filled(300 * KIB, 1)), 128 * KIB), (input) => input.bytes(), KIB * KIB);
    expect(values[0]!.buffer.byteLength).toBeLessThanOrEqual(600 * KIB);
    const short = (input: PullDecoder) => [input.bytes(), input.bytes()];
    const record = Buffer.concat([str(filled(70 * KIB, 1)), str(filled(400 * KIB, 2))]);
    const [[first, second] = []] = decode(inChunks(record, 128 * KIB), short, KIB * KIB).values;
    expect(first!.buffer.byteLength).toBe(70 * KIB); // a copy: the memory is that of the other
    expect(second!.length).toBe(400 * KIB);
  });

  it('stays as it is in a list that went on later', () => {
    const small = Array.from({ length: 3000 }, () => filled(100, 1)); // for these there is much memory
    const records = [small, [filled(300 * KIB, 2), filled(100 * KIB, 3)], [filled(400 * KIB, 4)]];
    const stream = Buffer.concat(records.map((each) => list(...each.map(str))));
    for (const size of [100, 120, 150, 200]) {
      const { values } = decode(inChunks(stream, size * KIB), (input) => input.list((each) => each.bytes()), KIB * KIB);
      expect(values.flat().every((value, i) => value.equals(records.flat()[i]!))).toBe(true);
    }
  });

  it('stays as it is while later records come, wherever the bytes are cut', () => {
    const sizes = fc.array(fc.constantFrom(0, 10, 5 * KIB, 64 * KIB, 90 * KIB, 200 * KIB), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(sizes, { maxLength: 4 }), fc.array(fc.nat(KIB * KIB), { maxLength: 12 }), (records, at) => {
        const written = records.map((each, i) => each.map((size, j) => filled(size, 1 + 16 * i + j)));
        const stream = Buffer.concat(written.map((each) => list(...each.map(str))));
        const { values } = decode(cut(stream, at), (input) => input.list((each) => each.bytes()), 8 * KIB * KIB);
        expect(values.map((each) => each.map(({ length }) => length))).toEqual(records);
        expect(values.flat().every((value, i) => value.equals(written.flat()[i]!))).toBe(true);
      }),
      { numRuns: 60 }
    );
  });
});

describe('work', () => {
  /** Counts how often items are read. */
  function counted(): { readonly item: Read<string>; readonly count: () => number } {
    let count = 0;
    return { count: () => count, item: (input) => (count++, input.text()) };
  }

  it('on a list that comes in many chunks is that of its items', () => {
    const { item, count } = counted();
    const items = Array.from({ length: 10_000 }, (_, i) => `item ${i}`);
    const chunks = cut(
      list(...items.map(str)),
      Array.from({ length: 2000 }, (_, i) => i * 70)
    );
    expect(decode(chunks, (input) => input.list(item), 2 ** 20).values).toEqual([items]);
    expect(count()).toBeLessThan(items.length + chunks.length + 1);
  });

  it('on lists of lists too', () => {
    const { item, count } = counted();
    const items = Array.from({ length: 100 }, (_, i) => Array.from({ length: 100 }, (_, j) => `${i}.${j}`));
    const chunks = oneByOne(list(...items.map((each) => list(...each.map(str)))));
    expect(decode(chunks, (input) => input.list((inner) => inner.list(item)), 2 ** 20).values).toEqual([items]);
    expect(count()).toBeLessThan(4 * 10_000);
  });

  it('on a long string is done once it is whole', () => {
    let reads = 0;
    const record: Read<number> = (input) => (reads++, input.bytes().length);
    expect(decode(oneByOne(str('x'.repeat(900))), record).values).toEqual([900]);
    expect(reads).toBeLessThan(10);
  });

  it('on what is written as a string is done once it is whole', () => {
    let reads = 0;
    const record: Read<string> = (input) => input.nested((inner) => (reads++, inner.text()));
    expect(decode(oneByOne(str(str('x'.repeat(100)))), record).values).toEqual(['x'.repeat(100)]);
    expect(reads).toBe(1);
  });

  it('copies what comes in many chunks about twice', () => {
    const copied = countCopies();
    const size = 2 ** 20;
    decode(
      cut(
        str('x'.repeat(size)),
        Array.from({ length: 1000 }, (_, i) => i * 1050)
      ),
      (input) => input.bytes(),
      2 * size
    );
    expect(copied()).toBeLessThan(3.1 * size);
  });
});

describe('what a peer should not have sent', () => {
  const refused = (bytes: Uint8Array, record: Read<unknown>, limit = LIMIT) =>
    expect(() => decode([bytes], record, limit)).toThrow(ProtocolError);

  it('is told from what has not come yet', () => {
    refused(i32(-1), (input) => input.bytes());
    refused(i32(-1), (input) => input.text());
    refused(i32(-2147483648), (input) => input.list((each) => each.int()));
    refused(i32(-5), (input) => input.nested((inner) => inner.int()));
    refused(Buffer.from([2]), (input) => input.bool());
  });

  it('costs no memory: a record over the limit is refused as soon as it says so', () => {
    const alloc = jest.spyOn(Buffer, 'allocUnsafeSlow');
    refused(i32(2147483647), (input) => input.bytes());
    refused(i32(2147483647), (input) => input.nested((inner) => inner.int()));
    refused(i32(LIMIT - 3), (input) => input.bytes());
    expect(alloc).not.toHaveBeenCalled();
  });

  it('is refused at the same length, however the bytes are cut', () => {
    const record: Read<number> = (input) => input.list((each) => each.int()).length;
    const within = list(...Array.from({ length: 249 }, () => i32(0))); // 1000 bytes
    const beyond = list(...Array.from({ length: 250 }, () => i32(0)));
    for (const chunks of [[within], oneByOne(within), cut(within, [999])])
      expect(decode(chunks, record).values).toEqual([249]);
    for (const chunks of [[beyond], oneByOne(beyond), cut(beyond, [1003])])
      expect(() => decode(chunks, record)).toThrow(ProtocolError);
  });

  it('allocates nothing for a list that only claims to be long', () => {
    const { values, decoder } = decode([i32(2147483647), i32(1)], (input) => input.list((each) => each.int()), 2 ** 31);
    expect(values).toEqual([]);
    expect(decoder.left).toBe(8);
  });

  it('is a string that does not end where what is in it does', () => {
    refused(str(i32(1).subarray(0, 3)), (input) => input.nested((inner) => inner.int()));
    refused(str(Buffer.concat([i32(1), i32(2)])), (input) => input.nested((inner) => inner.int()));
    refused(Buffer.concat([str(list(i32(1), i32(2)).subarray(0, 8)), i32(2)]), (input) =>
      input.nested((inner) => inner.list((each) => each.int()))
    );
    refused(str(Buffer.concat([str(i32(1)), i32(2).subarray(0, 2)])), (input) =>
      input.nested((outer) => [outer.nested((inner) => inner.int()), outer.int()])
    );
    refused(str(str(i32(1))), (input) => input.nested((outer) => outer.nested((inner) => [inner.int(), inner.byte()])));
  });

  it('does not reach beyond the string: what follows is read as it is', () => {
    const record: Read<unknown> = (input) => [input.nested((inner) => inner.int()), input.int()];
    expect(decode(oneByOne(Buffer.concat([str(i32(1)), i32(2)])), record).values).toEqual([[1, 2]]);
  });

  it('never harms: any bytes are a value, an error or unfinished', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(200)), (bytes, at) => {
        try {
          const { values } = decode(cut(Buffer.from(bytes), at), everything, 150);
          expect(values.length).toBeLessThan(8);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 1000 }
    );
  });
});
