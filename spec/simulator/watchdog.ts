import { Worker, isMainThread, workerData } from 'node:worker_threads';

/** The signal that ends a process with a run that never ends. */
export const NEVER_ENDS = 'SIGALRM';

/** How often a thread looks at the processor time, in milliseconds. */
const LOOK_EVERY = 500;

interface Patience {
  /** Counts the runs. */
  readonly begun: Int32Array;
  /** Processor time that a run may take, in milliseconds. */
  readonly most: number;
}

/**
 * Ends this process when a run takes too much processor time. A run blocks its thread, so another thread looks. On a
 * busy machine a run may wait for the processor for minutes: the wall clock says nothing of a run.
 */
export class Watchdog {
  readonly #begun = new Int32Array(new SharedArrayBuffer(4));

  /** @param most processor time that a run may take, in milliseconds */
  constructor(most: number) {
    const patience: Patience = { begun: this.#begun, most };
    new Worker(new URL(import.meta.url), { workerData: patience }).unref();
  }

  /** A run begins, and the one before it has ended. */
  begins(): void {
    Atomics.add(this.#begun, 0, 1);
  }
}

function look({ begun, most }: Patience): void {
  let [run, since] = [0, process.cpuUsage()];
  setInterval(() => {
    const now = Atomics.load(begun, 0);
    if (now !== run) [run, since] = [now, process.cpuUsage()];
    const { user, system } = process.cpuUsage(since);
    if ((user + system) / 1000 > most) process.kill(process.pid, NEVER_ENDS);
  }, LOOK_EVERY);
}

if (!isMainThread) look(workerData as Patience);
