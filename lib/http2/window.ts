import { Http2Fault, LARGEST, Reason } from './frame.js';

/** Bytes that a peer may send before it must wait for more credit. Source: RFC 9113, section 5.2. */
export const FIRST_WINDOW = 65_535;
/** Bytes that we let the server send of one answer, and of all, before they are taken. */
export const STREAM_WINDOW = 1024 * 1024;
export const CONNECTION_WINDOW = 8 * STREAM_WINDOW;

/** How much we may send. A change of the peer's settings can bring it below 0. */
export class SendWindow {
  #left: number;

  constructor(size: number) {
    this.#left = size;
  }

  get left(): number {
    return this.#left;
  }

  take(bytes: number): void {
    this.#left -= bytes;
  }

  /** Throws a {@link Http2Fault} when it grows too large. */
  add(bytes: number): void {
    this.#left += bytes;
    if (this.#left > LARGEST) throw new Http2Fault(Reason.flowControl, 'a window of more than 2^31 - 1 bytes');
  }
}

/** How much the peer may send. Credit goes back to it in large pieces. */
export class ReceiveWindow {
  readonly #size: number;
  #left: number;
  #used = 0;

  constructor(size: number) {
    this.#size = this.#left = size;
  }

  /** Bytes have come. Throws a {@link Http2Fault} when they are more than was allowed. */
  take(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw new Http2Fault(Reason.flowControl, 'more bytes than were allowed');
  }

  /** Bytes have gone to the receiver. Returns the credit to give back now, or 0. */
  free(bytes: number): number {
    this.#used += bytes;
    if (this.#used * 2 < this.#size) return 0;
    const credit = this.#used;
    this.#left += credit;
    this.#used = 0;
    return credit;
  }
}
