import type { SortedMap } from '../../../core/sortedMap.js';

/** A key, and what belongs to it. */
export interface Keyed<K, T> {
  readonly key: K;
  readonly entry: T;
}

/** A map by keys of any type, in the order of their bytes. It never changes. */
export class KeyedMap<K, T> implements ReadonlyMap<K, T> {
  readonly #all: SortedMap<Keyed<K, T>>;
  readonly #textOf: (key: K) => string | undefined;

  /** @param textOf the bytes of a key as text; `undefined` for what cannot be a key */
  constructor(all: SortedMap<Keyed<K, T>>, textOf: (key: K) => string | undefined) {
    this.#all = all;
    this.#textOf = textOf;
  }

  get size(): number {
    return this.#all.size;
  }

  get(key: K): T | undefined {
    const text = this.#textOf(key);
    return text === undefined ? undefined : this.#all.get(text)?.entry;
  }

  has(key: K): boolean {
    const text = this.#textOf(key);
    return text !== undefined && this.#all.has(text);
  }

  forEach(callback: (entry: T, key: K, map: ReadonlyMap<K, T>) => void): void {
    for (const [key, entry] of this) callback(entry, key, this);
  }

  *entries(): MapIterator<[K, T]> {
    for (const { key, entry } of this.#all.values()) yield [key, entry];
  }

  *keys(): MapIterator<K> {
    for (const { key } of this.#all.values()) yield key;
  }

  *values(): MapIterator<T> {
    for (const { entry } of this.#all.values()) yield entry;
  }

  [Symbol.iterator](): MapIterator<[K, T]> {
    return this.entries();
  }
}
