import { keyOf } from '../../host/keyOf.js';
import type { Edit, NurseryState, Store } from './store.js';

/**
 * The changes of one update, which take effect at its commit. As in a real server, deletion by a prefix does not wait
 * for that: it sees no key that the same update has set, and its keys stay deleted when the update fails later.
 */
export class KeyChanges {
  /** Its edits, for the other nodes. */
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

  /** Changes the state of the nursery, at the commit. */
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

  /** Deletes the keys with a prefix. Returns their number. */
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
