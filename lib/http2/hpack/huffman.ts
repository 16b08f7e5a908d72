import { Http2Fault, Reason } from '../frame.js';

/** Bits of the code of each byte. Source: RFC 7541, appendix B. */
const LENGTHS = `
    13 23 28 28 28 28 28 28 28 24 30 28 28 30 28 28
    28 28 28 28 28 28 30 28 28 28 28 28 28 28 28 28
    6 10 10 12 13 6 8 11 10 10 8 11 8 6 6 6
    5 5 5 6 6 6 6 6 6 6 7 8 15 6 12 10
    13 6 7 7 7 7 7 7 7 7 7 7 7 7 7 7
    7 7 7 7 7 7 7 7 8 7 8 13 19 13 14 6
    15 5 6 5 6 5 6 6 6 5 7 7 6 6 6 5
    6 7 6 5 5 6 7 7 7 7 7 15 11 14 13 28
    20 22 20 20 22 22 22 23 22 23 23 23 23 23 24 23
    24 24 22 23 24 23 23 23 23 21 22 23 22 23 23 24
    22 21 20 22 22 23 23 21 23 22 22 24 21 22 23 23
    21 21 22 21 23 22 23 23 20 22 22 22 23 22 22 23
    26 26 20 19 22 23 22 25 26 26 26 27 27 26 24 25
    19 21 26 27 27 26 27 24 21 21 26 26 28 27 27 27
    20 24 20 21 22 21 21 23 22 22 25 25 24 24 26 23
    26 27 26 26 27 27 27 27 27 28 27 27 27 27 27 26
  `
  .trim()
  .split(/\s+/)
  .map(Number);
/** Bits of the longest code. The end of a text has one of them, all ones, and no text contains it. */
const LONGEST = 30;
const END = 256;

/** The bytes, and the end, in the order of their codes: the codes of one length are consecutive numbers. */
const order = [...LENGTHS.keys(), END].sort((a, b) => bitsOf(a) - bitsOf(b) || a - b);
/** For each length: how many codes have it, the first of them, and its place in {@link order}. */
const codes = codesByLength();

/** The text of a Huffman code. Throws a {@link Http2Fault}. */
export function huffman(bytes: Buffer, start: number, end: number): string {
  const text: number[] = [];
  let [code, bits] = [0, 0];
  for (let at = start; at < end; at++) {
    for (let mask = 0x80; mask !== 0; mask >>= 1) {
      code = code * 2 + ((bytes[at]! & mask) === 0 ? 0 : 1);
      bits++;
      const { count, first, place } = codes[bits]!;
      if (code - first >= count) continue;
      const byte = order[place + code - first]!;
      if (byte === END) throw broken('contains the end of a text');
      text.push(byte);
      [code, bits] = [0, 0];
    }
  }
  if (bits > 7 || code !== 2 ** bits - 1) throw broken('is not filled up with ones');
  return Buffer.from(text).toString('latin1');
}

function codesByLength(): readonly { readonly count: number; readonly first: number; readonly place: number }[] {
  const all = new Array(LONGEST + 1).fill(undefined).map(() => ({ count: 0, first: 0, place: 0 }));
  for (const byte of order) all[bitsOf(byte)]!.count++;
  for (let bits = 1; bits <= LONGEST; bits++) {
    const shorter = all[bits - 1]!;
    all[bits]!.first = (shorter.first + shorter.count) * 2;
    all[bits]!.place = shorter.place + shorter.count;
  }
  return all;
}

function bitsOf(byte: number): number {
  return LENGTHS[byte] ?? LONGEST;
}

function broken(words: string): Http2Fault {
  return new Http2Fault(Reason.compression, `a Huffman code ${words}`);
}
