import { describe, expect, it } from '@jest/globals';
import { HeaderDecoder } from '../../../lib/http2/hpack/headerDecoder.js';
import { headerBlock } from '../../../lib/http2/hpack/headerBlock.js';

const decoder = new HeaderDecoder(1000);
const read = (bytes: Buffer) => ({ ...decoder.decode(bytes, 0, bytes.length) });
const hex = (text: string) => read(Buffer.from(text.replaceAll(' ', ''), 'hex'));

describe('a block of headers', () => {
  it('is read as RFC 7541 has it, with and without Huffman codes', () => {
    expect(hex('8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d')).toEqual({
      ':method': 'GET',
      ':scheme': 'http',
      ':path': '/',
      ':authority': 'www.example.com',
    });
    expect(hex('8287 8541 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff')).toMatchObject({ ':authority': 'www.example.com' });
    expect(hex('400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572')).toEqual({
      'custom-key': 'custom-header',
    });
    expect(hex('1008 7061 7373 776f 7264 0673 6563 7265 74')).toEqual({ password: 'secret' }); // never to be indexed
    expect(hex('20 88')).toEqual({ ':status': '200' }); // a table of no entries
  });

  it('is what was written, whatever is in it', () => {
    const headers = { ':method': 'POST', ':path': '/etcdserverpb.KV/Range', te: 'trailers', x: 'é'.repeat(300), y: '' };
    expect(read(headerBlock(headers))).toEqual(headers);
  });

  it('joins the values of a name that comes again', () => {
    expect(hex('0001 6101 62 0001 6101 63')).toEqual({ a: 'b, c' });
  });

  it('gives the same object for the same short bytes', () => {
    const bytes = headerBlock({ 'grpc-status': '0' });
    expect(decoder.decode(bytes, 0, bytes.length)).toBe(decoder.decode(bytes, 0, bytes.length));
  });

  it('has names that mean nothing to objects', () => {
    const headers = decoder.decode(headerBlock({ ['__proto__']: 'x', constructor: 'y' }), 0, 0);
    expect(Object.getPrototypeOf(headers)).toBe(null);
  });

  it.each([
    ['names an entry that is not there', 'be', 'names the entry 62 of a table that has none'],
    ['names the entry 0', '80', 'names the entry 0 of a table that has none'],
    ['makes a table', '3fe11f', 'makes a table that was not allowed'],
    ['ends within a text', '0005 61', 'ends early'],
    ['ends before a text', '0001 61', 'ends early'],
    ['ends within a number', 'ffff', 'ends early'],
    ['has a number without end', `ff${'ff'.repeat(20)}`, 'has a number that is too large'],
  ])('is refused when it %s', (_how, bytes, words) => expect(() => hex(bytes)).toThrow(words));

  it('is refused when it is a bomb: few bytes that stand for many', () => {
    const bytes = Buffer.concat([Buffer.of(0, 1, 0x61, 0x7f, 100 - 0x7f + 0x7f), Buffer.alloc(227, 0x62)]);
    expect(() => read(Buffer.concat([...Array<Buffer>(20).fill(Buffer.of(0x90))]))).toThrow('more than 1000 bytes');
    expect(() => read(Buffer.concat([...Array<Buffer>(20).fill(bytes)]))).toThrow('more than 1000 bytes');
  });

  it('never throws anything but a fault of HTTP/2', () => {
    let seed = 1;
    const random = () => (seed = (seed * 48271) % 0x7fffffff);
    for (let i = 0; i < 20_000; i++) {
      const bytes = Buffer.from(Array.from({ length: random() % 40 }, () => random() % 256));
      try {
        read(bytes);
      } catch (error) {
        expect((error as Error).message).toMatch(/^HTTP\/2: /);
      }
    }
  });
});
