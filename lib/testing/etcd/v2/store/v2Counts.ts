const NAMES = ['gets', 'sets', 'delete', 'update', 'create', 'compareAndSwap', 'compareAndDelete'] as const;

/** How often a member has done each operation. */
export class V2Counts {
  readonly #counts = new Map<string, number>(
    NAMES.flatMap((name) => [
      [`${name}Success`, 0],
      [`${name}Fail`, 0],
    ])
  );
  #expired = 0;

  /** Does an operation, and counts whether it succeeds. */
  counted<T>(name: (typeof NAMES)[number], run: () => T): T {
    let outcome: 'Success' | 'Fail' = 'Fail';
    try {
      const result = run();
      outcome = 'Success';
      return result;
    } finally {
      const counter = `${name}${outcome}`;
      this.#counts.set(counter, (this.#counts.get(counter) ?? 0) + 1);
    }
  }

  expired(): void {
    this.#expired++;
  }

  /** As `/v2/stats/store` shows them. */
  show(watchers: number): object {
    return { ...Object.fromEntries(this.#counts), expireCount: this.#expired, watchers };
  }
}
