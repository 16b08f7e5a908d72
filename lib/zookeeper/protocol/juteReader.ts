import { isAscii } from 'node:buffer';
import { ChunkCopies } from '../../bytes/chunkCopies.js';
import { Slab } from '../../bytes/slab.js';
import { ProtocolError } from '../../core/errors.js';
import { ReplyHeader } from './header.js';
import { readCesu8 } from './readCesu8.js';
import { RecentLongs } from './recentLongs.js';

const UPPER_HALF = 4294967296;
/** Bytes of a list of strings that are made a text at a time. */
const TEXT = 8192;

/**
 * Reads Jute, ZooKeeper's record encoding, from one frame after the other. Values come out in field order, and are
 * copies: nothing of a frame is kept. Reading past its end, an impossible length or count throws a ProtocolError.
 *
 * One reader serves a whole connection, so that a reply costs no object but its own.
 */
export class JuteReader {
  readonly #slab = new Slab();
  readonly #copies = new ChunkCopies(this.#slab);
  readonly #longs = new RecentLongs();
  #bytes: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(this.#bytes.buffer);
  #start = 0;
  #at = 0;
  #end = 0;
  #owned = false;

  /** Frames of another chunk follow, perhaps in the same memory. */
  chunkBegins(): void {
    this.#copies.chunkBegins();
  }

  /**
   * Starts over on `bytes[start, end)`, at its first byte.
   *
   * @param owned the memory is this frame's alone: large values may be views of it
   */
  reset(bytes: Buffer, start: number, end: number, owned = false): this {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    this.#start = start;
    this.#at = start;
    this.#end = end;
    this.#owned = owned;
    return this;
  }

  /** Leaves `size` bytes out. */
  skip(size: number): this {
    this.#take(size);
    return this;
  }

  /** The bytes that are read. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Where in {@link bytes} the next field is. */
  get position(): number {
    return this.#at;
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#end - this.#at;
  }

  /** The transaction that the reply header names: the state that this reply shows. Costs nothing unless asked. */
  get zxid(): bigint {
    return this.#view.getBigInt64(this.#start + ReplyHeader.zxid);
  }

  int(): number {
    return this.#view.getInt32(this.#take(4));
  }

  long(): bigint {
    return this.longAt(this.#take(8));
  }

  /** A 64-bit time as a number of milliseconds, which is exact for 285,000 years. */
  time(): number {
    return this.timeAt(this.#take(8));
  }

  /**
   * Passes a record of so many bytes, all of whose fields have their places. Returns its own place: the fields are read
   * with {@link intAt}, {@link longAt} and {@link timeAt}, which check nothing more.
   */
  record(size: number): number {
    return this.#take(size);
  }

  intAt(at: number): number {
    return this.#view.getInt32(at);
  }

  longAt(at: number): bigint {
    return this.#longs.read(this.#view, at);
  }

  timeAt(at: number): number {
    return this.#view.getInt32(at) * UPPER_HALF + this.#view.getUint32(at + 4);
  }

  bool(): boolean {
    return this.#bytes[this.#take(1)] !== 0;
  }

  /** A byte array; `null` where the peer sent none, which is not the same as an empty one. */
  buffer(): Buffer | null {
    return this.#kept(this.#slab);
  }

  /**
   * The same, at less cost, for a value that few callers keep for long: the memory around it has other bytes of the
   * chunk. Only after {@link chunkBegins}.
   */
  passing(): Buffer | null {
    return this.#kept(this.#copies);
  }

  #kept(memory: Pick<Slab, 'keep'>): Buffer | null {
    const size = this.int();
    if (size === -1) return null;
    const start = this.#take(size);
    const view = this.#owned && size * 2 > this.#end - this.#start;
    return view ? this.#bytes.subarray(start, this.#at) : memory.keep(this.#bytes, start, this.#at);
  }

  /**
   * A string; `''` where the peer sent none. Invalid UTF-8 reads as U+FFFD, but for one form: Java servers write a
   * character outside the BMP as two halves of three bytes each.
   */
  string(): string {
    const size = this.int();
    if (size === -1) return '';
    const start = this.#take(size);
    const text = this.#bytes.toString('utf8', start, this.#at);
    return text.includes('\ufffd') ? readCesu8(this.#bytes, start, this.#at) : text;
  }

  /**
   * The number of items that follow, each of at least `itemSize` bytes: a count that the frame cannot hold is refused.
   */
  count(itemSize: number): number {
    const count = this.int();
    if (count < 0 || count * itemSize > this.left)
      throw new ProtocolError(`list of ${count} items in ${this.left} bytes`);
    return count;
  }

  /**
   * A list of strings. Where all is ASCII, many of them are cut from one text: of a few KiB, because V8 is slow to make
   * a large one, and each of them keeps all of it.
   */
  strings(): string[] {
    const count = this.count(4);
    const names = new Array<string>(count);
    const base = this.#at;
    let end = base;
    for (let i = 0; i < count; i++) {
      if (end + 4 > this.#end) throw new ProtocolError('list ends early');
      const size = this.#view.getInt32(end);
      end += 4 + Math.max(0, size); // -1 is no string; the reading below refuses lower numbers
    }
    if (count < 4 || end > this.#end || !isAscii(this.#bytes.subarray(base, end))) {
      for (let i = 0; i < count; i++) names[i] = this.string();
      return names;
    }
    let text = '';
    let [from, to] = [0, 0]; // where the text begins and ends
    for (let i = 0, at = base; i < count; i++) {
      const start = at + 4;
      at = start + this.#view.getInt32(at);
      if (at > to) {
        [from, to] = [start, Math.max(at, Math.min(end, start + TEXT))];
        text = this.#bytes.toString('latin1', from, to);
      }
      names[i] = text.slice(start - from, at - from);
    }
    this.#at = end;
    return names;
  }

  #take(size: number): number {
    const start = this.#at;
    if (size < 0 || start + size > this.#end)
      throw new ProtocolError(`record ends early: ${size} bytes wanted, ${this.left} left`);
    this.#at = start + size;
    return start;
  }
}
