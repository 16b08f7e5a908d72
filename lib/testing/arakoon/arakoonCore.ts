import { ArakoonNode } from './arakoonNode.js';
import type { ArakoonServerSettings } from './arakoonServerOptions.js';
import type { ArakoonHost } from './arakoonHost.js';
import { Mastership } from './mastership.js';
import { KeyChanges } from './store/keyChanges.js';
import { bytesOf } from '../host/keyOf.js';
import { type Edit, Store } from './store/store.js';

/** A cluster, without a socket: its nodes, their agreed data, and the master. */
export class ArakoonCore implements ArakoonHost {
  readonly settings: ArakoonServerSettings;
  readonly nodes: readonly ArakoonNode[];
  readonly mastership: Mastership;
  /** The agreed data. Nodes may be behind it. */
  readonly agreed = new Store();
  /** The transactions that a node may not have seen yet, from the one after {@link #forgotten} on. */
  #log: (readonly Edit[])[] = [];
  #forgotten = 0;

  constructor(settings: ArakoonServerSettings) {
    this.settings = settings;
    this.nodes = settings.nodes.map((name) => new ArakoonNode(this, name));
    this.mastership = new Mastership(this);
    this.mastership.elect(settings.master === null ? undefined : this.node(settings.master));
    for (const [key, value] of Object.entries(settings.entries))
      this.commit((change) => change.put(Buffer.from(key), Buffer.from(value as string)));
    for (const node of this.nodes) node.lag = settings.lag;
  }

  node(name: string): ArakoonNode | undefined {
    return this.nodes.find((node) => node.name === name);
  }

  commit<T>(apply: (change: KeyChanges) => T): T {
    const change = new KeyChanges(this.agreed);
    try {
      const value = apply(change);
      change.commit();
      return value;
    } finally {
      this.agreed.txid++;
      this.#log.push(change.edits);
      this.catchUp();
    }
  }

  catchUp(): void {
    for (const node of this.nodes) {
      if (!node.running) continue;
      const until = this.agreed.txid - (this.mastership.known === node.name ? 0 : node.lag);
      for (let { txid } = node.store; txid < until; txid++) node.see(this.#log[txid - this.#forgotten]!);
    }
    const seen = Math.min(...this.nodes.map(({ store }) => store.txid));
    this.#log.splice(0, seen - this.#forgotten);
    this.#forgotten = seen;
  }

  /** The entries of a store, in order. */
  entries(store: Store = this.agreed): Map<string, Uint8Array> {
    return new Map(
      store.keys.between(null, true, null, true).map((key) => [bytesOf(key).toString('utf8'), store.keys.get(key)!])
    );
  }
}
