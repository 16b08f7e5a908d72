import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';

/**
 * A scheduler whose time stands still until {@link advance} moves it. Tasks run one at a time: in the order of their
 * times, and at one time in the order in which they were scheduled. So the same tasks always run in the same order.
 */
export class VirtualClock implements SchedulerLike {
  readonly #tasks: Entry[] = []; // the next task is the last
  #now = 0;

  now(): number {
    return this.#now;
  }

  /** How many tasks wait for their time. */
  get pending(): number {
    return this.#tasks.reduce((sum, entry) => (entry.task.closed || entry.task.entry !== entry ? sum : sum + 1), 0);
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    return new Task(this, work).schedule(state, delay);
  }

  /**
   * Lets so many milliseconds pass, with all tasks that are due by then.
   *
   * @param afterTask called after each task; an error that it throws ends the advance
   */
  advance(ms: number, afterTask: () => void = () => undefined): void {
    const until = this.#now + ms;
    for (let next = this.#tasks.at(-1); next !== undefined && next.due <= until; next = this.#tasks.at(-1)) {
      this.#tasks.pop();
      if (next.task.closed || next.task.entry !== next) continue;
      this.#now = next.due;
      next.task.run();
      afterTask();
    }
    this.#now = until;
  }

  /** @internal */
  add(task: Task<never>, delay: number): Entry {
    const entry = { due: this.#now + Math.max(0, delay), task };
    let at = this.#tasks.length;
    while (at > 0 && this.#tasks[at - 1]!.due <= entry.due) at--;
    this.#tasks.splice(at, 0, entry);
    return entry;
  }
}

interface Entry {
  readonly due: number;
  readonly task: Task<never>;
}

class Task<T> extends Subscription implements SchedulerAction<T> {
  /** Where it stands in the clock's list: the newest call of {@link schedule} counts. */
  entry: Entry | undefined;
  readonly #clock: VirtualClock;
  readonly #work: (this: SchedulerAction<T>, state?: T) => void;
  #state: T | undefined;

  constructor(clock: VirtualClock, work: (this: SchedulerAction<T>, state?: T) => void) {
    super();
    this.#clock = clock;
    this.#work = work;
  }

  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this;
    this.#state = state;
    this.entry = this.#clock.add(this as unknown as Task<never>, delay);
    return this;
  }

  run(): void {
    this.entry = undefined;
    this.#work.call(this, this.#state);
  }
}
