/** Keys with their values, in the order of the keys' bytes. A key is its bytes, one for each character. */
export class KeyTable {
  readonly #values = new Map<string, Uint8Array>();
  readonly #keys: string[] = [];

  get size(): number {
    return this.#keys.length;
  }

  get(key: string): Uint8Array | undefined {
    return this.#values.get(key);
  }

  /** Sets a key; without a value, deletes it. */
  put(key: string, value: Uint8Array | undefined): void {
    const known = this.#values.has(key);
    if (value !== undefined) this.#values.set(key, value);
    else this.#values.delete(key);
    if (known === (value !== undefined)) return;
    if (known) this.#keys.splice(this.#from(key, true), 1);
    else this.#keys.splice(this.#from(key, true), 0, key);
  }

  /** The keys that begin with a prefix. */
  withPrefix(prefix: string): string[] {
    const first = this.#from(prefix, true);
    let end = first;
    while (end < this.#keys.length && this.#keys[end]!.startsWith(prefix)) end++;
    return this.#keys.slice(first, end);
  }

  /** The keys from one bound to the other; `null` is where there is none. */
  between(low: string | null, lowInclusive: boolean, high: string | null, highInclusive: boolean): string[] {
    const first = low === null ? 0 : this.#from(low, lowInclusive);
    const end = high === null ? this.#keys.length : this.#from(high, !highInclusive);
    return this.#keys.slice(first, end);
  }

  /** Where the keys begin that are not before this one, or that are behind it. */
  #from(key: string, inclusive: boolean): number {
    let [low, high] = [0, this.#keys.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = this.#keys[middle]!;
      if (at < key || (at === key && !inclusive)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
