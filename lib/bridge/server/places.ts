import { BridgeError } from '../shared/bridgeError.js';
import type { Caller } from '../types.js';

/** The places of callers: no more than `all` at the same time, and no more than `ofOne` for each caller. */
export class Places {
  readonly #what: string;
  readonly #all: number;
  readonly #ofOne: number;
  readonly #taken = new Map<string, number>();
  #size = 0;

  /** @param what the word of an error, such as `'lines'` */
  constructor(what: string, all: number, ofOne: number) {
    this.#what = what;
    this.#all = all;
    this.#ofOne = ofOne;
  }

  /** How many places are taken. */
  get size(): number {
    return this.#size;
  }

  /** Takes a place, or throws `TOO_MANY`. Returns the function that gives it back; call it once. */
  take({ id }: Caller): () => void {
    const own = this.#taken.get(id) ?? 0;
    if (this.#size >= this.#all) throw new BridgeError('TOO_MANY', `the server has too many ${this.#what}`);
    if (own >= this.#ofOne) throw new BridgeError('TOO_MANY', `you have too many ${this.#what}`);
    this.#size++;
    this.#taken.set(id, own + 1);
    return () => {
      this.#size--;
      const left = this.#taken.get(id)! - 1;
      if (left > 0) this.#taken.set(id, left);
      else this.#taken.delete(id);
    };
  }
}
