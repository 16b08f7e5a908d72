const FIRST = 128;

/** Writes the elements of protobuf messages into memory that grows. */
export class ProtoWriter {
  #bytes: Buffer = Buffer.allocUnsafe(FIRST);
  #at: number;

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
    const start = this.#at;
    this.#room(1);
    this.#at++;
    write();
    const length = this.#at - start - 1;
    if (length < 0x80) {
      this.#bytes[start] = length;
      return;
    }
    const size = sizeOf(length); // the length needs more than the byte that was left for it
    this.#room(size - 1);
    this.#bytes.copyWithin(start + size, start + 1, this.#at);
    this.#at = start;
    this.varint(length);
    this.#at = start + size + length;
  }

  #room(size: number): void {
    const needed = this.#at + size;
    if (needed <= this.#bytes.length) return;
    const more = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, needed));
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
