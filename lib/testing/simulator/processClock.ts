import type { SchedulerAction, SchedulerLike, Subscription } from 'rxjs';

/**
 * The clock and timers of one simulated process. Its event loop can stall: then its timers run late. Its machine can be
 * suspended: then its timers run late, and its monotonic clock does not count the time.
 */
export class ProcessClock implements SchedulerLike {
  readonly #world: SchedulerLike;
  #uncounted = 0; // milliseconds for which the machine was suspended
  #suspendedSince = 0;
  #suspendedUntil = 0;
  #busyUntil = 0;
  #wallShift = 0;

  constructor(world: SchedulerLike) {
    this.#world = world;
  }

  /** The monotonic clock. */
  now(): number {
    const now = this.#world.now();
    return now - this.#uncounted + Math.max(0, this.#suspendedUntil - now);
  }

  /** The wall clock. It counts suspended time, which shows once the machine wakes; and it can be set. */
  wallNow(): number {
    const now = this.#world.now();
    return (now < this.#suspendedUntil ? this.#suspendedSince : now) + this.#wallShift;
  }

  /** When the process goes on, by the world's clock. */
  get busyUntil(): number {
    return this.#busyUntil;
  }

  /** Nothing runs for `ms`. */
  stall(ms: number): void {
    this.#busyUntil = Math.max(this.#busyUntil, this.#world.now() + ms);
  }

  /** Nothing runs for `ms`, and the monotonic clock stands still. */
  suspend(ms: number): void {
    if (this.#world.now() + ms <= this.#suspendedUntil) return;
    const now = this.#world.now();
    if (now >= this.#suspendedUntil) this.#suspendedSince = now;
    const longer = now + ms - Math.max(now, this.#suspendedUntil);
    this.#uncounted += longer;
    this.#busyUntil = Math.max(now, this.#busyUntil) + longer; // work that keeps it busy waits, too
    this.#suspendedUntil = now + ms;
  }

  /** Sets the wall clock. */
  setWall(by: number): void {
    this.#wallShift += by;
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    let uncounted = this.#uncounted;
    const lateness = () => {
      const late = Math.max(this.#busyUntil - this.#world.now(), this.#uncounted - uncounted);
      uncounted = this.#uncounted;
      return late;
    };
    return this.#world.schedule<T>(
      function (current) {
        const late = lateness();
        if (late > 0) return void this.schedule(current, late);
        work.call(this, current);
      },
      delay,
      state
    );
  }
}
