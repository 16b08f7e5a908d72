import { Worker, isMainThread, workerData } from 'node:worker_threads';

/** The signal that ends a process with a run that never ends. */
export const NEVER_ENDS = 'SIGALRM';

/** How often a thread looks at the processor time, in milliseconds. */
const LOOK_EVERY = 500;

interface Patience {
  /** The processor time of this process when the run began, in microseconds; 0 before the first one. */
  readonly begun: BigInt64Array;
  /** Processor time that a run may take, in milliseconds. */
  readonly most: number;
}

/**
 * Ends this process when a run takes too much processor time. A run blocks its thread, so another thread looks. On a
 * busy machine a run may wait for the processor for minutes: the wall clock says nothing of a run.
 */
export class Watchdog {
  readonly #begun = new BigInt64Array(new SharedArrayBuffer(8));

  /** @param most processor time that a run may take, in milliseconds */
  constructor(most: number) {
    const patience: Patience = { begun: this.#begun, most };
    new Worker(new URL(import.meta.url), { workerData: patience }).unref();
  }

  /** A run begins, and the one before it has ended. */
  begins(): void {
    Atomics.store(this.#begun, 0, processorTime());
  }
}

/** Of this whole process, in microseconds. */
function processorTime(): bigint {
  const { user, system } = process.cpuUsage();
  return BigInt(user + system);
}

function look({ begun, most }: Patience): void {
  setInterval(() => {
    const then = Atomics.load(begun, 0);
    const taken = Number(processorTime() - then) / 1000;
    if (then > 0n && taken > most) process.kill(process.pid, NEVER_ENDS);
  }, LOOK_EVERY);
}

if (!isMainThread) look(workerData as Patience);
