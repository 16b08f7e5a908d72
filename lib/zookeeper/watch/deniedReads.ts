import { type SchedulerLike, type Subscription, timer } from 'rxjs';
import { LONGEST_PAUSE, pauseAfter } from '../session/pauseAfter.js';

/** A node that may not be read. */
interface Denial {
  /** How often in a row its read was refused. */
  refusals: number;
  /** Waits for the next read. */
  pause: Subscription | undefined;
}

/**
 * Nodes that this identity may not read. No event tells that an ACL has changed, that an identity was added, or that a
 * server has refused one read for a reason that is over. So each node is read again, less and less often.
 */
export class DeniedReads {
  readonly #denials = new Map<string, Denial>();
  readonly #scheduler: SchedulerLike;
  readonly #read: (path: string) => void;

  /** @param read reads a node again */
  constructor(scheduler: SchedulerLike, read: (path: string) => void) {
    this.#scheduler = scheduler;
    this.#read = read;
  }

  /** A read was refused with `NO_AUTH`. */
  refused(path: string): void {
    let denial = this.#denials.get(path);
    if (denial === undefined) this.#denials.set(path, (denial = { refusals: 0, pause: undefined }));
    denial.pause?.unsubscribe();
    // eslint-disable-next-line rxjs-x/no-ignored-error -- a timer has none
    denial.pause = timer(pauseAfter(++denial.refusals, LONGEST_PAUSE), this.#scheduler).subscribe(() =>
      this.#read(path)
    );
  }

  /** The node was read, or does not exist. */
  answered(path: string): void {
    this.#denials.get(path)?.pause?.unsubscribe();
    this.#denials.delete(path);
  }

  /** Reads no node any more. */
  close(): void {
    for (const { pause } of this.#denials.values()) pause?.unsubscribe();
    this.#denials.clear();
  }
}
