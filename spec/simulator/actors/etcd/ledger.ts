import type { EtcdChanges, Fact, Law, SimulatedWorld } from '../../../../lib/testing/index.js';

/** A state of a key: its value, or its deletion. */
export interface KeyState {
  readonly revision: number;
  readonly value: string | undefined;
}

/** All changes that the cluster has made, also those that it has forgotten since. */
export class Ledger {
  readonly revisions: EtcdChanges[] = [];
  readonly #states = new Map<string, KeyState[]>();
  #upTo = 1;

  /** Learns the changes since the last time. Returns a sentence if some are missing. */
  note({ etcd }: SimulatedWorld): string | undefined {
    if (etcd.revision === this.#upTo) return undefined;
    for (const each of etcd.history(this.#upTo + 1)) {
      if (each.revision !== this.#upTo + 1) return `${each.revision} after ${this.#upTo}`;
      this.#upTo = each.revision;
      this.revisions.push(each);
      for (const { key, value } of each.changes) {
        const states = this.#states.get(key) ?? [];
        this.#states.set(key, states);
        states.push({ revision: each.revision, value: value && String(Buffer.from(value)) });
      }
    }
    return undefined;
  }

  /** The states of a key, one after the other. */
  of(key: string): readonly KeyState[] {
    return this.#states.get(key) ?? [];
  }

  /** A key at a revision; `undefined` where there was none. */
  at(key: string, revision: number): KeyState | undefined {
    const state = this.of(key).findLast((each) => each.revision <= revision);
    return state?.value === undefined ? undefined : state;
  }

  /** The keys with a prefix at a revision, as `key=value@revision`, in order. */
  listed(prefix: string, revision: number): string {
    return [...this.#states.keys()]
      .filter((key) => key.startsWith(prefix))
      .sort()
      .flatMap((key) => {
        const state = this.at(key, revision);
        return state === undefined ? [] : [shown(key, state.value, state.revision)];
      })
      .join(' ');
  }

  /** The first changes of keys with a prefix after a revision. */
  after(prefix: string, revision: number, kind?: 'put' | 'deleted'): EtcdChanges | undefined {
    for (let i = Math.max(0, revision - 1); i < this.revisions.length; i++) {
      const { revision: at, changes } = this.revisions[i]!; // the first is of revision 2
      const own = changes.filter(
        ({ key, value }) => key.startsWith(prefix) && (kind === undefined || (kind === 'put') === (value !== undefined))
      );
      if (own.length > 0) return { revision: at, changes: own };
    }
    return undefined;
  }
}

const ledgers: Fact<Ledger> = { initial: () => new Ledger() };

/** The ledger, up to now. */
export function ledgerOf(world: SimulatedWorld): Ledger {
  const ledger = world.get(ledgers);
  ledger.note(world);
  return ledger;
}

/** The keys that begin with one of these prefixes now, in order. */
export function keysOf(world: SimulatedWorld, ...prefixes: readonly string[]): string[] {
  return [...world.etcd.entries().keys()].filter((key) => prefixes.some((prefix) => key.startsWith(prefix)));
}

/** A state of a key in words. */
export function shown(key: string, value: string | Uint8Array | undefined, revision: number): string {
  return `${key}=${String(value && Buffer.from(value))}@${revision}`;
}

export const nothingIsForgotten: Law = {
  name: 'every revision of etcd is seen',
  during: (world) => (world.hasEtcd ? world.get(ledgers).note(world) : undefined),
};
