import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { BridgeError, RemoteError } from '../../../lib/bridge/shared/bridgeError.js';
import { decode } from '../../../lib/bridge/shared/decode.js';
import { encode } from '../../../lib/bridge/shared/encode.js';
import { ConnectionLostError, UsageError } from '../../../lib/core/errors.js';

const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.bigInt(),
  fc.boolean(),
  fc.uint8Array({ maxLength: 100 }),
  fc.date({ noInvalidDate: false }),
  fc.constantFrom(undefined, null, -0, NaN, Infinity, -Infinity)
);
const key = fc.oneof(fc.string(), fc.constantFrom('$', '__proto__', 'constructor', 'toString', 'stale'));
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

  it('takes no value for a tag, and no key for a prototype', () => {
    const tricky = JSON.parse('{"$":["bigint","1"],"__proto__":{"admin":true}}') as object;
    const read = decode(encode(tricky)) as Record<string, unknown>;
    expect(read).toStrictEqual(tricky);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(read['admin']).toBeUndefined();
  });

  it('reads garbage as a value, or throws', () => {
    const parts = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .tuple(
          fc.constantFrom(
            'undefined',
            'number',
            'bigint',
            'bytes',
            'date',
            'map',
            'set',
            'object',
            'error',
            '__proto__'
          ),
          fc.jsonValue()
        )
        .map((tag) => JSON.stringify({ $: tag })),
      fc.jsonValue().map(($) => JSON.stringify({ $ }))
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

  it('refuses values that are too deep, contain themselves, or are too large, before it has made the text', () => {
    const round: Record<string, unknown> = {};
    round['a'] = round['b'] = round;
    expect(() => encode(round)).toThrow(expect.objectContaining({ code: 'OVER_LIMIT' }));
    let wide: unknown[] = ['x'.repeat(1000)];
    for (let i = 0; i < 60; i++) wide = [wide, wide]; // 2^60 parts, if they are all visited
    expect(() => encode(wide, 100_000)).toThrow(expect.objectContaining({ code: 'OVER_LIMIT' }));
    expect(() => encode(new Uint8Array(1001), 1000)).toThrow(expect.objectContaining({ code: 'OVER_LIMIT' }));
    expect(encode('x'.repeat(998), 1000)).toHaveLength(1000);
  });

  it('refuses text that is too deep', () => {
    expect(() => decode('['.repeat(30_000) + ']'.repeat(30_000))).toThrow(RangeError);
    expect(() => decode(`${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}`)).toThrow(RangeError);
  });
});

describe('an error on a bridge', () => {
  const over = (error: unknown) => decode(encode(error)) as RemoteError;

  it('keeps code, layer and effect, and loses message, path, cause and stack', () => {
    const secret = new Error('password: hunter2');
    const error = new ConnectionLostError('10.0.0.7:2181 said no', 'unknown', { path: '/secret', cause: secret });
    expect(encode(error)).not.toMatch(/hunter2|10\.0\.0|secret|spec\.ts/);
    expect(over(error)).toMatchObject({ code: 'CONNECTION_LOST', layer: 'transport', effect: 'unknown' });
    expect(over(error)).toBeInstanceOf(RemoteError);
    expect(over(error)).not.toBeInstanceOf(BridgeError);
    expect(over(error).message).toBe('the server says CONNECTION_LOST');
  });

  it('says of a foreign error only that there is one', () => {
    expect(encode(new TypeError('password: hunter2'))).not.toContain('hunter2');
    expect(over(new TypeError('x'))).toMatchObject({ code: 'FAILED', layer: 'protocol' });
  });

  it('keeps the message of a mistake of the caller, with its argument', () => {
    expect(over(new UsageError('name', 'must be short'))).toMatchObject({
      code: 'USAGE',
      layer: 'usage',
      argument: 'name',
      message: 'name: must be short',
    });
  });

  it("keeps the message of the bridge's own errors, with their class", () => {
    const read = over(new BridgeError('FORBIDDEN', 'only eve may paint'));
    expect(read).toBeInstanceOf(BridgeError);
    expect(read).toMatchObject({ code: 'FORBIDDEN', layer: 'session', message: 'only eve may paint' });
  });

  it('is one of a value too, as its cause', () => {
    const state = { kind: 'present', value: 1n, stale: true, cause: new ConnectionLostError() };
    expect(decode(encode(state))).toMatchObject({ value: 1n, stale: true, cause: { code: 'CONNECTION_LOST' } });
  });
});
