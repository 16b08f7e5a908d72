import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ProtocolError } from '../../../../lib/core/errors.js';
import { bool, bytes, choice, id, int, list, nested, oneOf, text } from '../../../../lib/etcd/v3/protocol/fields.js';
import { TxnRequest } from '../../../../lib/etcd/v3/protocol/kv.js';
import { type Message, decode, encode, encodeInPieces, message } from '../../../../lib/etcd/v3/protocol/message.js';
import * as methods from '../../../../lib/etcd/v3/protocol/methods.js';

const Inner = message({ name: text(1), data: bytes(2) });
const Everything = message({
  int: int(1),
  id: id(2),
  text: text(3),
  bytes: bytes(4),
  bool: bool(5),
  color: oneOf(6, 'red', 'dark-blue'),
  inner: nested(7, () => Inner),
  chosen: choice(int(8)),
  ints: list(int(9)),
  texts: list(text(10)),
  inners: list(nested(100, () => Inner)),
  colors: list(oneOf(1000, 'red', 'dark-blue')),
});

const data = fc.uint8Array({ maxLength: 5000 }).map((it) => Buffer.from(it));
const inner = fc.record({ name: fc.string(), data });
const everything = fc.record({
  int: fc.maxSafeInteger(),
  id: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  text: fc.string({ unit: 'binary' }),
  bytes: data,
  bool: fc.boolean(),
  color: fc.constantFrom('red' as const, 'dark-blue' as const),
  inner: fc.option(inner, { nil: undefined }),
  chosen: fc.option(fc.nat(), { nil: undefined }),
  ints: fc.array(fc.maxSafeInteger()),
  texts: fc.array(fc.string()),
  inners: fc.array(inner),
  colors: fc.array(fc.constantFrom('red' as const, 'dark-blue' as const)),
});

/** What a reader makes of bytes: a value, or a ProtocolError; all else is thrown. */
function read(type: Message<unknown>, given: Uint8Array): unknown {
  try {
    return decode(type, Buffer.from(given));
  } catch (error) {
    if (error instanceof ProtocolError) return 'refused';
    throw error;
  }
}

describe('a message', () => {
  it.each([1, 127, 128, 4096, 4097, 16_300, 16_383, 16_384, 2 ** 21 - 40, 2 ** 21 - 1, 2 ** 21])(
    'has the bytes of the messages in it, which have values of about %i bytes',
    (size) => {
      const Leaf = message({ key: text(1), value: bytes(2), more: text(3) });
      const Middle = message({ name: text(1), leaves: list(nested(2, () => Leaf)), tail: text(3) });
      const Outer = message({ name: text(1), middle: nested(2, () => Middle), tail: text(3) });
      const [MiddleOfBytes, OuterOfBytes] = [
        message({ name: text(1), leaves: list(bytes(2)), tail: text(3) }),
        message({ name: text(1), middle: bytes(2), tail: text(3) }),
      ];
      for (let less = 0; less < 30; less++) {
        const leaf = { key: 'k', value: Buffer.alloc(Math.max(size - less, 1), 'v'), more: 'm' };
        const [name, tail] = ['n'.repeat(less), 't'.repeat(less)];
        const leaves = [{ key: 'small' }, leaf, leaf];
        const found = encode(Outer, { name, middle: { name, leaves, tail }, tail }, 5);
        const middle = encode(MiddleOfBytes, { name, leaves: leaves.map((one) => encode(Leaf, one)), tail });
        expect(Buffer.compare(found.subarray(5), encode(OuterOfBytes, { name, middle, tail }))).toBe(0);
      }
    }
  );

  it('takes a large value in as it is, and copies a small one', () => {
    for (const [size, isTakenIn] of [
      [16_385, true],
      [16_384, false],
    ] as const) {
      const data = new Uint8Array(size).fill(7);
      const pieces = encodeInPieces(Everything, { inners: [{ name: 'a', data }, { data }], inner: { data } }, 5);
      expect(pieces.filter(({ buffer }) => buffer === data.buffer)).toHaveLength(isTakenIn ? 3 : 0);
      const { inner, inners } = decode(Everything, Buffer.concat(pieces).subarray(5));
      expect([inner, ...inners].map((one) => Buffer.compare(one!.data, data))).toEqual([0, 0, 0]);
    }
  });

  it('is read as it was written, in protobuf and in JSON', () => {
    fc.assert(
      fc.property(everything, (value) => {
        expect(decode(Everything, encode(Everything, value))).toEqual(value);
        expect(Everything.fromJson(JSON.parse(JSON.stringify(Everything.toJson(value))))).toEqual(value);
      })
    );
  });

  it('has every field when nothing was written, and writes no field that has its default', () => {
    const zero = decode(Everything, Buffer.alloc(0));
    expect(zero).toEqual({
      ...{ int: 0, id: 0n, text: '', bytes: new Uint8Array(0), bool: false, color: 'red' },
      ...{ inner: undefined, chosen: undefined, ints: [], texts: [], inners: [], colors: [] },
    });
    expect(encode(Everything, zero)).toHaveLength(0);
    expect(encode(Everything, { chosen: 0 }).toString('hex')).toBe('4000'); // its presence says something
  });

  it('leaves room for what its carrier writes before it', () => {
    expect(encode(Inner, { name: 'a' }, 5).subarray(5).toString('hex')).toBe('0a0161');
  });

  it('reads numbers of a list in one element or in several', () => {
    expect(decode(Everything, Buffer.from('4a020102' + '4803' + '4a0104', 'hex')).ints).toEqual([1, 2, 3, 4]);
  });

  it('passes over fields that it does not know, of every wire type', () => {
    const strange = 'f80101' + 'f9010000000000000000' + 'fa0103010203' + 'fd0100000000'; // field 31
    expect(decode(Inner, Buffer.from(`${strange}0a0161${strange}`, 'hex')).name).toBe('a');
  });

  it('keeps names of an enum that came later as their numbers', () => {
    expect(decode(Everything, Buffer.from('3007', 'hex')).color).toBe('7');
  });

  it('does not keep the memory in which it came for a small value', () => {
    const chunk = Buffer.alloc(64 * 1024);
    const written = encode(Inner, { data: Buffer.from('abc') });
    written.copy(chunk);
    const { data: kept } = decode(Inner, chunk.subarray(0, written.length));
    chunk.fill(0);
    expect(Buffer.from(kept).toString()).toBe('abc');
    expect(kept.buffer.byteLength).toBeLessThan(chunk.length);
  });
});

