import { keyOf } from './keyTable.js';
import type { Edit, NurseryState, Store } from './store.js';

/**
 * What one update does: nothing, until it is committed. As in a real server, what goes by prefixes does not go through
 * it:
 * it sees no key that the same update has set, and what it has deleted stays deleted when the update fails later.
 */
export class KeyChanges {
  /** What it has done, for the other nodes. */
  readonly edits: Edit[] = [];
  readonly #store: Store;
  readonly #puts = new Map<string, Uint8Array | undefined>();
  #nursery: NurseryState | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  get nursery(): NurseryState {
    return this.#store.nursery;
  }

  /** Changes what is known of the nursery: once. */
  setNursery(next: Partial<NurseryState>): void {
    this.#nursery = { ...this.nursery, ...next };
  }

  get(key: Uint8Array): Uint8Array | null {
    const own = keyOf(key);
    return (this.#puts.has(own) ? this.#puts.get(own) : this.#store.keys.get(own)) ?? null;
  }

  /** Sets a key; with `null`, deletes it. */
  put(key: Uint8Array, value: Uint8Array | null): void {
    this.#puts.set(keyOf(key), value ?? undefined);
  }

  withPrefix(prefix: Uint8Array): string[] {
    return this.#store.keys.withPrefix(keyOf(prefix));
  }

  /** Deletes what begins with a prefix; says how many keys that were. */
  deletePrefix(prefix: Uint8Array): number {
    const found = this.withPrefix(prefix);
    this.#do(({ keys }) => found.forEach((key) => keys.put(key, undefined)));
    return found.length;
  }

  /** Does it. */
  commit(): void {
    this.#do((store) => {
      for (const [key, value] of this.#puts) store.keys.put(key, value);
      store.nursery = this.#nursery ?? store.nursery;
    });
  }

  #do(edit: Edit): void {
    edit(this.#store);
    this.edits.push(edit);
  }
}
