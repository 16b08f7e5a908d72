import { openStore } from '../stores/openStore.js';
import type { TreeStore } from '../stores/treeStore.js';
import type { Surroundings } from '../command/surroundings.js';

/** The stores that the verbs of a repl share, so that each verb need not connect again. */
export class KeptStores {
  readonly #stores = new Map<string, Promise<TreeStore>>();

  /** Connects to a store, or takes the connection that there is. */
  readonly open: Surroundings['open'] = async (url, options, isOwn) => {
    if (isOwn) return openStore(url, options);
    const { openTimeout: _timeout, signal: _signal, ...settings } = options;
    const key = JSON.stringify([url, settings]);
    const kept = this.#stores.get(key) ?? openStore(url, options);
    this.#stores.set(key, kept);
    try {
      return { ...(await kept), close: () => Promise.resolve() };
    } catch (error) {
      this.#stores.delete(key);
      throw error;
    }
  };

  /** Closes all of them. The next verb connects again. */
  async close(): Promise<void> {
    const kept = [...this.#stores.values()];
    this.#stores.clear();
    await Promise.allSettled(kept.map(async (store) => (await store).close()));
  }
}
