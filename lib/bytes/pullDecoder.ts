import { ProtocolError } from '../core/errors.js';
import { ChunkMemory } from './chunkMemory.js';
import { Slab } from './slab.js';

/** Not all bytes have come. One error, made once: it is thrown, and caught here, for every reply that is cut in two. */
const STARVED = new Error('more bytes are needed');
const NOTHING = Buffer.alloc(0);

/** A list of which a part has come. */
interface Partial<T> {
  readonly count: number;
  readonly items: T[];
  at: number;
}

/**
 * Reads little-endian records that say nowhere how long they are, from chunks that end anywhere. A record is read from
 * its beginning whenever more bytes have come, but long lists go on where they stopped, so that the work is that of the
 * bytes, however many chunks they come in. Values are copies: nothing of a chunk is kept. A long one is copied once:
 * into memory that is then its own.
 *
 * A record that is longer than the limit throws a ProtocolError as soon as it says so, and nothing is allocated for it.
 * After an error nothing more can be read: the place of the next record is not known.
 */
export class PullDecoder {
  readonly #limit: number;
  readonly #slab = new Slab();
  readonly #memory = new ChunkMemory();
  #at = 0;
  #stop = 0; // where the record must end: with the bytes that have come, at the limit, or with the string around it
  #nested = false;
  #given = false; // a value of the record that is being read is a part of the memory
  #lists: Map<number, Partial<unknown>> | undefined;

  /** @param limit bytes of the longest record */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes that no record has taken. */
  get left(): number {
    return this.#memory.left;
  }

  /** Takes a chunk, whose memory is looked at until {@link rest}, and no longer. */
  push(chunk: Uint8Array): void {
    this.#memory.push(chunk);
  }

  /**
   * Reads one record, if all of it has come; else `undefined` (which therefore no record is), and it will be read from
   * its beginning again, by the same function.
   */
  read<T>(record: (input: this) => T): T | undefined {
    const memory = this.#memory;
    while (memory.left >= Math.max(memory.needed, 1)) {
      if (memory.end - memory.start < Math.max(memory.needed, 1)) memory.pull();
      this.#at = memory.start;
      this.#stop = Math.min(memory.end, memory.start + this.#limit);
      try {
        const value = record(this);
        memory.take(this.#at);
        this.#lists = undefined;
        if (this.#given) memory.give();
        this.#given = false; // not before: a list goes on with the items that it has
        return value;
      } catch (reason) {
        if (reason !== STARVED) throw reason;
        if (memory.left < memory.needed || !memory.pull()) return undefined;
      }
    }
    return undefined;
  }

  /** Takes up to so many bytes of a stream that is no record. */
  some(most: number): Buffer {
    const memory = this.#memory;
    if (memory.end === memory.start) memory.pull();
    const { start } = memory;
    memory.start += Math.min(most, memory.end - start);
    const taken = this.#slab.keep(memory.bytes, start, memory.start);
    const lacking = Math.min(most - taken.length, memory.left);
    return lacking > 0 ? Buffer.concat([taken, this.some(lacking)]) : taken;
  }

  /** Keeps the bytes that no record has taken: the chunk's memory is about to be used again. */
  rest(): void {
    this.#memory.rest();
  }

  int(): number {
    return this.#memory.view.getInt32(this.#take(4), true);
  }

  long(): bigint {
    return this.#memory.view.getBigInt64(this.#take(8), true);
  }

  float(): number {
    return this.#memory.view.getFloat64(this.#take(8), true);
  }

  byte(): number {
    return this.#memory.bytes[this.#take(1)]!;
  }

  bool(): boolean {
    const byte = this.byte();
    if (byte > 1) throw new ProtocolError(`a bool of ${byte}`);
    return byte === 1;
  }

  /** Bytes with their number before them. */
  bytes(): Buffer {
    const start = this.#string();
    const size = this.#at - start;
    if (size === 0) return NOTHING;
    if (!this.#memory.fits(size)) return this.#slab.keep(this.#memory.bytes, start, this.#at);
    this.#given = true;
    return this.#memory.bytes.subarray(start, this.#at);
  }

  /** Text with the number of its bytes before it. Invalid UTF-8 reads as U+FFFD: for messages of the server. */
  text(): string {
    const start = this.#string();
    return this.#memory.bytes.toString('utf8', start, this.#at);
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
    const begin = this.#at - this.#memory.start;
    const part = (this.#lists?.get(begin) as Partial<T> | undefined) ?? this.#begun<T>();
    this.#at = this.#memory.start + part.at;
    try {
      while (part.items.length < part.count) {
        part.items.push(item(this));
        part.at = this.#at - this.#memory.start;
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
    return { count, items: [], at: this.#at - this.#memory.start };
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
    const needed = end - this.#memory.start;
    if (needed > this.#limit)
      throw new ProtocolError(`a record of ${needed} bytes or more, where ${this.#limit} is the limit`);
    this.#memory.needed = needed;
    throw STARVED;
  }
}
