import { Redial, type RedialSettings, shuffled } from '../../../client/redial.js';
import { type Endpoint, formatEndpoint } from '../../../core/endpoint.js';

/** The members of a cluster, in the order in which they are tried. A member that works is kept. */
export class Members {
  readonly #seeds: readonly Endpoint[];
  readonly #random: () => number;
  readonly #redial: Redial;
  #order: readonly Endpoint[];
  #known: ReadonlySet<string>;
  #at = 0;

  constructor(seeds: readonly Endpoint[], settings: RedialSettings) {
    this.#seeds = seeds;
    this.#random = settings.random;
    this.#redial = new Redial(settings);
    this.#order = shuffled(seeds, settings.random);
    this.#known = new Set(seeds.map(formatEndpoint));
  }

  get current(): Endpoint {
    return this.#order[this.#at]!;
  }

  get count(): number {
    return this.#order.length;
  }

  /** Milliseconds to wait before the current member is looked at: 0 as long as others have not failed as often. */
  get delay(): number {
    return this.#redial.delay(Math.floor(this.#redial.failures / this.count));
  }

  /** Whether it is one of those given, or named by the cluster. */
  knows(endpoint: Endpoint): boolean {
    return this.#known.has(formatEndpoint(endpoint));
  }

  /** A member serves. */
  served(): void {
    this.#redial.succeeded();
  }

  /** A look at a member's health was in vain. */
  failed(): void {
    this.#redial.failed();
  }

  /** The next member is the current one, if this one was. */
  leave(endpoint: Endpoint): void {
    if (endpoint === this.current) this.#at = (this.#at + 1) % this.count;
  }

  /** The cluster has named its members. Those given are always among them. */
  learn(named: readonly Endpoint[], use: boolean): void {
    const all = new Map([...this.#seeds, ...named].map((it) => [formatEndpoint(it), it]));
    this.#known = new Set(all.keys());
    if (!use) return;
    const kept = this.#order.filter((it) => all.delete(formatEndpoint(it)));
    const { current } = this;
    this.#order = [...kept, ...shuffled([...all.values()], this.#random)];
    this.#at = Math.max(0, this.#order.indexOf(current));
  }
}
