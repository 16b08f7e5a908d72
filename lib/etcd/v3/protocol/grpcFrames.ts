import { GrowingBuffer } from '../../../bytes/growingBuffer.js';
import { ProtocolError } from '../../../core/errors.js';

/** Before every message: a byte that says whether it is compressed, and its length. */
export const HEAD = 5;
/** Bytes of the longest message that any server sends. */
const LONGEST = 2 ** 31 - 1;

/** Writes the head of a message into the bytes that were left free for it. */
export function framed(message: Buffer): Buffer {
  message[0] = 0;
  message.writeUInt32BE(message.length - HEAD, 1);
  return message;
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

  /** Takes a chunk, and hands over every message that is whole now. Its memory belongs to the receiver. */
  push(chunk: Buffer, receive: (message: Buffer) => void): void {
    let bytes = chunk;
    if (this.#kept.size > 0) {
      this.#kept.push(chunk, this.#needed);
      if (this.#kept.size < this.#needed) return;
      bytes = this.#kept.take();
    }
    let at = 0;
    this.#needed = HEAD;
    while (bytes.length - at >= HEAD) {
      const end = at + HEAD + this.#lengthAt(bytes, at);
      if (end > bytes.length) {
        this.#needed = end - at;
        break;
      }
      const start = at + HEAD;
      at = end;
      receive(bytes.subarray(start, end));
    }
    if (at < bytes.length) this.#kept.push(bytes.subarray(at), this.#needed);
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
