import { Ring } from '../../bytes/ring.js';
import type { Call } from './call.js';

/** From so many on, calls that nobody waits for are swept out. */
const SWEEP_FROM = 256;

/** Calls that have not left, in their order. Those that nobody waits for any more take no room for long. */
export class CallQueue {
  readonly #calls = new Ring<Call>();
  #abandoned = 0;

  /** How many there are, with some that nobody waits for. */
  get length(): number {
    return this.#calls.length;
  }

  /** Whether nobody waits for any of them. */
  get idle(): boolean {
    for (const { subscriber } of this.#calls) if (!subscriber.closed) return false;
    return true;
  }

  push(call: Call): void {
    this.#calls.push(call);
  }

  /** Takes out the next call that somebody waits for. */
  shift(): Call | undefined {
    let call = this.#calls.shift();
    while (call !== undefined && call.subscriber.closed) call = this.#calls.shift();
    if (call === undefined) this.#abandoned = 0;
    return call;
  }

  /** Nobody waits any more for one of these. */
  abandon(): void {
    if (++this.#abandoned < SWEEP_FROM || this.#abandoned * 2 < this.#calls.length) return;
    for (const call of this.take()) this.#calls.push(call);
  }

  /** Takes all of them out that somebody waits for. */
  take(): readonly Call[] {
    const calls = [...this.#calls].filter(({ subscriber }) => !subscriber.closed);
    this.#calls.clear();
    this.#abandoned = 0;
    return calls;
  }
}
