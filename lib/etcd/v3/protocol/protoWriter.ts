const FIRST = 128;
/** Bytes that are left behind a value which the memory was too small for, because more elements follow. */
const SPARE = 256;
/** A value of more bytes is not moved to make room for the length of its message. */
const LARGE = 4096;

/** Writes the elements of protobuf messages into memory that grows. */
export class ProtoWriter {
  #bytes: Buffer = Buffer.allocUnsafe(FIRST);
  #at: number;
  /** Where the messages under way begin, and how many bytes are left for the length of each. */
  readonly #starts: number[] = [];
  readonly #sizes: number[] = [];

  /** @param head bytes to leave free at the beginning, for the caller */
  constructor(head = 0) {
    this.#at = head;
  }

  /** All that was written, the free head included. A view: the writer is not to be used again. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#at);
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
    if (value.length > LARGE) this.#widen(value.length);
    this.varint(value.length);
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
    this.#starts.push(this.#at);
    this.#sizes.push(1);
    this.#room(1);
    this.#at++;
    write();
    const start = this.#starts.pop()!;
    const size = this.#sizes.pop()!;
    const length = this.#at - start - size;
    if (length < 0x80) {
      this.#bytes[start] = length;
      return;
    }
    this.#shift(start + size, sizeOf(length) - size);
    const end = this.#at;
    this.#at = start;
    this.varint(length);
    this.#at = end;
  }

  /** Leaves more room for the lengths of the messages under way, before so many bytes are written into them. */
  #widen(length: number): void {
    let moved = 0; // by the messages outside
    for (let i = 0; i < this.#starts.length; i++) {
      const start = (this.#starts[i]! += moved);
      const size = this.#sizes[i]!;
      const more = sizeOf(this.#at - start - size + length) - size;
      if (more <= 0) continue;
      this.#shift(start + size, more);
      this.#sizes[i] = size + more;
      moved += more;
    }
  }

  /** Moves all bytes from this place on. */
  #shift(from: number, by: number): void {
    if (by === 0) return;
    this.#room(by);
    this.#bytes.copyWithin(from + by, from, this.#at);
    this.#at += by;
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
