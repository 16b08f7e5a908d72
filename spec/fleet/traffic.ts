/** The traffic of one client, from its birth, or from the last `since`. */
export class Traffic {
  /** Attempts to connect, also those for a question outside a session. */
  dials = 0;
  /** Messages to the servers: greetings and requests, not pings. */
  requests = 0;
  bytesOut = 0;
  bytesIn = 0;

  /** The traffic since an earlier copy. */
  since(before: Traffic): Traffic {
    const passed = new Traffic();
    for (const field of ['dials', 'requests', 'bytesOut', 'bytesIn'] as const)
      passed[field] = this[field] - before[field];
    return passed;
  }

  copy(): Traffic {
    return this.since(new Traffic());
  }
}

/** Counts events in slices of time. */
export class Timeline {
  readonly slice: number;
  readonly #counts: number[] = [];

  /** @param slice the length of a slice, in milliseconds */
  constructor(slice: number) {
    this.slice = slice;
  }

  add(at: number): void {
    const slice = Math.floor(at / this.slice);
    this.#counts[slice] = (this.#counts[slice] ?? 0) + 1;
  }

  /** The counts of the slices from one time to another. */
  between(from: number, to: number): number[] {
    const [first, end] = [Math.floor(from / this.slice), Math.ceil(to / this.slice)];
    return Array.from({ length: end - first }, (_, i) => this.#counts[first + i] ?? 0);
  }
}
