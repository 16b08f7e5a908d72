import { describe, expect, it } from '@jest/globals';
import { huffman } from '../../../lib/http2/hpack/huffman.js';

const text = (hex: string) => {
  const bytes = Buffer.from(hex, 'hex');
  return huffman(bytes, 0, bytes.length);
};

describe('a Huffman code of HPACK', () => {
  it.each([
    ['f1e3c2e5f23a6ba0ab90f4ff', 'www.example.com'],
    ['a8eb10649cbf', 'no-cache'],
    ['25a849e95ba97d7f', 'custom-key'],
    ['25a849e95bb8e8b4bf', 'custom-value'],
    ['6402', '302'],
    ['aec3771a4b', 'private'],
    ['d07abe941054d444a8200595040b8166e082a62d1bff', 'Mon, 21 Oct 2013 20:13:21 GMT'],
    ['', ''],
  ])('%s is a text of RFC 7541, appendix C', (hex, expected) => expect(text(hex)).toBe(expected));

  it.each([
    ['ends with more than seven bits of filling', 'ffff'],
    ['is filled up with zeros', '00'.slice(0, 1) + '4'], // "0" is 00000, and the rest is 100
    ['contains the end of a text', 'ffffffff'],
  ])('is refused when it %s', (_how, hex) => expect(() => text(hex)).toThrow(/^HTTP\/2: a Huffman code /));
});
