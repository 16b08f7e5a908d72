/** One item of a {@link Linked}, and where it stands in it. */
export interface Place<T> {
  readonly item: T;
  before: Place<T> | undefined;
  after: Place<T> | undefined;
  /** Whether it was taken out. */
  isGone: boolean;
}

/**
 * Items in the order in which they came. Each can be taken out wherever it stands.
 *
 * A `Set` does the same, but makes a new table every few deletions. That of a `Set` which lives long is made among the
 * old objects, where only a collection of the whole heap finds it: requests must not leave such things behind.
 */
export class Linked<T> {
  #first: Place<T> | undefined;
  #last: Place<T> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds an item at the end. Returns the place by which it can be taken out. */
  push(item: T): Place<T> {
    const before = this.#last;
    const place = { item, before, after: undefined, isGone: false };
    if (before === undefined) this.#first = place;
    else before.after = place;
    this.#last = place;
    this.#size++;
    return place;
  }

  /** Takes the item that came first; `undefined` when there is none. */
  shift(): T | undefined {
    const first = this.#first;
    if (first !== undefined) this.delete(first);
    return first?.item;
  }

  /** Takes an item out. Returns whether it was still there. */
  delete(place: Place<T>): boolean {
    if (place.isGone) return false;
    const { before, after } = place;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    place.before = place.after = undefined; // one that is kept must not keep those that stood beside it
    place.isGone = true;
    this.#size--;
    return true;
  }

  /** Takes all items out, and returns them in their order. */
  take(): T[] {
    const all = [...this];
    while (this.shift() !== undefined);
    return all;
  }

  /** Goes from the first to the last. Do not change the list meanwhile. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (let place = this.#first; place !== undefined; place = place.after) yield place.item;
  }
}
