import { ProtocolError } from '../../../core/errors.js';

/** Values up to this size are copied out of the chunk in which they came: a small value must not keep a large chunk. */
const COPIED = 4 * 1024;
const MAX_VARINT = 10;

/** How an element is written: the lowest three bits of its tag. */
export const WireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/**
 * Reads the elements of one protobuf message. Every length is compared with the bytes that there are, before anything
 * is allocated for it; a message that breaks a rule throws a ProtocolError.
 */
export class ProtoReader {
  readonly #bytes: Buffer;
  #at: number;
  #end: number;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Whether there is more to read of this message. */
  get more(): boolean {
    return this.#at < this.#end;
  }

  /** A tag, a length, an enum, or a number that JavaScript can hold exactly. */
  varint(): number {
    const bytes = this.#bytes;
    const start = this.#at;
    if (start >= this.#end) throw broken('the message ends within an element');
    const first = bytes[start]!;
    if (first < 0x80) {
      this.#at++;
      return first;
    }
    let value = first & 0x7f;
    let factor = 128;
    for (let at = start + 1; at < this.#end && at < start + MAX_VARINT; at++) {
      const byte = bytes[at]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        this.#at = at + 1;
        return value <= Number.MAX_SAFE_INTEGER ? value : this.#negative(start);
      }
      factor *= 128;
    }
    throw broken('a number is longer than ten bytes, or ends with the message');
  }

  /** A 64-bit number without a sign: an identity. */
  bigVarint(): bigint {
    let value = 0n;
    for (let i = 0; i < MAX_VARINT; i++) {
      if (this.#at >= this.#end) throw broken('the message ends within an element');
      const byte = this.#bytes[this.#at++]!;
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw broken('a number is longer than ten bytes');
  }

  bytes(): Uint8Array {
    const [start, end] = this.#span();
    const view = this.#bytes.subarray(start, end);
    return view.length <= COPIED ? Buffer.from(view) : view;
  }

  text(): string {
    const [start, end] = this.#span();
    return this.#bytes.toString('utf8', start, end);
  }

  /** Reads a message inside this one: `read` sees its end as the end. */
  nested<T>(read: (reader: this) => T): T {
    const [start, end] = this.#span();
    const outer = this.#end;
    this.#at = start;
    this.#end = end;
    const value = read(this);
    this.#at = end;
    this.#end = outer;
    return value;
  }

  /** Passes over an element of a field that is not known. */
  skip(wireType: number): void {
    if (wireType === WireType.varint) this.bigVarint();
    else if (wireType === WireType.bytes) this.#span();
    else if (wireType === WireType.fixed64) this.#advance(8);
    else if (wireType === WireType.fixed32) this.#advance(4);
    else throw broken(`an element has the wire type ${wireType}`);
  }

  /** The bounds of a length-delimited element; they are passed over. */
  #span(): readonly [start: number, end: number] {
    const length = this.varint();
    const start = this.#at;
    if (length < 0) throw broken('a length is below 0');
    this.#advance(length);
    return [start, this.#at];
  }

  #advance(size: number): void {
    if (size > this.#end - this.#at) throw broken('an element is longer than its message');
    this.#at += size;
  }

  /** A number too large for an exact one is one below 0, or it is refused. */
  #negative(start: number): number {
    this.#at = start;
    const value = Number(BigInt.asIntN(64, this.bigVarint()));
    if (!Number.isSafeInteger(value)) throw broken(`the number ${value} cannot be held exactly`);
    return value;
  }
}

export function broken(message: string): ProtocolError {
  return new ProtocolError(`protobuf: ${message}`);
}
