import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readCesu8 } from '../../../lib/zookeeper/protocol/readCesu8.js';
import { JuteReader } from '../../../lib/zookeeper/protocol/juteReader.js';

/** As Java servers write text: each half of a character outside the BMP by itself. */
function asJava(text: string): Buffer {
  return Buffer.concat(
    Array.from({ length: text.length }, (_, i) => {
      const unit = text.charCodeAt(i);
      return unit >= 0xd800 && unit <= 0xdfff
        ? Buffer.from([0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)])
        : Buffer.from(text[i]!);
    })
  );
}

function read(...texts: readonly Buffer[]): string[] {
  const bytes = Buffer.concat(
    texts.flatMap((text) => [Buffer.from([0, 0, text.length >> 8, text.length & 0xff]), text])
  );
  const input = new JuteReader().reset(bytes, 0, bytes.length);
  return texts.map(() => input.string());
}

const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('a', 'é', '€', '\ufffd', '\0', '\u{10ffff}', '\u{10000}'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })
  ),
  maxLength: 40,
});

it('reads both forms of every text alike', () => {
  fc.assert(
    fc.property(text, (value) => {
      expect(read(asJava(value), Buffer.from(value))).toEqual([value, value]);
      expect(readCesu8(Buffer.from(value), 0, Buffer.byteLength(value))).toBe(value);
    })
  );
});

it('reads what is neither as UTF-8 does', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      const [value] = read(Buffer.from(bytes));
      if (!/[\u{10000}-\u{10ffff}]/u.test(value!)) expect(value).toBe(Buffer.from(bytes).toString());
    })
  );
  expect(read(Buffer.from([0xed, 0xa0, 0xbd]))).toEqual(['\ufffd\ufffd\ufffd']);
});

it('stays within its text', () => {
  const bytes = Buffer.concat([asJava('😀'), asJava('😀')]);
  expect(readCesu8(bytes, 0, 3)).toBe('\ufffd\ufffd\ufffd');
  expect(readCesu8(bytes, 6, 12)).toBe('😀');
});
