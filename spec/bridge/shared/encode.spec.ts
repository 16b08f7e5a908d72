import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { BridgeError, RemoteError } from '../../../lib/bridge/shared/bridgeError.js';
import { decode } from '../../../lib/bridge/shared/decode.js';
import { encode } from '../../../lib/bridge/shared/encode.js';

const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.bigInt(),
  fc.boolean(),
  fc.uint8Array({ maxLength: 100 }),
  fc.date({ noInvalidDate: true }),
  fc.constantFrom(undefined, null, -0, NaN, Infinity, -Infinity, '~', '~m', '~~u', '~i1')
);
const key = fc.oneof(fc.string(), fc.constantFrom('~m', '__proto__', 'constructor', 'toString', 'stale'));
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: true }),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 4 }).map((pairs) => new Map(pairs)),
    fc.array(tie('value'), { maxLength: 4 }).map((parts) => new Set(parts))
  ),
}));

describe('the encoding of a bridge', () => {
  it('keeps every value, in one line of text', () => {
    fc.assert(
      fc.property(value, (original) => {
        const text = encode(original);
        expect(text).not.toMatch(/[\r\n]/);
        expect(isDeepStrictEqual(decode(text), original)).toBe(true); // Jest compares keys like `constructor` wrongly
      }),
      { numRuns: 3000 }
    );
  });

  it('keeps a date that is none', () => {
    expect((decode(encode(new Date(NaN))) as Date).getTime()).toBeNaN();
  });

  it('takes no value for a tag, and no key for a prototype', () => {
    const tricky = JSON.parse('{"a":["~m",["~e",{}],["~~"]],"~":"~i1","__proto__":{"admin":true}}') as object;
    const read = decode(encode(tricky)) as Record<string, unknown>;
    expect(read).toStrictEqual(tricky);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(read['admin']).toBeUndefined();
  });

  it('keeps an error as one of the other half, with its code', () => {
    const error = decode(encode(new BridgeError('TOO_MANY', 'too many'))) as RemoteError;
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ code: 'TOO_MANY', layer: 'transport', effect: 'none' });
    expect(decode(encode([new TypeError('x')]))).toMatchObject([{ code: 'FAILED' }]);
  });

  it('reads garbage as a value, or throws', () => {
    const parts = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .tuple(fc.constantFrom('~u', '~m', '~s', '~e', '~x', '~i', '~b!'), fc.jsonValue())
        .map((it) => JSON.stringify(it)),
      fc
        .tuple(fc.constantFrom('f', 'i', 'b', 'd', 'x', '~'), fc.string())
        .map((it) => JSON.stringify(`~${it.join('')}`))
    );
    fc.assert(
      fc.property(parts, (text) => {
        try {
          decode(text);
        } catch {
          // the caller makes BAD_REQUEST of it
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 3000 }
    );
  });

  it('refuses values that are too deep or contain themselves', () => {
    const round: Record<string, unknown> = {};
    round['a'] = round['b'] = round;
    expect(() => encode(round)).toThrow(expect.objectContaining({ code: 'OVER_LIMIT' }));
    const itself = new Map<unknown, unknown>();
    itself.set(1, [itself, itself]);
    expect(() => encode(itself)).toThrow(expect.objectContaining({ code: 'OVER_LIMIT' }));
  });

  it('stops as soon as its visitor throws', () => {
    let wide: unknown[] = ['x'.repeat(1000)];
    for (let i = 0; i < 60; i++) wide = [wide, wide]; // 2^60 parts, if they are all visited
    let left = 1000;
    const visit = () => {
      if (left-- === 0) throw new RangeError('enough');
    };
    expect(() => encode(wide, visit)).toThrow('enough');
  });

  it('refuses text that is too deep', () => {
    expect(() => decode('['.repeat(30_000) + ']'.repeat(30_000))).toThrow(RangeError);
    expect(() => decode(`${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}`)).toThrow(RangeError);
  });
});
