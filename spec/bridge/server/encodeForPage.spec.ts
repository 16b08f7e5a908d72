import { describe, expect, it } from '@jest/globals';
import { encodeForPage } from '../../../lib/bridge/server/encodeForPage.js';
import { BridgeError, RemoteError } from '../../../lib/bridge/shared/bridgeError.js';
import { decode } from '../../../lib/bridge/shared/decode.js';
import { encode } from '../../../lib/bridge/shared/encode.js';
import { ConnectionLostError, UsageError } from '../../../lib/core/errors.js';

describe('an error on a bridge', () => {
  const over = (error: unknown) => decode(encodeForPage(error)) as RemoteError;

  it('keeps code, layer and effect, and loses message, path, cause and stack', () => {
    const secret = new Error('password: hunter2');
    const error = new ConnectionLostError('10.0.0.7:2181 said no', 'unknown', { path: '/secret', cause: secret });
    expect(encodeForPage(error)).not.toMatch(/hunter2|10\.0\.0|secret|spec\.ts/);
    expect(over(error)).toMatchObject({ code: 'CONNECTION_LOST', layer: 'transport', effect: 'unknown' });
    expect(over(error)).toBeInstanceOf(RemoteError);
    expect(over(error)).not.toBeInstanceOf(BridgeError);
    expect(over(error).message).toBe('the server says CONNECTION_LOST');
  });

  it('says of a foreign error only that there is one', () => {
    expect(encodeForPage(new TypeError('password: hunter2'))).not.toContain('hunter2');
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
    expect(decode(encodeForPage(state))).toMatchObject({ value: 1n, stale: true, cause: { code: 'CONNECTION_LOST' } });
  });
});

describe('a value for a page', () => {
  const refused = (value: unknown, limit: number) =>
    expect(() => encodeForPage(value, limit)).toThrow(expect.objectContaining({ code: 'OVER_LIMIT' }));

  it('is refused if it is too large, before its text is made', () => {
    let wide: unknown[] = ['x'.repeat(1000)];
    for (let i = 0; i < 60; i++) wide = [wide, wide]; // 2^60 parts, if they are all visited
    refused(wide, 100_000);
    refused(new Uint8Array(1001), 1000);
    refused({ ['x'.repeat(1001)]: 1 }, 1000);
    refused('\u{1F600}'.repeat(300), 1000);
    expect(encodeForPage('x'.repeat(998), 1000)).toHaveLength(1000);
  });

  it('has bytes as the page reads them', () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i);
    expect(decode(encodeForPage(bytes.subarray(7)))).toEqual(bytes.subarray(7));
    expect(encodeForPage(bytes)).toBe(encode(bytes));
  });
});
