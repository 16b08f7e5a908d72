import type { V2Change } from './store/v2Change.js';
import type { V2Event } from './store/v2Event.js';
import { V2Store } from './store/v2Store.js';
import { V2Refusal } from './v2Refusal.js';

/** The changes that the members agree about, in order, as long as a member has not made them. */
export class V2Log {
  readonly #replicas: V2Replica[] = [];
  readonly #changes: V2Change[] = [];
  #first = 0;

  /** The store of one more member. All begin with the same index. */
  replica(now: () => number, index: number): V2Replica {
    const replica = new V2Replica(this, new V2Store(now, index));
    this.#replicas.push(replica);
    return replica;
  }

  append(change: V2Change): void {
    this.#changes.push(change);
  }

  at(place: number): V2Change | undefined {
    return this.#changes[place - this.#first];
  }

  /** Forgets what all members have made. */
  trim(): void {
    const made = Math.min(...this.#replicas.map(({ place }) => place));
    this.#changes.splice(0, made - this.#first);
    this.#first = made;
  }
}

/** A member's store. */
export class V2Replica {
  readonly store: V2Store;
  readonly #log: V2Log;
  #place = 0;
  #outcome: { readonly event: V2Event | undefined } | { readonly refusal: V2Refusal } = { event: undefined };

  constructor(log: V2Log, store: V2Store) {
    this.#log = log;
    this.store = store;
  }

  /** How many changes it has made. */
  get place(): number {
    return this.#place;
  }

  /** The answer to the last change. Throws its refusal. */
  get answer(): V2Event | undefined {
    if ('refusal' in this.#outcome) throw this.#outcome.refusal;
    return this.#outcome.event;
  }

  /** Makes all changes up to the newest. */
  follow(): void {
    for (let change = this.#log.at(this.#place); change !== undefined; change = this.#log.at(this.#place)) {
      this.#place++;
      try {
        this.#outcome = { event: this.store.apply(change) };
      } catch (reason) {
        if (!(reason instanceof V2Refusal)) throw reason;
        this.#outcome = { refusal: reason };
      }
    }
  }
}
