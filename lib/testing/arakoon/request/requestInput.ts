import { PullDecoder } from '../../../bytes/pullDecoder.js';
import type { ArakoonServerSettings } from '../arakoonServerOptions.js';
import { type Heard, readRequest } from './readRequest.js';

/** Bytes of the longest request that is taken in, so that larger ones than the limit are refused in words. */
const LONGEST = 256 * 1024 ** 2;
/** And of the longest prologue: it names a cluster. */
const LONGEST_PROLOGUE = 64 * 1024;

/** The bytes of one client as its requests. The prologue comes before them. */
export class RequestInput {
  readonly #settings: ArakoonServerSettings;
  #bytes = new PullDecoder(LONGEST_PROLOGUE);
  #greeted = false;

  constructor(settings: ArakoonServerSettings) {
    this.#settings = settings;
  }

  /** Bytes that no request has taken. */
  get left(): number {
    return this.#bytes.left;
  }

  /** Takes a chunk, whose memory is looked at until {@link rest}, and no longer. */
  push(chunk: Uint8Array): void {
    this.#bytes.push(chunk);
  }

  /** Keeps the bytes that no request has taken. */
  rest(): void {
    this.#bytes.rest();
  }

  /** Hands over the next request, and its size in bytes, if all of it has come; whether that is so. */
  next(serve: (heard: Heard, size: number) => void): boolean {
    const { left } = this.#bytes;
    const heard = this.#bytes.read(this.#hear);
    if (heard === undefined) return false;
    serve(heard, left - this.#bytes.left);
    return true;
  }

  /** The prologue was right. Requests may be longer than the prologue. */
  greeted(): void {
    this.#greeted = true;
    const rest = this.all();
    this.#bytes = new PullDecoder(LONGEST);
    if (rest.length > 0) this.#bytes.push(rest);
  }

  /** Takes all bytes, where they are no requests. */
  all(): Buffer {
    return this.#bytes.some(this.#bytes.left);
  }

  readonly #hear = (input: PullDecoder): Heard => readRequest(input, this.#greeted, this.#settings);
}
