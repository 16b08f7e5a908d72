import type { SchedulerLike, Subscription } from 'rxjs';
import type { Call } from './call.js';

/** All calls under way, in the order of their subscription; with one timer for all of their deadlines. */
export class Calls {
  readonly #scheduler: SchedulerLike;
  readonly #expired: (call: Call) => void;
  readonly #calls = new Set<Call>();
  #timer: Subscription | undefined;
  #due = Infinity;

  constructor(scheduler: SchedulerLike, expired: (call: Call) => void) {
    this.#scheduler = scheduler;
    this.#expired = expired;
  }

  add(call: Call): void {
    this.#calls.add(call);
    if (call.to.deadline < this.#due) this.#arm(call.to.deadline);
  }

  delete(call: Call): void {
    this.#calls.delete(call);
  }

  /** Those that wait for somebody to be sent to; they do not any more. */
  takeWaiting(): Call[] {
    const waiting = [...this.#calls].filter(({ waits }) => waits);
    for (const call of waiting) call.waits = false;
    return waiting;
  }

  /** Ends all of them. */
  clear(end: (call: Call) => void): void {
    this.#timer?.unsubscribe();
    this.#due = -Infinity; // no timer any more
    for (const call of [...this.#calls]) end(call);
  }

  /** Calls mostly end before their time: the timer is set for one of them, and looks for the next when it fires. */
  #arm(due: number): void {
    this.#timer?.unsubscribe();
    this.#due = due;
    this.#timer = this.#scheduler.schedule(() => this.#expire(), Math.max(0, due - this.#scheduler.now()));
  }

  #expire(): void {
    const now = this.#scheduler.now();
    for (const call of [...this.#calls]) if (call.to.deadline <= now) this.#expired(call);
    let next = Infinity;
    for (const { to } of this.#calls) next = Math.min(next, to.deadline);
    this.#due = next;
    if (next < Infinity) this.#arm(next);
  }
}
