import { PullDecoder } from '../../bytes/pullDecoder.js';
import { readReply } from '../protocol/reply.js';
import type { RecordCodec } from '../protocol/recordCodec.js';
import { type Asked, refusal } from './failures.js';

/** How an answer of several parts is understood. */
export interface Listener<T> {
  /** Whether that was all. */
  readonly done: boolean;
  /**
   * Whether only the server knows when that is all: once it has begun it may be silent, and it ends with the
   * connection.
   */
  readonly endless?: boolean;
  /** Reads the parts that have come. */
  hear(answers: ReplyParts): readonly T[];
}

/** The parts of an answer that have come. */
export class ReplyParts {
  /** Whether the first part has come. */
  begun = false;
  readonly #asked: Asked;
  readonly #input: PullDecoder;

  /** @param limit bytes of the longest part */
  constructor(asked: Asked, limit: number) {
    this.#asked = asked;
    this.#input = new PullDecoder(limit);
  }

  /** Lets the listener hear a chunk. */
  take<T>(chunk: Uint8Array, listener: Listener<T>): readonly T[] {
    this.#input.push(chunk);
    const heard = listener.hear(this);
    this.#input.rest();
    return heard;
  }

  /** The next part, in an object, if all of it has come. Throws the server's refusal. */
  next<T>(value: RecordCodec<T>): { readonly value: T } | undefined {
    const reply = this.#input.read((input) => readReply(input, value));
    if (reply === undefined) return undefined;
    if (!('value' in reply)) throw refusal(reply.number, reply.message, this.#asked);
    this.begun = true;
    return reply;
  }

  /** Bytes that have come, but not more than so many. */
  bytes(most = Infinity): Uint8Array {
    return this.#input.some(most);
  }
}