describe('bytes of a server that breaks the rules', () => {
  it.each([
    ['a tag that does not end', '80'],
    ['a number of more than ten bytes', '08' + 'ff'.repeat(11)],
    ['a length beyond the message', '1a7f61'],
    ['a length of 2^63', '1a' + 'ffffffffffffffff7f'],
    ['a length below 0', '1a' + 'ffffffffffffffffff01'],
    ['a fixed number that is cut', 'f90100'],
    ['a group', '0b0c'],
    ['a known field of another wire type', '0a00'],
    ['a number that JavaScript cannot hold', '08' + 'ffffffffffffffff7f'],
    ['an element that ends after the message inside which it stands', '3a0212'],
  ])('%s is refused', (_, hex) => expect(read(Everything, Buffer.from(hex, 'hex'))).toBe('refused'));

  it('are refused when they nest too deeply, and the stack is safe', () => {
    let hex: Buffer = Buffer.alloc(0);
    for (let i = 0; i < 2000; i++) hex = wrap(hex);
    expect(read(TxnRequest, hex)).toBe('refused');
    let json: unknown = {};
    for (let i = 0; i < 2000; i++) json = { success: [{ request_txn: json }] };
    expect(() => TxnRequest.fromJson(json)).toThrow(ProtocolError);
  });

  it('give a value or a ProtocolError, for every message of etcd', () => {
    const types = Object.values(methods).flatMap(({ request, response }) => [request, response] as Message<unknown>[]);
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.uint8Array({ maxLength: 200 }), (type, given) => {
        read(type, given);
      }),
      { numRuns: 2000 }
    );
  });

  it('that are cut anywhere give a value of what there was, or a ProtocolError', () => {
    fc.assert(
      fc.property(everything, fc.nat(), (value, at) => {
        const whole = encode(Everything, value);
        read(Everything, whole.subarray(0, at % (whole.length + 1)));
      })
    );
  });
});

/** These bytes as the transaction inside a transaction. */
function wrap(inside: Buffer): Buffer {
  const length = (size: number): Buffer => {
    const out = [];
    for (; size > 0x7f; size >>>= 7) out.push((size & 0x7f) | 0x80);
    return Buffer.from([...out, size]);
  };
  const op = Buffer.concat([Buffer.from([0x22]), length(inside.length), inside]);
  return Buffer.concat([Buffer.from([0x12]), length(op.length), op]);
}
