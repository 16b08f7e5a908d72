import { Ring } from '../../bytes/ring.js';
import type { Call } from './call.js';

/** From so many on, abandoned calls are swept out. */
const SWEEP_FROM = 256;

/** Calls that have not left, in their order. Abandoned ones take no room for long. */
export class CallQueue {
  readonly #calls = new Ring<Call>();
  #abandoned = 0;

  /** How many there are, some abandoned ones included. */
  get length(): number {
    return this.#calls.length;
  }

  /** Whether all of them are abandoned. */
  get idle(): boolean {
    for (const { subscriber } of this.#calls) if (!subscriber.closed) return false;
    return true;
  }

  push(call: Call): void {
    this.#calls.push(call);
  }

  /** Takes out the next call that is not abandoned. */
  shift(): Call | undefined {
    let call = this.#calls.shift();
    while (call !== undefined && call.subscriber.closed) call = this.#calls.shift();
    if (call === undefined) this.#abandoned = 0;
    return call;
  }

  /** One of these is abandoned. */
  abandon(): void {
    if (++this.#abandoned < SWEEP_FROM || this.#abandoned * 2 < this.#calls.length) return;
    for (const call of this.take()) this.#calls.push(call);
  }

  /** Takes out all that are not abandoned. */
  take(): readonly Call[] {
    const calls = [...this.#calls].filter(({ subscriber }) => !subscriber.closed);
    this.#calls.clear();
    this.#abandoned = 0;
    return calls;
  }
}
