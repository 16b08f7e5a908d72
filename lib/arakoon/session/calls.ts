import type { SchedulerLike, Subscription } from 'rxjs';
import { MinHeap } from '../../bytes/minHeap.js';
import type { Call } from './call.js';

/** Calls with their deadlines in the same millisecond, in the order of their subscription. */
interface Group {
  readonly calls: Set<Call>;
  /** No deadline is earlier. */
  first: number;
}

/**
 * All calls under way, by their deadlines. One timer serves all of them, and its cost is that of the calls whose time
 * is over, however many others there are. Calls that have ended are not kept.
 */
export class Calls {
  readonly #scheduler: SchedulerLike;
  readonly #expired: (call: Call) => void;
  readonly #groups = new Map<number, Group>();
  /** The milliseconds of all groups, and of some that are gone. */
  readonly #dues = new MinHeap();
  /** Calls that nobody can be sent to just now. */
  #waiting = new Set<Call>();
  #newest: number | undefined; // a group that is kept even when it is empty: the next call is likely to join it
  #timer: Subscription | undefined;
  #armed = Infinity;

  constructor(scheduler: SchedulerLike, expired: (call: Call) => void) {
    this.#scheduler = scheduler;
    this.#expired = expired;
  }

  add(call: Call): void {
    const { deadline } = call.to;
    const group = this.#groups.get(Math.floor(deadline)) ?? this.#begin(deadline);
    group.calls.add(call);
    if (deadline < group.first) group.first = deadline;
    if (deadline < this.#armed) this.#arm(deadline);
  }

  delete(call: Call): void {
    if (call.waits) this.#waiting.delete(call);
    const due = Math.floor(call.to.deadline);
    const group = this.#groups.get(due);
    if (group === undefined) return;
    group.calls.delete(call);
    if (group.calls.size === 0 && due !== this.#newest) this.#groups.delete(due);
  }

  /** There is nobody to send this to. */
  wait(call: Call): void {
    call.waits = true;
    this.#waiting.add(call);
  }

  /** Those that wait for somebody to be sent to; they do not any more. */
  takeWaiting(): Iterable<Call> {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const call of waiting) call.waits = false;
    return waiting;
  }

  /** Ends all of them. */
  clear(end: (call: Call) => void): void {
    this.#timer?.unsubscribe();
    this.#armed = -Infinity; // no timer any more
    for (const { calls } of [...this.#groups.values()]) for (const call of calls) end(call);
    this.#groups.clear();
    this.#dues.clear();
  }

  #begin(deadline: number): Group {
    const due = Math.floor(deadline);
    if (this.#newest !== undefined && this.#groups.get(this.#newest)?.calls.size === 0)
      this.#groups.delete(this.#newest);
    const group = { calls: new Set<Call>(), first: deadline };
    this.#groups.set(due, group);
    this.#dues.push(due);
    this.#newest = due;
    return group;
  }

  #arm(due: number): void {
    this.#timer?.unsubscribe();
    this.#armed = due;
    this.#timer =
      due === Infinity
        ? undefined
        : this.#scheduler.schedule(() => this.#expire(), Math.max(0, due - this.#scheduler.now()));
  }

  #expire(): void {
    const now = this.#scheduler.now();
    for (let due = this.#dues.least; due <= now; due = this.#dues.least) {
      const group = this.#groups.get(due);
      for (const call of group?.calls ?? []) if (call.to.deadline <= now) this.#expired(call);
      if (group !== undefined && group.calls.size > 0) {
        group.first = [...group.calls].reduce((first, { to }) => Math.min(first, to.deadline), Infinity);
        break; // the rest of this millisecond
      }
      this.#groups.delete(due);
      this.#dues.pop();
    }
    if (this.#armed !== -Infinity) this.#arm(this.#next());
  }

  /** When to look again. Groups that are gone are dropped from the heap on the way. */
  #next(): number {
    for (let due = this.#dues.least; due < Infinity; due = this.#dues.least) {
      const group = this.#groups.get(due);
      if (group !== undefined && group.calls.size > 0) return group.first;
      this.#groups.delete(due);
      this.#dues.pop();
    }
    return Infinity;
  }
}
