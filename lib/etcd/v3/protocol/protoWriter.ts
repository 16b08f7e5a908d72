const FIRST = 128;
/** Bytes that are left behind what the memory was too small for, because more elements follow. */
const SPARE = 256;
/** A value of more bytes is not copied. */
const LARGE = 16 * 1024;

/** A value that is not copied: it belongs between the bytes before and behind this place. */
interface Inset {
  at: number;
  readonly value: Buffer;
}

/** Writes the elements of protobuf messages: into memory that grows, and large values as they are. */
export class ProtoWriter {
  #bytes: Buffer = Buffer.allocUnsafe(FIRST);
  #at: number;
  readonly #insets: Inset[] = [];
  #insetSize = 0;

  /** @param head bytes to leave free at the beginning, for the caller */
  constructor(head = 0) {
    this.#at = head;
  }

  /** All that was written, the free head included, in pieces. They are views: the writer is not to be used again. */
  finish(): Buffer[] {
    const pieces: Buffer[] = [];
    let from = 0;
    for (const { at, value } of this.#insets) {
      pieces.push(this.#bytes.subarray(from, at), value);
      from = at;
    }
    if (from < this.#at || from === 0) pieces.push(this.#bytes.subarray(from, this.#at));
    return pieces;
  }

  /** A whole number of 0 to 2^53 - 1, or below 0 down to -2^53 + 1 in ten bytes, as int64 has it. */
  varint(value: number): void {
    if (value < 0) return this.bigVarint(BigInt(value));
    this.#room(10);
    const bytes = this.#bytes;
    let at = this.#at;
    let rest = value;
    while (rest > 0x7f) {
      bytes[at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    bytes[at++] = rest;
    this.#at = at;
  }

  /** A 64-bit number: one below 0 is written as its two's complement. */
  bigVarint(value: bigint): void {
    this.#room(10);
    let rest = BigInt.asUintN(64, value);
    while (rest > 0x7fn) {
      this.#bytes[this.#at++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#bytes[this.#at++] = Number(rest);
  }

  bytes(value: Uint8Array): void {
    this.varint(value.length);
    if (value.length > LARGE) {
      const { buffer, byteOffset, length } = value;
      this.#insets.push({ at: this.#at, value: Buffer.from(buffer, byteOffset, length) });
      this.#insetSize += length;
      return;
    }
    this.#room(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.varint(length);
    this.#room(length);
    this.#at += this.#bytes.write(value, this.#at);
  }

  /** What `write` writes, with the number of its bytes before it. */
  nested(write: () => void): void {
    const start = this.#at;
    const insetSize = this.#insetSize;
    this.#room(1);
    this.#at++;
    write();
    const length = this.#at - start - 1 + this.#insetSize - insetSize;
    if (length < 0x80) {
      this.#bytes[start] = length;
      return;
    }
    this.#shift(start + 1, sizeOf(length) - 1);
    const end = this.#at;
    this.#at = start;
    this.varint(length);
    this.#at = end;
  }

  /** Moves all bytes from this place on, to make room for a long length. */
  #shift(from: number, by: number): void {
    this.#room(by);
    this.#bytes.copyWithin(from + by, from, this.#at);
    this.#at += by;
    for (const inset of this.#insets) if (inset.at >= from) inset.at += by;
  }

  #room(size: number): void {
    const needed = this.#at + size;
    if (needed <= this.#bytes.length) return;
    const more = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, needed + SPARE));
    this.#bytes.copy(more, 0, 0, this.#at);
    this.#bytes = more;
  }
}

/** Bytes of a varint. */
function sizeOf(value: number): number {
  let size = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) size++;
  return size;
}
