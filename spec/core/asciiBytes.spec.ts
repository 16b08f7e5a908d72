import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { asciiBytes } from '../../lib/core/asciiBytes.js';

describe('asciiBytes', () => {
  it('has the bytes of a short text of ASCII characters, in memory of its own', () => {
    const bytes = asciiBytes('/a b~\0\x7f')!;
    expect(bytes).toEqual(new TextEncoder().encode('/a b~\0\x7f'));
    expect(bytes.buffer.byteLength).toBe(bytes.length);
    expect(asciiBytes('')).toEqual(new Uint8Array(0));
  });

  it('leaves longer texts and other characters to the platform', () => {
    for (const text of ['x'.repeat(101), 'é', 'a\x80', '\ud800', '😀']) expect(asciiBytes(text)).toBeUndefined();
  });

  it('has the same bytes as the platform, if it has any', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const bytes = asciiBytes(text);
        if (bytes !== undefined) expect(bytes).toEqual(new TextEncoder().encode(text));
      })
    );
  });
});
