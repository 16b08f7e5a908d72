import { MinHeap } from '../../bytes/minHeap.js';
import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';

/**
 * A scheduler whose time stands still until {@link advance} moves it. Tasks run one at a time: in the order of their
 * times, and at one time in the order in which they were scheduled. So the same tasks always run in the same order.
 */
export class VirtualClock implements SchedulerLike {
  readonly #queue = new MinHeap<Entry>(isBefore);
  #now = 0;
  #scheduled = 0;

  now(): number {
    return this.#now;
  }

  /** How many tasks wait for their time. */
  get pending(): number {
    return this.#queue.items.reduce((sum, entry) => (isOver(entry) ? sum : sum + 1), 0);
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
    for (let next = this.#queue.first; next !== undefined && next.due <= until; next = this.#queue.first) {
      this.#queue.pop();
      if (isOver(next)) continue;
      this.#now = next.due;
      next.task.run();
      afterTask();
    }
    this.#now = until;
  }

  /** @internal */
  add(task: Task<never>, delay: number): Entry {
    const entry = { due: this.#now + Math.max(0, delay), number: this.#scheduled++, task };
    this.#queue.push(entry);
    return entry;
  }
}

interface Entry {
  readonly due: number;
  /** How many tasks were scheduled before it. */
  readonly number: number;
  readonly task: Task<never>;
}

/** Whether a task has been given up, or has been scheduled again since. */
function isOver(entry: Entry): boolean {
  return entry.task.closed || entry.task.entry !== entry;
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.due < b.due || (a.due === b.due && a.number < b.number);
}

class Task<T> extends Subscription implements SchedulerAction<T> {
  /** Where it stands in the clock's queue: the newest call of {@link schedule} counts. */
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
