/** Things that happen in order, and wait while they are held back. */
export class HeldActs {
  #held: (() => void)[] | undefined;

  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  hold(): void {
    this.#held ??= [];
  }

  /** What waits happens now. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const act of held) act();
  }

  /** Happens now, or when it is released. */
  pass(act: () => void): void {
    if (this.#held === undefined) act();
    else this.#held.push(act);
  }
}
