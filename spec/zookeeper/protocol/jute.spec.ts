import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ProtocolError } from '../../../lib/core/errors.js';
import { JuteReader } from '../../../lib/zookeeper/protocol/juteReader.js';
import { JuteWriter } from '../../../lib/zookeeper/protocol/juteWriter.js';
import { buf, hex, i32, i64, str, vec } from '../../helpers/wireBytes.js';

const LIMIT = 1_048_575;
const read = (bytes: Buffer, owned = false) => new JuteReader().reset(bytes, 0, bytes.length, owned);
const written = (write: (out: JuteWriter) => void, limit = LIMIT) => {
  const out = new JuteWriter(limit).begin();
  write(out);
  out.end();
  return Buffer.from(out.take());
};
const payload = (write: (out: JuteWriter) => void) => written(write).subarray(4);

const anyString = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 })
);
const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const bytes = fc.uint8Array({ maxLength: 300 });

describe('Jute', () => {
  it('writes each kind as ZooKeeper has it', () => {
    const it = payload((out) =>
      out
        .int(-2)
        .long(-3n)
        .bool(true)
        .bool(false)
        .buffer(null)
        .buffer(Buffer.alloc(0))
        .buffer(hex('0102'))
        .string('é')
        .strings(['', 'a'])
    );
    expect(it).toEqual(
      hex('fffffffe fffffffffffffffd 01 00 ffffffff 00000000 00000002 0102 00000002 c3a9 00000002 00000000 00000001 61')
    );
  });

  it('puts the length in front of each frame of a batch', () => {
    const out = new JuteWriter(LIMIT);
    out.begin().int(7).end();
    out.begin().end();
    out.begin().bool(true).end();
    expect(Buffer.from(out.take())).toEqual(hex('00000004 00000007 00000000 00000001 01'));
    expect(out.length).toBe(0);
  });

  it('reads back what it wrote: numbers, booleans, buffers, strings', () => {
    const values = fc.record({
      int: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      long,
      bool: fc.boolean(),
      buffer: fc.option(bytes),
      string: anyString,
      strings: fc.array(anyString, { maxLength: 12 }),
    });
    fc.assert(
      fc.property(values, (v) => {
        const input = read(
          payload((out) =>
            out.int(v.int).long(v.long).bool(v.bool).buffer(v.buffer).string(v.string).strings(v.strings)
          )
        );
        const wellFormed = (text: string) => Buffer.from(text).toString(); // lone surrogates cannot travel
        expect(input.int()).toBe(v.int);
        expect(input.long()).toBe(v.long);
        expect(input.bool()).toBe(v.bool);
        expect(input.buffer()).toEqual(v.buffer === null ? null : Buffer.from(v.buffer));
        expect(input.string()).toBe(wellFormed(v.string));
        expect(input.strings()).toEqual(v.strings.map(wellFormed));
        expect(input.left).toBe(0);
      })
    );
  });

  it.each([1, 23, 24, 25, 60, 100_000])('writes strings of %d characters, ASCII and not', (length) => {
    for (const text of [
      'x'.repeat(length),
      `${'x'.repeat(length - 1)}é`,
      `é${'x'.repeat(length - 1)}`,
      '€'.repeat(length),
      '😀'.repeat(length),
    ]) {
      expect(payload((out) => out.string(text)).equals(str(text))).toBe(true);
    }
  });

  it('reads a list of names the same, ASCII or not, of any length', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ maxLength: 9 }), fc.string({ unit: 'grapheme', maxLength: 9 })), {
          maxLength: 30,
        }),
        (names) => {
          const inside = Buffer.concat([hex('eeee'), vec(...names.map(str)), hex('0000002a')]);
          const input = new JuteReader().reset(inside, 2, inside.length);
          expect(input.strings()).toEqual(names.map((name) => Buffer.from(name).toString()));
          expect(input.int()).toBe(42); // no byte too many, no byte too few
        }
      )
    );
  });

  it('reads a long list, and names of any length in it', () => {
    const length = fc.oneof({ weight: 200, arbitrary: fc.nat(120) }, fc.constantFrom(0x1000, 0x2000, 0x2001, 0x3040));
    fc.assert(
      fc.property(fc.array(length, { minLength: 200, maxLength: 600 }), (lengths) => {
        const names = lengths.map((size, i) => String(i).padEnd(size, 'n').slice(0, size));
        const inside = Buffer.concat([vec(...names.map(str)), hex('0000002a')]);
        const input = new JuteReader().reset(inside, 0, inside.length);
        expect(input.strings()).toEqual(names);
        expect(input.int()).toBe(42);
      }),
      { numRuns: 30 }
    );
  });

  it('reads a null string in a list as an empty one', () => {
    for (const others of [0, 5]) {
      const names = Array.from({ length: others }, (_, i) => str(`n${i}`));
      expect(
        read(vec(...names, i32(-1), str('z')))
          .strings()
          .slice(others)
      ).toEqual(['', 'z']);
    }
  });

  it('tells null from empty', () => {
    expect([read(i32(-1)).buffer(), read(i32(0)).buffer(), read(i32(-1)).string()]).toEqual([
      null,
      Buffer.alloc(0),
      '',
    ]);
  });

  it.each([
    ['a stray byte', 'ff', '\ufffd'],
    ['a cut character', '61e282', 'a\ufffd'],
    ['a lone surrogate in CESU-8', 'eda080', '\ufffd\ufffd\ufffd'],
  ])('reads %s as U+FFFD', (_, digits, expected) => {
    expect(read(buf(hex(digits))).string()).toBe(expected);
    expect(read(vec(...Array.from({ length: 5 }, () => buf(hex(digits))))).strings()).toEqual(Array(5).fill(expected));
  });

  it('reads a time without losing a millisecond', () => {
    for (const time of [0n, 1n, 1_700_000_000_123n, -1n, -(2n ** 40n), 2n ** 53n - 1n])
      expect(read(i64(time)).time()).toBe(Number(time));
  });

  it('copies what it reads', () => {
    const source = buf('secret');
    const value = read(source).buffer()!;
    source.fill(0);
    expect(value.toString()).toBe('secret');
  });

  it('shows a view of memory that the frame owns only for the larger part of it', () => {
    const source = Buffer.concat([buf(Buffer.alloc(100, 1)), buf(Buffer.alloc(10, 2))]);
    const input = read(source, true);
    expect([input.buffer()!.buffer === source.buffer, input.buffer()!.buffer === source.buffer]).toEqual([true, false]);
    expect(read(source).buffer()!.buffer).not.toBe(source.buffer);
  });

  it('reads one frame after the other, also within other memory', () => {
    const memory = Buffer.from(hex('00000000 0000000c').buffer, 0);
    const inner = Buffer.concat([hex('ff'), i32(9)]).subarray(1);
    const reader = new JuteReader();
    expect(reader.reset(memory.subarray(0, 4), 0, 4).left).toBe(4);
    expect(reader.reset(inner, 0, 4).int()).toBe(9);
  });

  it.each<[string, Buffer, (input: JuteReader) => unknown]>([
    ['an int that is cut', hex('000000'), (input) => input.int()],
    ['a long that is cut', hex('00000000000000'), (input) => input.long()],
    ['a time that is cut', hex('00000000000000'), (input) => input.time()],
    ['a bool that is missing', hex(''), (input) => input.bool()],
    ['a buffer longer than its frame', hex('00000003 0102'), (input) => input.buffer()],
    ['a huge buffer', hex('7fffffff 0102'), (input) => input.buffer()],
    ['a buffer of length -2', hex('fffffffe 0102'), (input) => input.buffer()],
    ['a buffer of the least length', hex('80000000 0102'), (input) => input.buffer()],
    ['a string longer than its frame', hex('00000003 6161'), (input) => input.string()],
    ['a string of length -2', hex('fffffffe'), (input) => input.string()],
    ['a list of -1', hex('ffffffff'), (input) => input.strings()],
    ['a list of -7', hex('fffffff9'), (input) => input.strings()],
    ['a list of 2^31-1', hex('7fffffff 00000001 61'), (input) => input.strings()],
    ['a list of one more than there are', hex('00000002 00000001 61'), (input) => input.strings()],
    [
      'a list whose lengths leave no room for the last',
      hex('00000003 00000005 6161616161 00000000'),
      (input) => input.strings(),
    ],
    [
      'a list with a name beyond the frame',
      hex('00000005 00000000 00000000 00000000 00000000 00000001'),
      (input) => input.strings(),
    ],
    [
      'a list with a name of length -2',
      hex('00000005 fffffffe 00000000 00000000 00000000 00000000'),
      (input) => input.strings(),
    ],
    ['a list with a huge name', hex('00000004 7fffffff 00000000 00000000 00000000'), (input) => input.strings()],
    ['a count that the frame cannot hold', Buffer.concat([i32(3), Buffer.alloc(23)]), (input) => input.count(8)],
    ['more skipped than there is', hex('00'), (input) => input.skip(2)],
    ['less than nothing skipped', hex('00'), (input) => input.skip(-1)],
  ])('refuses %s', (_, source, readIt) => {
    const surrounded = Buffer.concat([source, Buffer.alloc(64, 0x61)]); // what follows is another frame's
    expect(() => readIt(new JuteReader().reset(surrounded, 0, source.length))).toThrow(ProtocolError);
  });

  it('never reads outside its frame, and throws nothing else, whatever the bytes', () => {
    const reads = fc.array(fc.constantFrom('int', 'long', 'time', 'bool', 'buffer', 'string', 'strings'), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), reads, (junk, kinds) => {
        const input = read(Buffer.from(junk));
        try {
          for (const kind of kinds) input[kind as 'int']();
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
        expect(input.left).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 500 }
    );
  });
});

