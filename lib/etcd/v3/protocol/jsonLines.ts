import { GrowingBuffer } from '../../../bytes/growingBuffer.js';
import { ProtocolError } from '../../../core/errors.js';

const NEWLINE = 10;

/** Keeps the body of an answer, or cuts it into lines of JSON. Either is refused when it is longer than the limit. */
export class JsonLines {
  readonly #limit: number;
  readonly #kept = new GrowingBuffer();

  /** @param limit bytes of the longest line */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Keeps a piece of a line. */
  keep(piece: Buffer): void {
    if (this.#kept.size + piece.length > this.#limit) {
      const message = `the gateway: an answer is longer than the limit of ${this.#limit} bytes`;
      throw new ProtocolError(message, { code: 'REPLY_TOO_LARGE' });
    }
    this.#kept.push(piece);
  }

  /** Takes a chunk, and hands over the value of every line that is whole now. */
  push(chunk: Buffer, receive: (json: unknown) => void): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.keep(chunk.subarray(start, end));
      start = end + 1;
      const line = this.take();
      if (line !== '') receive(jsonOf(line));
    }
    if (start < chunk.length) this.keep(chunk.subarray(start));
  }

  /** What was kept, which has no end of its line. */
  take(): string {
    return this.#kept.take().toString();
  }
}

/** The value of JSON. Throws a ProtocolError for other text. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError('the gateway has answered with text that is not JSON', { cause });
  }
}
