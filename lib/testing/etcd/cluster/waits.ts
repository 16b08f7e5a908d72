interface Wait {
  readonly ready: () => boolean;
  readonly go: () => void;
}

/** Work that waits until a member can do it, in order. Its owner waits for one thing at a time. */
export class Waits {
  readonly #waits = new Map<object, Wait>();

  /** Calls `go` once `ready`: at once if it is so. */
  until(owner: object, ready: () => boolean, go: () => void): void {
    if (ready()) go();
    else this.#waits.set(owner, { ready, go });
  }

  /** The owner waits no more. */
  giveUp(owner: object): void {
    this.#waits.delete(owner);
  }

  /** Something has changed: work that is ready begins. */
  review(): void {
    for (const [owner, wait] of [...this.#waits]) {
      if (this.#waits.get(owner) !== wait || !wait.ready()) continue;
      this.#waits.delete(owner);
      wait.go();
    }
  }
}
