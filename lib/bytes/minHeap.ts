/** Numbers, of which the smallest comes out first. The same number may be in it several times. */
export class MinHeap {
  readonly #items: number[] = [];

  /** The smallest number; `Infinity` when there is none. */
  get least(): number {
    return this.#items[0] ?? Infinity;
  }

  push(item: number): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (items[parent]! <= item) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = item;
  }

  /** Takes the smallest number out. */
  pop(): number {
    const items = this.#items;
    const { least } = this;
    const last = items.pop();
    if (items.length > 0) this.#sink(last!);
    return least;
  }

  clear(): void {
    this.#items.length = 0;
  }

  /** Puts an item in the place of the smallest one, and then where it belongs. */
  #sink(item: number): void {
    const items = this.#items;
    let at = 0;
    for (let child = 1; child < items.length; child = 2 * at + 1) {
      if (child + 1 < items.length && items[child + 1]! < items[child]!) child++;
      if (items[child]! >= item) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = item;
  }
}
