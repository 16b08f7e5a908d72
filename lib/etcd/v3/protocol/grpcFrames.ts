import { GrowingBuffer } from '../../../bytes/growingBuffer.js';
import { ProtocolError } from '../../../core/errors.js';

/** Before every message: a byte that says whether it is compressed, and its length. */
export const HEAD = 5;
/** Bytes of the longest message that any server sends. */
const LONGEST = 2 ** 31 - 1;

/** Writes the head of a message into the bytes that were left free for it. */
export function framed(message: Buffer): Buffer {
  writeHead(message, message.length - HEAD);
  return message;
}

/** Writes the head of a message of so many bytes. */
export function writeHead(bytes: Buffer, length: number): void {
  bytes[0] = 0;
  bytes.writeUInt32BE(length, 1);
}

/**
 * Cuts the body of an answer into messages. One that says that it is longer than the limit is refused before anything
 * is kept of it.
 */
export class GrpcFrames {
  readonly #limit: number;
  readonly #tooLong: (length: number) => unknown;
  readonly #kept = new GrowingBuffer(); // of a message that has come in part
  #needed = HEAD;

  /**
   * @param limit bytes of the longest message
   * @param tooLong makes the error for the length of a longer one
   */
  constructor(limit: number, tooLong?: (length: number) => unknown) {
    this.#limit = limit;
    this.#tooLong = tooLong ?? ((length) => tooLarge(length, limit));
  }

  /** Whether the body may end here. */
  get isWhole(): boolean {
    return this.#kept.size === 0;
  }

  /** Takes a chunk, and hands over every message that is whole now, in memory of its own: a chunk's is used again. */
  push(chunk: Buffer, receive: (message: Buffer) => void): void {
    let at = this.#kept.size > 0 ? this.#goOn(chunk, receive) : 0;
    while (chunk.length - at >= HEAD) {
      const start = at + HEAD;
      const end = start + this.#lengthAt(chunk, at);
      if (end > chunk.length) {
        this.#needed = end - at;
        break;
      }
      const message = Buffer.allocUnsafe(end - start);
      chunk.copy(message, 0, start, end);
      at = end;
      receive(message);
    }
    if (at < chunk.length) this.#kept.push(chunk.subarray(at), this.#needed);
  }

  /** Goes on with the message that has come in part. Returns where the bytes after it begin. */
  #goOn(chunk: Buffer, receive: (message: Buffer) => void): number {
    let at = this.#keep(chunk, 0);
    if (this.#needed === HEAD && this.#kept.size === HEAD) {
      this.#needed += this.#lengthAt(this.#kept.bytes, 0);
      at = this.#keep(chunk, at);
    }
    if (this.#kept.size < this.#needed) return at;
    this.#needed = HEAD;
    receive(this.#kept.take().subarray(HEAD));
    return at;
  }

  /** Keeps the bytes from `at` on that are needed. Returns where the others begin. */
  #keep(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#needed - this.#kept.size);
    this.#kept.push(chunk.subarray(at, end), this.#needed);
    return end;
  }

  #lengthAt(bytes: Buffer, at: number): number {
    if (bytes[at] !== 0) throw new ProtocolError('gRPC: the server compresses, which was not asked for');
    const length = bytes.readUInt32BE(at + 1);
    if (length > this.#limit) throw this.#tooLong(length);
    return length;
  }
}

/** A length that no server has is no message at all. */
function tooLarge(length: number, limit: number): ProtocolError {
  const message = `gRPC: a message of ${length} bytes is longer than the limit of ${limit}`;
  return new ProtocolError(message, { code: length > LONGEST ? 'PROTOCOL' : 'REPLY_TOO_LARGE' });
}
