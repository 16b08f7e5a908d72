/**
 * When a link was last heard, and how far the server is known to have heard us: the facts that a session's life depends
 * on. Times are on the client's clock, in milliseconds.
 */
export class Pulse {
  readonly #now: () => number;
  /** When bytes last came. */
  heard: number;
  /** When bytes last went. */
  sent: number;
  /** When the newest request was sent of which the server has shown, by a reply, that it arrived. */
  acknowledged: number;
  #requests = 0;
  #replies = 0;
  #markedRequest = 0; // the first request of a batch whose time of sending is kept; 0: none
  #markedAt = 0;
  #pingedAt = -1;

  constructor(now: () => number) {
    this.#now = now;
    this.heard = this.sent = this.acknowledged = now();
  }

  /** `requests` more have been handed to the link. */
  sending(requests: number): void {
    this.sent = this.#now();
    if (requests > 0 && this.#markedRequest === 0) {
      this.#markedRequest = this.#requests + 1;
      this.#markedAt = this.sent;
    }
    this.#requests += requests;
  }

  pinging(): void {
    if (this.#pingedAt < 0) this.#pingedAt = this.#now();
  }

  /** Bytes came; `replies` requests have been answered so far. */
  hearing(at: number, replies: number): void {
    this.heard = at;
    this.#replies = replies;
    if (this.#markedRequest === 0 || this.#replies < this.#markedRequest) return;
    this.acknowledged = Math.max(this.acknowledged, this.#markedAt);
    this.#markedRequest = 0;
  }

  /** A ping was answered. */
  ponged(): void {
    if (this.#pingedAt >= 0) this.acknowledged = Math.max(this.acknowledged, this.#pingedAt);
    this.#pingedAt = -1;
  }
}
