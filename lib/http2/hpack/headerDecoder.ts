import type { Http2Headers } from '../../core/http2Link.js';
import { Http2Fault, Reason } from '../frame.js';
import { huffman } from './huffman.js';
import { staticTable } from './staticTable.js';

/** Blocks up to this size are remembered, and at most so many. */
const [SHORT, MOST] = [128, 256];
/** What a field costs beside its text, as the limit of a block counts. Source: RFC 9113, section 6.5.2. */
const FIELD = 32;

/**
 * Reads blocks of headers, as HPACK writes them for a peer that keeps no table: equal bytes are equal headers then, so
 * that the few blocks which servers repeat need no reading. Source: RFC 7541.
 */
export class HeaderDecoder {
  readonly #limit: number;
  readonly #known = new Map<string, Http2Headers>();

  /** @param limit bytes of the names and values of one block */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The headers of a block. Of a name that comes again, the values are joined. Throws a {@link Http2Fault}. */
  decode(bytes: Buffer, start: number, end: number): Http2Headers {
    if (end - start > SHORT) return new Block(bytes, start, end).read(this.#limit);
    const key = bytes.toString('latin1', start, end);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const headers = new Block(bytes, start, end).read(this.#limit);
    if (this.#known.size === MOST) this.#known.clear();
    this.#known.set(key, headers);
    return headers;
  }
}

/** A block that is being read. */
class Block {
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  read(limit: number): Http2Headers {
    const headers = Object.create(null) as Record<string, string>;
    let size = 0;
    while (this.#at < this.#end) {
      const field = this.#field(this.#bytes[this.#at]!);
      if (field === undefined) continue;
      const [name, value] = field;
      size += name.length + value.length + FIELD;
      if (size > limit) throw new Http2Fault(Reason.enhanceYourCalm, `headers of more than ${limit} bytes`);
      headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
    }
    return headers;
  }

  /** The field that begins with this byte; `undefined` for a word about the table. */
  #field(first: number): readonly [name: string, value: string] | undefined {
    if (first >= 0x80) return entry(this.#number(0x7f));
    if (first >= 0x20 && first < 0x40) {
      if (this.#number(0x1f) !== 0) throw broken('makes a table that was not allowed');
      return undefined;
    }
    const index = this.#number(first >= 0x40 ? 0x3f : 0x0f);
    return [index === 0 ? this.#text() : entry(index)[0], this.#text()];
  }

  #text(): string {
    if (this.#at >= this.#end) throw broken('ends early');
    const coded = this.#bytes[this.#at]! >= 0x80;
    const length = this.#number(0x7f);
    const start = this.#at;
    if (length > this.#end - start) throw broken('ends early');
    this.#at += length;
    return coded ? huffman(this.#bytes, start, this.#at) : this.#bytes.toString('latin1', start, this.#at);
  }

  /** A number whose first bits share a byte with others: `mask` has them. Source: RFC 7541, section 5.1. */
  #number(mask: number): number {
    let value = this.#bytes[this.#at++]! & mask;
    if (value < mask) return value;
    for (let factor = 1; factor <= 0x80 ** 3; factor *= 0x80) {
      if (this.#at >= this.#end) throw broken('ends early');
      const byte = this.#bytes[this.#at++]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw broken('has a number that is too large');
  }
}

function entry(index: number): readonly [name: string, value: string] {
  const found = staticTable[index - 1];
  if (found === undefined) throw broken(`names the entry ${index} of a table that has none`);
  return found;
}

function broken(words: string): Http2Fault {
  return new Http2Fault(Reason.compression, `a block of headers ${words}`);
}
