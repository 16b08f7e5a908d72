import { ProtocolError } from '../core/errors.js';
import { Slab } from './slab.js';

/** Not all bytes have come. One error, made once: it is thrown, and caught here, for every reply that is cut in two. */
const STARVED = new Error('more bytes are needed');
const NOTHING = Buffer.alloc(0);
const SMALLEST = 4 * 1024;
/** Memory beyond this is given back once the long record is read that it was for. */
const LARGE = 64 * 1024;

/** A list of which a part has come. */
interface Partial<T> {
  readonly count: number;
  readonly items: T[];
  at: number;
}

/**
 * Reads little-endian records that say nowhere how long they are, from chunks that end anywhere. A record is read from
 * its beginning whenever more bytes have come, but long lists go on where they stopped, so that the work is that of the
 * bytes, however many chunks they come in. Values are copies: nothing of a chunk is kept.
 *
 * A record that is longer than the limit throws a ProtocolError as soon as it says so, and nothing is allocated for it.
 * After an error nothing more can be read: the place of the next record is not known.
 */
export class PullDecoder {
  readonly #limit: number;
  readonly #slab = new Slab();
  #kept: Buffer = NOTHING; // the rest of former chunks, with room behind it
  #bytes: Buffer = NOTHING;
  #view: DataView = new DataView(NOTHING.buffer, 0, 0);
  #start = 0; // of the record
  #at = 0;
  #end = 0;
  #stop = 0; // where the record must end: with the bytes that have come, at the limit, or with the string around it
  #nested = false;
  #needed = 0;
  #lists: Map<number, Partial<unknown>> | undefined;

  /** @param limit bytes of the longest record */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes that no record has taken. */
  get left(): number {
    return this.#end - this.#start;
  }

  /** Takes a chunk, whose memory is looked at until {@link rest}, and no longer. */
  push(chunk: Uint8Array): void {
    if (this.left > 0) return this.#append(chunk);
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#use(bytes, 0, chunk.byteLength);
  }

  /**
   * Reads one record, if all of it has come; else `undefined` (which therefore no record is), and it will be read from
   * its beginning again, by the same function.
   */
  read<T>(record: (input: this) => T): T | undefined {
    if (this.left < this.#needed || this.left === 0) return undefined;
    this.#at = this.#start;
    this.#stop = Math.min(this.#end, this.#start + this.#limit);
    try {
      const value = record(this);
      this.#start = this.#at;
      this.#needed = 0;
      this.#lists = undefined;
      return value;
    } catch (reason) {
      if (reason !== STARVED) throw reason;
      return undefined;
    }
  }

  /** Takes up to so many bytes of a stream that is no record. */
  some(most: number): Buffer {
    const start = this.#start;
    this.#start += Math.min(most, this.left);
    return this.#slab.keep(this.#bytes, start, this.#start);
  }

  /** Keeps the bytes that no record has taken: the chunk's memory is about to be used again. */
  rest(): void {
    const { left } = this;
    if (this.#kept.length > LARGE && left <= SMALLEST) this.#kept = NOTHING;
    if (this.#bytes === this.#kept) return;
    if (this.#kept.length < left) this.#kept = Buffer.allocUnsafeSlow(roomFor(left));
    this.#bytes.copy(this.#kept, 0, this.#start, this.#end);
    this.#use(this.#kept, 0, left);
  }

  int(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  long(): bigint {
    return this.#view.getBigInt64(this.#take(8), true);
  }

  float(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  byte(): number {
    return this.#bytes[this.#take(1)]!;
  }

  bool(): boolean {
    const byte = this.byte();
    if (byte > 1) throw new ProtocolError(`a bool of ${byte}`);
    return byte === 1;
  }

  /** Bytes with their number before them. */
  bytes(): Buffer {
    const start = this.#string();
    return start === this.#at ? NOTHING : this.#slab.keep(this.#bytes, start, this.#at);
  }

  /** Text with the number of its bytes before it. Invalid UTF-8 reads as U+FFFD: for messages of the server. */
  text(): string {
    const start = this.#string();
    return this.#bytes.toString('utf8', start, this.#at);
  }

  /** A record inside a string. It is read when all of it has come, and must fill the string. */
  nested<T>(inner: (input: this) => T): T {
    const start = this.#string();
    const end = this.#at;
    const outer = { stop: this.#stop, nested: this.#nested };
    [this.#at, this.#stop, this.#nested] = [start, end, true];
    try {
      const value = inner(this);
      if (this.#at !== end)
        throw new ProtocolError(`a string of ${end - start} bytes, of which ${end - this.#at} mean nothing`);
      return value;
    } finally {
      this.#stop = outer.stop;
      this.#nested = outer.nested;
    }
  }

  /** A number of items, and the items. */
  list<T>(item: (input: this) => T): T[] {
    const begin = this.#at - this.#start;
    const part = (this.#lists?.get(begin) as Partial<T> | undefined) ?? this.#begun<T>();
    this.#at = this.#start + part.at;
    try {
      while (part.items.length < part.count) {
        part.items.push(item(this));
        part.at = this.#at - this.#start;
      }
      return part.items;
    } catch (reason) {
      if (reason === STARVED) (this.#lists ??= new Map()).set(begin, part);
      throw reason;
    }
  }

  #begun<T>(): Partial<T> {
    const count = this.int();
    if (count < 0) throw new ProtocolError(`a list of ${count} items`);
    return { count, items: [], at: this.#at - this.#start };
  }

  #string(): number {
    const size = this.int();
    if (size < 0) throw new ProtocolError(`a string of ${size} bytes`);
    return this.#take(size);
  }

  #take(size: number): number {
    const at = this.#at;
    if (at + size > this.#stop) this.#starve(at + size);
    this.#at = at + size;
    return at;
  }

  #starve(end: number): never {
    if (this.#nested) throw new ProtocolError('a string that ends before what is in it');
    this.#needed = end - this.#start;
    if (this.#needed > this.#limit)
      throw new ProtocolError(`a record of ${this.#needed} bytes or more, where ${this.#limit} is the limit`);
    throw STARVED;
  }

  #append(chunk: Uint8Array): void {
    const { left } = this;
    const size = left + chunk.byteLength;
    if (this.#bytes !== this.#kept || this.#end + chunk.byteLength > this.#kept.length) {
      const room = this.#kept.length >= size ? this.#kept : Buffer.allocUnsafeSlow(roomFor(size));
      this.#bytes.copy(room, 0, this.#start, this.#end);
      this.#kept = room;
      this.#use(room, 0, left);
    }
    this.#kept.set(chunk, this.#end);
    this.#end += chunk.byteLength;
  }

  #use(bytes: Buffer, start: number, end: number): void {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    this.#start = start;
    this.#end = end;
  }
}

/** Room that doubles: a record of many chunks is copied about twice. */
function roomFor(size: number): number {
  return Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(size)));
}
