import { ProtocolError } from '../core/errors.js';
import { roomFor } from './roomFor.js';

/** The receiver of frames. */
export interface FrameSink {
  /**
   * A whole frame: `bytes[start, end)`, without its length.
   *
   * @param owned the memory belongs to this frame alone and may be kept; else it is only valid during the call
   */
  frame(bytes: Buffer, start: number, end: number, owned: boolean): void;
  /**
   * A frame longer than the limit has begun. Return `true` to receive it all the same, `false` to have it skipped as it
   * streams past. Nothing has been allocated for it.
   *
   * @param head its first {@link PEEK} bytes, or as many as the splitter was made to wait for; fewer if it is shorter
   */
  oversized(length: number, head: Buffer): boolean;
}

/** How much of an oversized frame the sink is shown: a reply header. */
export const PEEK = 16;
const LENGTH = 4;
const FIRST_ALLOCATION = 64 * 1024;
const LARGEST_SKIP = 1024 * 1024 * 1024;
const IN_NODE = typeof Buffer !== 'undefined';
const NOTHING = allocate(0);

/**
 * Cuts a byte stream into frames that are prefixed with a big-endian 32-bit length. Where there is no `Buffer`, as in a
 * browser, all bytes are a `Uint8Array`.
 *
 * Knows nothing of sockets or of RxJS: bytes in, frames out. A frame that lies within one chunk is handed on in place;
 * only one that straddles chunks is assembled, in memory that grows with the bytes that *arrived*, not with the
 * announced length.
 */
export class FrameSplitter {
  readonly #limit: number;
  readonly #peek: number;
  readonly #length = new DataView(new ArrayBuffer(LENGTH));
  readonly #lengthBytes = new Uint8Array(this.#length.buffer);
  #lengthFilled = 0;
  #body = NOTHING;
  #need = -1; // bytes that #body waits for; -1 while between frames
  #filled = 0;
  #announced = 0; // length of the oversized frame whose head is being collected; else 0
  #skip = 0;

  /**
   * @param limit largest frame, in bytes, that needs no permission from the sink
   * @param peek bytes of a longer frame that must come before the sink is asked; with 0 it is asked as soon as the
   * length has come
   */
  constructor(limit: number, peek = PEEK) {
    this.#limit = limit;
    this.#peek = peek;
  }

  /** Hands on every frame that a chunk completes, in order. Throws a ProtocolError for an impossible length. */
  push(bytes: Uint8Array, sink: FrameSink): void {
    const chunk = asBuffer(bytes);
    const end = chunk.length;
    let at = this.#inside() ? this.#resume(chunk, 0, sink) : 0;
    while (end - at >= LENGTH) {
      const length = (chunk[at]! << 24) | (chunk[at + 1]! << 16) | (chunk[at + 2]! << 8) | chunk[at + 3]!;
      at += LENGTH;
      if (length >= 0 && length <= this.#limit && at + length <= end) {
        sink.frame(chunk, at, at + length, false);
        at += length;
      } else {
        this.#begin(length);
        at = this.#resume(chunk, at, sink);
      }
    }
    if (at >= end) return;
    this.#lengthBytes.set(chunk.subarray(at));
    this.#lengthFilled = end - at;
  }

  /** Whether the stream may end here: not inside a frame. */
  get idle(): boolean {
    return !this.#inside();
  }

  #inside(): boolean {
    return this.#lengthFilled > 0 || this.#need >= 0 || this.#skip > 0;
  }

  #begin(length: number): void {
    if (length < 0 || length > LARGEST_SKIP) throw new ProtocolError(`frame of ${length} bytes announced`);
    this.#announced = length > this.#limit ? length : 0;
    this.#need = this.#announced > 0 ? Math.min(this.#peek, length) : length;
    this.#filled = 0;
    this.#body = NOTHING;
  }

  /** Feeds whatever is under way; returns how far into `chunk` it got. */
  #resume(chunk: Buffer, from: number, sink: FrameSink): number {
    let at = from;
    while (at <= chunk.length) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, chunk.length - at);
        this.#skip -= skipped;
        return at + skipped;
      }
      if (this.#lengthFilled > 0) {
        const copied = Math.min(LENGTH - this.#lengthFilled, chunk.length - at);
        this.#lengthBytes.set(chunk.subarray(at, at + copied), this.#lengthFilled);
        this.#lengthFilled += copied;
        at += copied;
        if (this.#lengthFilled < LENGTH) return at;
        this.#lengthFilled = 0;
        this.#begin(this.#length.getInt32(0));
      }
      at += this.#fill(chunk, at);
      if (this.#filled < this.#need) return at;
      if (this.#finish(sink)) return at;
    }
    return at;
  }

  /** Copies bytes into the body, which grows as it fills. */
  #fill(chunk: Buffer, at: number): number {
    const wanted = Math.min(this.#need - this.#filled, chunk.length - at);
    const size = this.#filled + wanted;
    if (size > this.#body.length) {
      const grown = allocate(roomFor(size, this.#need, FIRST_ALLOCATION));
      grown.set(this.#body.subarray(0, this.#filled));
      this.#body = grown;
    }
    this.#body.set(chunk.subarray(at, at + wanted), this.#filled);
    this.#filled = size;
    return wanted;
  }

  /** The body is complete: a frame, or the head of an oversized one. Returns whether the frame is over. */
  #finish(sink: FrameSink): boolean {
    const body = this.#body;
    const size = this.#need;
    const announced = this.#announced;
    this.#announced = 0;
    if (announced > 0 && sink.oversized(announced, body.subarray(0, size))) {
      this.#need = announced;
      return false;
    }
    this.#need = -1;
    this.#body = NOTHING;
    if (announced > 0) {
      this.#skip = announced - size;
      return this.#skip === 0;
    }
    sink.frame(body, 0, size, true);
    return true;
  }
}

/** Memory of its own. Node need not clear it first. */
function allocate(size: number): Buffer {
  return IN_NODE ? Buffer.allocUnsafeSlow(size) : (new Uint8Array(size) as Buffer);
}

/** The same bytes, as the class that Node's own readers want. */
function asBuffer(bytes: Uint8Array): Buffer {
  if (!IN_NODE || Buffer.isBuffer(bytes)) return bytes as Buffer;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