describe('JuteWriter', () => {
  it('takes a frame of exactly the limit, and refuses one byte more before copying it', () => {
    expect(written((out) => out.buffer(Buffer.alloc(96)), 100).length).toBe(104);
    expect(() => written((out) => out.buffer(Buffer.alloc(97)), 100)).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE', layer: 'usage' })
    );
    expect(() => written((out) => out.string('x'.repeat(97)), 100)).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE' })
    );
  });

  it('leaves no trace of a frame that was refused', () => {
    const out = new JuteWriter(20);
    out.begin().int(1).end();
    expect(() => out.begin().int(2).buffer(Buffer.alloc(21))).toThrow('jute.maxbuffer');
    out.begin().int(3).end();
    expect(Buffer.from(out.take())).toEqual(hex('00000004 00000001 00000004 00000003'));
  });

  it('forgets a frame that is cancelled', () => {
    const out = new JuteWriter(LIMIT);
    out.begin().int(1).end();
    out.begin().int(2).cancel();
    expect(Buffer.from(out.take())).toEqual(hex('00000004 00000001'));
  });

  it('writes a text that comes again as it was, whatever lies between', () => {
    const step = fc.record({
      text: fc.oneof(fc.constantFrom('/a', '/a/path', '/pâth', ''), anyString),
      before: fc.array(fc.constant(i32(-1)), { maxLength: 6 }), // what overwrites an earlier text
      times: fc.constantFrom(1, 2, 700),
      end: fc.constantFrom('frame', 'take', 'cancel'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const out = new JuteWriter(10 ** 7);
        let expected = Buffer.alloc(0);
        for (const { text, before, times, end } of steps) {
          out.begin();
          for (const _ of before) out.int(-1);
          for (let i = 0; i < times; i++) out.string(text);
          if (end === 'cancel') {
            out.cancel();
            continue;
          }
          out.end();
          const body = Buffer.concat([...before, ...Array.from({ length: times }, () => str(text))]);
          expected = Buffer.concat([expected, i32(body.length), body]);
          if (end === 'frame') continue;
          expect(Buffer.from(out.take()).equals(expected)).toBe(true);
          expected = Buffer.alloc(0);
        }
        expect(Buffer.from(out.take()).equals(expected)).toBe(true);
      })
    );
  });

  it('grows, and keeps what it had', () => {
    const out = new JuteWriter(10 ** 7);
    out.begin().int(1).end();
    out.begin().buffer(Buffer.alloc(300_000, 5)).string('y'.repeat(200_000)).long(9n).end();
    const all = out.take();
    expect(all.readInt32BE(4)).toBe(1);
    expect(all.readBigInt64BE(all.length - 8)).toBe(9n);
  });

  it('uses its memory again, unless it was released', () => {
    const out = new JuteWriter(LIMIT);
    const write = (n: number) => (out.begin().int(n).end(), out.take());
    const [first, second] = [write(1), write(2)];
    expect(second.buffer).toBe(first.buffer);
    out.release();
    const third = write(3);
    expect(third.buffer).not.toBe(second.buffer);
    expect(second.readInt32BE(4)).toBe(2);
  });

  it('uses memory that it has lent when it is given back, and not before', () => {
    const out = new JuteWriter(10 ** 6);
    const write = (n: number, more: Buffer | null = null) => (out.begin().int(n).buffer(more).end(), out.take());
    const first = write(1, Buffer.alloc(500_000, 7));
    out.release();
    out.begin().int(2);
    out.regain(); // in the middle of a frame
    out.end();
    const second = out.take();
    expect([second.buffer === first.buffer, second.readInt32BE(4), first.at(-1)]).toEqual([false, 2, 7]);
    out.release();
    expect(write(3).buffer).toBe(first.buffer);
    out.regain();
    expect(new Set([write(4).buffer, (out.release(), write(5).buffer)])).toEqual(
      new Set([first.buffer, second.buffer])
    );
  });
});
