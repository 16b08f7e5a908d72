/** A call to make after so many bytes. */
interface Mark {
  readonly at: number;
  /** Whether it waits for a byte that wants to go on, and is not content with the last one that went. */
  readonly lazy: boolean;
  readonly then: () => void;
}

/** The faults of one direction, for open and for later connections. */
export class ProxyRules {
  /** `hold` keeps bytes until it flows again; `drop` loses them. */
  state: 'flow' | 'hold' | 'drop' = 'flow';
  /** Milliseconds that every chunk is under way. */
  delay = 0;
  /** How far, in milliseconds, `delay` may be off, both ways. */
  jitter = 0;
  /** Bytes a second that a connection carries; 0 is as many as it can. */
  bandwidth = 0;
  /** The size of the packets written; 0 is as they come. */
  pieceSize = 0;
  /** How many bytes have gone through. */
  bytes = 0;
  readonly #marks = new Set<Mark>();

  /** How long the next chunk is under way. */
  latency(random: () => number): number {
    return Math.max(0, this.delay + (random() * 2 - 1) * this.jitter);
  }

  /** How many more bytes may go through before {@link reach} must be called. */
  get allowance(): number {
    let nearest = Infinity;
    for (const { at } of this.#marks) nearest = Math.min(nearest, at);
    return nearest - this.bytes;
  }

  /**
   * Calls back, once, when exactly so many more bytes have gone through, and before any other does. With 0, that is
   * when the next byte would go. Returns a function that takes the call back.
   */
  mark(bytes: number, then: () => void): () => void {
    const mark = { at: this.bytes + bytes, lazy: bytes === 0, then };
    this.#marks.add(mark);
    return () => void this.#marks.delete(mark);
  }

  /**
   * Calls back who waited for the bytes that have gone through. `wanting`: whether there is another that wants to go.
   */
  reach(wanting: boolean): void {
    for (const mark of this.#marks) {
      if (mark.at <= this.bytes && (wanting || !mark.lazy) && this.#marks.delete(mark)) mark.then();
    }
  }
}
