import { describe, expect, it } from '@jest/globals';
import { crc32 } from 'node:zlib';
import { type Head, decodeHead, encodeHead } from '../../../lib/hive/heads/head.js';

const content = Buffer.from('content');
const sliced = { id: 'ab12', sliceSize: 4, crcs: [1, 2 ** 32 - 1], sha256: 'f'.repeat(64) };

/** The description in a head, after the mark, the form and its own length. */
function description(head: Head): string {
  const bytes = Buffer.from(encodeHead(head));
  expect([...bytes.subarray(0, 2)]).toEqual([0x51, 1]);
  return bytes.toString('utf8', 6, 6 + bytes.readUInt32BE(2));
}

describe('the head of an entry', () => {
  it.each<[string, Head]>([
    ['with its content', { codec: 'raw', size: 7, content }],
    ['without a byte of content', { codec: 'raw', size: 0, content: Buffer.alloc(0) }],
    ['that runs out', { codec: 'json', size: 7, expiresAt: 1_700_000_000_000, content }],
    ['whose codec has quotes and letters of several bytes in its name', { codec: '"é\\\n😀"', size: 7, content }],
    ['with slices', { codec: 'raw', size: 7, sliced }],
    ['with slices, that runs out in a part of a millisecond', { codec: 'raw', size: 7, expiresAt: 1.5, sliced }],
  ])('%s comes back as it was', (_, head) => {
    const found = decodeHead(encodeHead(head));
    expect({ ...found, content: found.content && Buffer.from(found.content) }).toEqual({
      expiresAt: undefined,
      content: undefined,
      ...head,
    });
  });

  it('begins with JSON, in the words of the first form', () => {
    expect(description({ codec: 'raw', size: 7, content })).toBe(`{"c":"raw","n":7,"k":${crc32(content)}}`);
    expect(description({ codec: 'raw', size: 7, expiresAt: 5, sliced })).toBe(
      `{"c":"raw","n":7,"x":5,"s":["ab12",4,"${'f'.repeat(64)}","AQAAAP////8="]}`
    );
  });
});
