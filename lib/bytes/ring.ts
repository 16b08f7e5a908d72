const SMALLEST = 16;

/**
 * A queue, first in, first out, whose every step costs a few nanoseconds however long it is.
 *
 * It holds the requests that wait for the server: they go in at the tail and come out at the head, by the hundred
 * thousand each second, and `Array.shift` moves all the others. The queue grows as needed and keeps the room it grew
 * to; {@link clear} gives it back.
 */
export class Ring<T> {
  #slots: Array<T | undefined>;
  #head = 0;
  #length = 0;

  constructor() {
    this.#slots = empty(SMALLEST);
  }

  /** How many items wait. */
  get length(): number {
    return this.#length;
  }

  /** Adds an item at the tail. */
  push(item: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#length++) & (this.#slots.length - 1)] = item;
  }

  /** Puts an item back at the head. */
  unshift(item: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#head = (this.#head - 1) & (this.#slots.length - 1);
    this.#slots[this.#head] = item;
    this.#length++;
  }

  /** Takes the item at the head, and keeps no reference to it; `undefined` when there is none. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const slots = this.#slots;
    const head = this.#head;
    const item = slots[head];
    slots[head] = undefined;
    this.#head = (head + 1) & (slots.length - 1);
    this.#length--;
    return item;
  }

  /** The item at the head, which stays there; `undefined` when there is none. */
  peek(): T | undefined {
    return this.#slots[this.#head]; // an empty slot holds undefined
  }

  /** Drops every item. */
  clear(): void {
    this.#slots = empty(SMALLEST);
    this.#head = 0;
    this.#length = 0;
  }

  /** Goes from head to tail without taking anything. Do not change the ring meanwhile. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (let i = 0; i < this.#length; i++) yield this.#slots[(this.#head + i) & (this.#slots.length - 1)] as T;
  }

  /** Twice the room, with the head at its start. */
  #grow(): void {
    const old = this.#slots;
    const slots = empty<T>(old.length * 2);
    for (let i = 0; i < old.length; i++) slots[i] = old[(this.#head + i) & (old.length - 1)];
    this.#slots = slots;
    this.#head = 0;
  }
}

/** `size` slots, a power of two, so that a mask wraps an index. */
function empty<T>(size: number): Array<T | undefined> {
  return new Array<T | undefined>(size).fill(undefined);
}
