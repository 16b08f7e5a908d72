/** Those who wait for one signal. */
class Waiters {
  readonly #signal: AbortSignal;
  readonly #all = new Set<{ readonly run: () => void }>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#abort, { once: true });
  }

  /** Returns how to stop waiting. */
  add(run: () => void): () => void {
    const waiter = { run }; // the same function may wait twice
    this.#all.add(waiter);
    return () => {
      if (!this.#all.delete(waiter) || this.#all.size > 0) return;
      this.#signal.removeEventListener('abort', this.#abort);
      if (WAITING.get(this.#signal) === this) WAITING.delete(this.#signal);
    };
  }

  readonly #abort = (): void => {
    WAITING.delete(this.#signal);
    for (const { run } of this.#all) run(); // one that stops waiting meanwhile is not called
  };
}

/** The waiters of each signal. A signal without waiters is not in here. */
const WAITING = new WeakMap<AbortSignal, Waiters>();

/**
 * Calls `run` when the signal aborts, or at once if it has. Returns how to stop waiting.
 *
 * However many wait for one signal, it has one listener, since Node warns of a leak from the eleventh on. The listener
 * goes with the last of them.
 *
 * @param run must not throw
 */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  if (signal.aborted) {
    run();
    return () => {};
  }
  let waiters = WAITING.get(signal);
  if (waiters === undefined) WAITING.set(signal, (waiters = new Waiters(signal)));
  return waiters.add(run);
}
