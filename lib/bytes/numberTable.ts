const SMALLEST = 16;
/** 2^32 divided by the golden ratio: it spreads numbers that follow each other. */
const SPREAD = 0x9e3779b1;

/**
 * Items by whole numbers, for items that come and go all the time: to add one and to take it out again makes no
 * garbage. A `Map` makes a new table every few deletions; see {@link Linked}. The table grows as needed, and keeps the
 * room that it grew to.
 */
export class NumberTable<T extends object> {
  #keys = new Float64Array(SMALLEST);
  #items = empty<T>(SMALLEST);
  #shift = 32 - Math.log2(SMALLEST);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: number): T | undefined {
    return this.#items[this.#slotOf(key)];
  }

  set(key: number, item: T): void {
    if (this.#size * 2 >= this.#items.length) this.#grow();
    const slot = this.#slotOf(key);
    if (this.#items[slot] === undefined) this.#size++;
    this.#keys[slot] = key;
    this.#items[slot] = item;
  }

  /** Takes an item out. Returns whether it was there. */
  delete(key: number): boolean {
    let slot = this.#slotOf(key);
    if (this.#items[slot] === undefined) return false;
    const mask = this.#items.length - 1;
    // those behind it move up, so that no gap comes between an item and the slot where the search for it begins
    for (let at = (slot + 1) & mask; this.#items[at] !== undefined; at = (at + 1) & mask) {
      const home = this.#homeOf(this.#keys[at]!);
      if (((at - home) & mask) < ((at - slot) & mask)) continue;
      this.#keys[slot] = this.#keys[at]!;
      this.#items[slot] = this.#items[at];
      slot = at;
    }
    this.#items[slot] = undefined;
    this.#size--;
    return true;
  }

  /** All items, in the order of their numbers. */
  values(): T[] {
    const found = this.#slots().sort((a, b) => this.#keys[a]! - this.#keys[b]!);
    return found.map((slot) => this.#items[slot]!);
  }

  clear(): void {
    this.#items.fill(undefined);
    this.#size = 0;
  }

  /** Where the item with this number is, or would be. */
  #slotOf(key: number): number {
    const mask = this.#items.length - 1;
    let slot = this.#homeOf(key);
    while (this.#items[slot] !== undefined && this.#keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }

  /** Where the search for a number begins. */
  #homeOf(key: number): number {
    return Math.imul(key, SPREAD) >>> this.#shift;
  }

  #slots(): number[] {
    return [...this.#items.keys()].filter((slot) => this.#items[slot] !== undefined);
  }

  #grow(): void {
    const [keys, items] = [this.#keys, this.#items];
    const slots = this.#slots();
    this.#keys = new Float64Array(keys.length * 2);
    this.#items = empty<T>(items.length * 2);
    this.#shift--;
    this.#size = 0;
    for (const slot of slots) this.set(keys[slot]!, items[slot]!);
  }
}

function empty<T>(size: number): (T | undefined)[] {
  return new Array<T | undefined>(size).fill(undefined);
}
