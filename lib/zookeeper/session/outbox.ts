import { Ring } from '../../bytes/ring.js';
import { type CallError, linkLost, queueFull } from '../../core/callErrors.js';
import { ConnectionLostError } from '../../core/errors.js';
import { Trouble } from '../../core/trouble.js';
import type { Call } from './call.js';

/** Which requests go first. Within one priority, the order is that of subscription. */
export type Priority = 'high' | 'normal' | 'bulk';

/** While there is a link, requests leave soon: only those that queue up behind so many others are looked after. */
const LONG_QUEUE = 16_384;

/**
 * The requests that have not left yet, in the order in which they will. It outlives links. Those whose callers have
 * left are swept out when they are half of all that wait.
 */
export class Outbox {
  /** Why there is no connection. */
  readonly trouble = new Trouble();
  readonly #high = new Ring<Call>();
  readonly #normal = new Ring<Call>();
  readonly #bulk = new Ring<Call>();
  readonly #parked = new Ring<Call>();
  readonly #rings = [this.#high, this.#normal, this.#bulk];
  readonly #impatient: boolean;
  readonly #most: number;
  #forgotten = 0; // about so many wait whose callers have left
  #reading = false;
  readonly #afterwards: (() => void)[] = [];
  #wake: (() => void) | undefined;
  #refusal: CallError | undefined;

  /**
   * @param impatient whether requests fail that come while there is no link; else they wait for one
   * @param most so many may wait for a link
   */
  constructor(impatient = false, most = Infinity) {
    this.#impatient = impatient;
    this.#most = most;
  }

  /** How many requests wait. */
  get length(): number {
    return this.#high.length + this.#normal.length + this.#bulk.length + this.#parked.length;
  }

  /** Whether there is a connection to send over. */
  get attached(): boolean {
    return this.#wake !== undefined;
  }

  /** Whether fewer than `count` requests wait, and none of them is urgent. */
  few(count: number): boolean {
    return this.#high.length === 0 && this.#normal.length + this.#bulk.length < count;
  }

  /** The error of a request that comes now; `undefined`: it may be submitted. */
  get refusal(): CallError | undefined {
    if (this.#refusal !== undefined || this.attached) return this.#refusal;
    if (this.#impatient) return this.#offline;
    if (this.length >= this.#most && this.#forgotten > 0) this.#sweep();
    return this.length < this.#most ? undefined : queueFull(this.#most, this.trouble);
  }

  /** Takes a request in, and tells the sender. */
  submit(call: Call, priority: Priority): void {
    const ring = priority === 'normal' ? this.#normal : priority === 'high' ? this.#high : this.#bulk;
    ring.push(call);
    if (this.#wake === undefined) return this.#lookAfter(call);
    if (ring.length > LONG_QUEUE) this.#lookAfter(call);
    this.#wake();
  }

  /** The request that goes next, left in its place; those whose callers have left are taken out on the way. */
  next(): Call | undefined {
    for (const ring of this.#rings) {
      for (let call = ring.peek(); call !== undefined; call = ring.peek()) {
        if (!call.subscriber.closed) return call;
        ring.shift()!.drop();
      }
    }
    return undefined;
  }

  /** Takes out the request that goes next. */
  pull(): Call | undefined {
    for (const ring of this.#rings) {
      for (let call = ring.shift(); call !== undefined; call = ring.shift()) {
        if (!call.subscriber.closed) return call;
        call.drop();
      }
    }
    return undefined;
  }

  /** Takes out the request that {@link next} has just shown. */
  shift(): void {
    for (const ring of this.#rings) if (ring.length > 0) return void ring.shift();
  }

  /** Puts back requests that {@link shift} took out: they go next. */
  unshift(calls: readonly Call[]): void {
    for (let i = calls.length; i-- > 0;) this.#high.unshift(calls[i]!);
  }

  /** Sets a request aside that cannot be sent before more is known of the server: the others go past it. */
  park(call: Call): void {
    this.#parked.push(call);
    this.#lookAfter(call);
  }

  /** The server's operations are known better: requests that were set aside go next. */
  unpark(): void {
    if (this.#parked.length === 0) return;
    const calls = [...this.#parked];
    this.#parked.clear();
    this.unshift(calls);
  }

  /** From now on `wake` is called for every request that comes in; `undefined`: there is no link. */
  attach(wake: (() => void) | undefined): void {
    this.#wake = wake;
    this.unpark();
    if (wake === undefined) this.#lookAfterAll();
  }

  /** Reads a chunk of replies. */
  reading(read: () => void): void {
    this.#reading = true;
    try {
      read();
    } finally {
      this.#reading = false;
      for (const act of this.#afterwards.splice(0)) act();
    }
  }

  /**
   * Ends requests, or the link: now, or when all replies of the chunk that is being read are delivered. An answer that
   * has come is an answer.
   */
  afterChunk(act: () => void): void {
    if (this.#reading) this.#afterwards.push(act);
    else act();
  }

  /** Whether one of the requests that wait is such. */
  some(matches: (call: Call) => boolean): boolean {
    for (const ring of this.#rings) for (const call of ring) if (matches(call)) return true;
    return false;
  }

  /** Takes out everything that waits. */
  take(): Call[] {
    return this.#extract(() => true);
  }

  /** Fails everything that waits and that `matches`. */
  fail(error: CallError, matches: (call: Call) => boolean = () => true): void {
    for (const call of this.#extract((call) => matches(call) || call.subscriber.closed)) call.fail(error);
  }

  /** Fails everything that waits, and everything that will come. */
  close(error: CallError): void {
    this.#refusal ??= error;
    this.fail(error);
  }

  readonly #offline: CallError = (call) => {
    const { text, cause } = this.trouble;
    return linkLost(new ConnectionLostError(`not connected${text}`, 'none', { cause }))(call);
  };

  /** Requests that were about to leave wait on. */
  #lookAfterAll(): void {
    this.#sweep();
    for (const ring of this.#rings) for (const call of ring) this.#lookAfter(call);
  }

  /** Forgets a request when its caller leaves. */
  #lookAfter(call: Call): void {
    if (call.lookedAfter) return;
    call.lookedAfter = true;
    call.subscriber.add(() => {
      if (call.sent || call.over) return;
      this.#forgotten++;
      if (this.#forgotten * 2 >= this.length) this.#sweep();
    });
  }

  #sweep(): void {
    this.#forgotten = 0;
    if (this.length > 0) for (const call of this.#extract((each) => each.subscriber.closed)) call.drop();
  }

  #extract(matches: (call: Call) => boolean): Call[] {
    const taken: Call[] = [];
    for (const ring of [...this.#rings, this.#parked]) {
      const calls = [...ring];
      ring.clear();
      for (const call of calls) (matches(call) ? taken : ring).push(call);
    }
    return taken;
  }
}
