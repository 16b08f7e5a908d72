import { Ring } from '../../bytes/ring.js';

/** A server that grants a timeout of a millisecond gets no storm of reconnects. */
const SHORTEST_PATIENCE = 100;
/** Which part of the session timeout a link may go without an answer. */
const SILENCE = 2 / 3;

/** Messages that are answered in an order of their own, beside the requests. */
export type Aside = 'ping' | 'identity';

/**
 * How far the server is known to have heard us: the facts that a session's life depends on. Bytes prove nothing; an
 * answer to something that was sent proves that it arrived. Times are on the client's clock, in milliseconds.
 */
export class LinkActivity {
  readonly #now: () => number;
  /** When bytes last went. */
  sent: number;
  /** When an answer last came. */
  answered: number;
  /** When the newest message was sent of which the server has shown, by its answer, that it arrived. */
  acknowledged: number;
  readonly #asides: Readonly<Record<Aside, number[]>> = { ping: [], identity: [] }; // when each was sent
  // batches of requests that are not all answered: the number of the last request of each, and when it was sent
  readonly #lasts = new Ring<number>();
  readonly #times = new Ring<number>();
  #before = 0; // the last request of the batch before these
  #requests = 0;
  #replies = 0;
  #timeout = Infinity;
  #patience = Infinity;

  constructor(now: () => number) {
    this.#now = now;
    this.sent = this.answered = this.acknowledged = now();
  }

  /** The session stands, with this timeout: from now on answers are due. */
  begin(timeout: number): void {
    this.#patience = Math.max(SHORTEST_PATIENCE, timeout * SILENCE);
    this.#timeout = Math.max(timeout, this.#patience);
    this.answered = this.#now();
  }

  /** When the link counts as dead if no answer comes until then. */
  get deadAt(): number {
    return Math.min(Math.min(this.answered, this.#oldest) + this.#patience, this.acknowledged + this.#timeout);
  }

  /** Milliseconds that something has waited for its answer, or that nothing was answered. */
  get silence(): number {
    return this.#now() - Math.min(this.answered, this.#oldest);
  }

  /** Whether a request has waited too long for its answer, while others were answered. */
  get passedOver(): boolean {
    const now = this.#now();
    return now >= this.deadAt && now < this.answered + this.#patience;
  }

  /** `requests` more have been handed to the link. */
  sending(requests: number): void {
    this.sent = this.#now();
    if (requests === 0) return;
    this.#requests += requests;
    this.#lasts.push(this.#requests);
    this.#times.push(this.sent);
  }

  sendingAside(aside: Aside): void {
    this.#asides[aside].push(this.#now());
  }

  /** `replies` requests have been answered so far. */
  hearing(replies: number): void {
    if (replies === this.#replies) return;
    this.#replies = replies;
    this.answered = this.#now();
    for (let last = this.#lasts.peek(); last !== undefined && last <= replies; last = this.#lasts.peek()) {
      this.#before = last;
      this.#lasts.shift();
      this.#acknowledge(this.#times.shift()!);
    }
    if (replies > this.#before) this.#acknowledge(this.#times.peek()!);
  }

  /** The oldest of its kind was answered. */
  hearingAside(aside: Aside): void {
    const sent = this.#asides[aside].shift();
    if (sent === undefined) return; // no request waits for it
    this.answered = this.#now();
    this.#acknowledge(sent);
  }

  /** When the oldest message was sent that waits for its answer. */
  get #oldest(): number {
    return Math.min(
      this.#times.peek() ?? Infinity,
      this.#asides.ping[0] ?? Infinity,
      this.#asides.identity[0] ?? Infinity
    );
  }

  #acknowledge(sent: number): void {
    if (sent > this.acknowledged) this.acknowledged = sent;
  }
}
