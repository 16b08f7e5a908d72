import type { Word } from './worker.js';

/** What came of all blocks together. */
export class Totals {
  readonly failures: string[] = [];
  readonly #again: string;
  readonly #actors: readonly string[];
  readonly #began = performance.now();
  readonly #faults = new Map<string, number>();
  readonly #operations = new Map<string, number>();
  readonly #meetings = new Map<string, number>();
  readonly #covered = new Map<string, number>();
  #runs = 0;
  #passed = 0;

  /** @param again flags for another run */
  constructor(again: string, actors: readonly string[]) {
    this.#again = again;
    this.#actors = actors;
  }

  add({ runs, passed, faults, operations, meetings, covered, failure }: Word & { readonly kind: 'done' }): void {
    this.#runs += runs;
    this.#passed += passed;
    sum(this.#faults, faults);
    sum(this.#operations, operations);
    sum(this.#meetings, meetings);
    for (const [file, share] of covered) this.#covered.set(file, Math.max(share, this.#covered.get(file) ?? 0));
    if (failure !== undefined) this.fail(failure);
  }

  fail(failure: string): void {
    const seed = /seed (\d+)/.exec(failure)?.[1] ?? '?';
    this.failures.push(`${failure}\nagain: npm run simulate -- ${this.#again}--seed ${seed} --seeds 1 --workers 1`);
  }

  inWords(): string {
    const seconds = (performance.now() - this.#began) / 1000;
    const operations = [...this.#operations.values()].reduce((a, b) => a + b, 0);
    const pairs = this.#meetings.size;
    const hours = (this.#passed / 3_600_000).toFixed(1);
    return [
      `${this.#runs} runs of ${this.#actors.length} actors, ${hours} virtual hours in ${seconds.toFixed(0)} s`,
      `faults: ${listed(this.#faults)}`,
      `operations: ${operations} (${listed(this.#operations)})`,
      `pairs of a fault and an operation: ${pairs} of ${this.#faults.size * this.#operations.size}`,
      ...(this.#covered.size === 0
        ? []
        : [`code that ran: ${percent([...this.#covered.values()])}; least: ${least(this.#covered)}`]),
      ...this.failures,
      `${this.failures.length} laws broken`,
    ].join('\n');
  }
}

function sum(counts: Map<string, number>, more: readonly (readonly [string, number])[]): void {
  for (const [what, count] of more) counts.set(what, (counts.get(what) ?? 0) + count);
}

function listed(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ');
}

function percent(shares: readonly number[]): string {
  return `${((100 * shares.reduce((a, b) => a + b, 0)) / shares.length).toFixed(0)} % of the average file`;
}

function least(shares: ReadonlyMap<string, number>): string {
  return [...shares]
    .sort(([, a], [, b]) => a - b)
    .slice(0, 12)
    .map(([file, share]) => `${file} ${(100 * share).toFixed(0)} %`)
    .join(', ');
}
