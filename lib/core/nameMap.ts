/** A chunk that has grown to this many is split. */
const SPLIT = 128;

interface Named {
  readonly name: string;
}

/**
 * An immutable map of things by their names, in the order of these. A changed copy shares everything with the original
 * but one chunk and the list of chunks: with 100,000 entries a change copies about a thousandth of them.
 */
export class NameMap<V extends Named> implements ReadonlyMap<string, V> {
  readonly size: number;
  readonly #chunks: readonly (readonly V[])[]; // none is empty

  /** @internal */
  constructor(chunks: readonly (readonly V[])[], size: number) {
    this.#chunks = chunks;
    this.size = size;
  }

  static empty<V extends Named>(): NameMap<V> {
    return EMPTY;
  }

  get(name: string): V | undefined {
    const chunk = this.#chunks[this.#chunkOf(name)];
    const found = chunk?.[firstFrom(chunk, name)];
    return found?.name === name ? found : undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** How many names come before this one. */
  countBefore(name: string): number {
    const at = this.#chunkOf(name);
    const before = this.#chunks.slice(0, at).reduce((sum, chunk) => sum + chunk.length, 0);
    return before + firstFrom(this.#chunks[at] ?? [], name);
  }

  /** So many values at most, from the one with this index on. */
  page(from: number, count: number): readonly V[] {
    const page: V[] = [];
    let skip = from;
    for (const chunk of this.#chunks) {
      if (page.length >= count) break;
      if (skip < chunk.length) page.push(...chunk.slice(skip, skip + count - page.length));
      skip = Math.max(0, skip - chunk.length);
    }
    return page;
  }

  /** A copy with this value, in place of the one with the same name. */
  with(value: V): NameMap<V> {
    const at = this.#chunkOf(value.name);
    const old = this.#chunks[at] ?? [];
    const index = firstFrom(old, value.name);
    const replaces = old[index]?.name === value.name;
    const chunk = old.toSpliced(index, replaces ? 1 : 0, value);
    const half = chunk.length >> 1;
    const parts = chunk.length > SPLIT ? [chunk.slice(0, half), chunk.slice(half)] : [chunk];
    return new NameMap(this.#chunks.toSpliced(at, 1, ...parts), replaces ? this.size : this.size + 1);
  }

  /** A copy without the value of this name. */
  without(name: string): NameMap<V> {
    if (!this.has(name)) return this;
    const at = this.#chunkOf(name);
    const old = this.#chunks[at]!;
    const chunk = old.toSpliced(firstFrom(old, name), 1);
    return this.size === 1
      ? NameMap.empty()
      : new NameMap(this.#chunks.toSpliced(at, 1, ...(chunk.length > 0 ? [chunk] : [])), this.size - 1);
  }

  *values(): MapIterator<V> {
    for (const chunk of this.#chunks) yield* chunk;
    return undefined;
  }

  *keys(): MapIterator<string> {
    for (const { name } of this.values()) yield name;
    return undefined;
  }

  *entries(): MapIterator<[string, V]> {
    for (const value of this.values()) yield [value.name, value];
    return undefined;
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }

  forEach(callback: (value: V, name: string, map: ReadonlyMap<string, V>) => void): void {
    for (const value of this.values()) callback(value, value.name, this);
  }

  /** The chunk that has the name, if any has: the last that begins at or before it. */
  #chunkOf(name: string): number {
    let [low, high] = [0, this.#chunks.length];
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (this.#chunks[middle]![0]!.name <= name) low = middle;
      else high = middle;
    }
    return low;
  }
}

/** All empty maps: a tree of many leaves has one. */
const EMPTY = new NameMap<never>([], 0);

/** Where the first is whose name is not before `name`. */
function firstFrom(chunk: readonly Named[], name: string): number {
  let [low, high] = [0, chunk.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (chunk[middle]!.name < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
