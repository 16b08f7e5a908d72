import { Redial, type RedialSettings, shuffled } from '../../../client/redial.js';
import type { Endpoint } from '../../../core/endpoint.js';

/** The members of a cluster, in the order in which they are tried. A member that works is kept. */
export class Members {
  readonly #order: readonly Endpoint[];
  readonly #redial: Redial;
  #at = 0;

  constructor(endpoints: readonly Endpoint[], settings: RedialSettings) {
    this.#order = shuffled(endpoints, settings.random);
    this.#redial = new Redial(settings);
  }

  get current(): Endpoint {
    return this.#order[this.#at]!;
  }

  get count(): number {
    return this.#order.length;
  }

  /** Milliseconds to wait before the current member is dialed: 0 as long as others have not failed as often. */
  get delay(): number {
    return this.#redial.delay(Math.floor(this.#redial.failures / this.#order.length));
  }

  /** A connection to the current member stands. */
  begins(): void {
    this.#redial.begins();
  }

  /** The connection to the current member has ended, or did not come about: the next one is tried. */
  ends(): void {
    if (this.#redial.stands) this.#redial.ends();
    else this.#redial.failed();
    this.#at = (this.#at + 1) % this.#order.length;
  }
}
