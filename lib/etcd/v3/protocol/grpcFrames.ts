import { ProtocolError } from '../../../core/errors.js';

/** Before every message: a byte that says whether it is compressed, and its length. */
export const HEAD = 5;

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
  #pieces: Buffer[] = [];
  #size = 0;
  #needed = HEAD;

  /**
   * @param limit bytes of the longest message
   * @param tooLong makes the error for the length of a longer one
   */
  constructor(limit: number, tooLong?: (length: number) => unknown) {
    this.#limit = limit;
    this.#tooLong =
      tooLong ??
      ((length) => new ProtocolError(`gRPC: a message of ${length} bytes is longer than the limit of ${limit}`));
  }

  /** Whether the body may end here. */
  get isWhole(): boolean {
    return this.#size === 0;
  }

  /** Takes a chunk, and hands over every message that is whole now. Its memory belongs to the receiver. */
  push(chunk: Buffer, receive: (message: Buffer) => void): void {
    this.#pieces.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#needed) return;
    const bytes = this.#pieces.length === 1 ? chunk : Buffer.concat(this.#pieces, this.#size);
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
    this.#pieces = at < bytes.length ? [bytes.subarray(at)] : [];
    this.#size = bytes.length - at;
  }

  #lengthAt(bytes: Buffer, at: number): number {
    if (bytes[at] !== 0) throw new ProtocolError('gRPC: the server compresses, which was not asked for');
    const length = bytes.readUInt32BE(at + 1);
    if (length > this.#limit) throw this.#tooLong(length);
    return length;
  }
}
