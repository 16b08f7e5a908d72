import type { Observable } from 'rxjs';
import { backoff } from '../../core/backoff.js';
import type { Endpoint } from '../../core/endpoint.js';
import type { CoordinationError, ServerError } from '../../core/errors.js';
import type { Settings } from '../options.js';
import type { Call } from './call.js';
import { Dismissed } from './failures.js';
import { type Ground, Lane } from './lane.js';

/** What nodes ask of the client that they are part of. */
export interface Owner {
  readonly cluster: string;
  readonly settings: Settings;
  start(work$: Observable<never>): void;
  /** This node may be the master no longer. */
  suspect(node: string, error: CoordinationError): void;
  refused(node: Node, call: Call, error: ServerError, said: string): void;
  returned(call: Call, error: CoordinationError): void;
}

/** One node of the cluster, with the connections to it: one for reads, several for writes, and what else is asked for. */
export class Node implements Ground {
  readonly name: string;
  readonly #addresses: readonly Endpoint[];
  readonly #owner: Owner;
  readonly #guard: Lane;
  readonly #reads: Lane;
  readonly #writes: readonly Lane[];
  #at = 0; // the address to dial
  #failures = 0;
  #readyAt = 0;

  constructor(name: string, addresses: readonly Endpoint[], owner: Owner) {
    this.name = name;
    this.#addresses = addresses;
    this.#owner = owner;
    this.#guard = new Lane(this, 'guard');
    this.#reads = new Lane(this, 'read');
    this.#writes = Array.from({ length: owner.settings.writers }, () => new Lane(this, 'write'));
  }

  get cluster(): string {
    return this.#owner.cluster;
  }

  get settings(): Settings {
    return this.#owner.settings;
  }

  get pause(): number {
    return Math.max(0, this.#readyAt - this.settings.scheduler.now());
  }

  submit(call: Call): void {
    this.#laneFor(call).submit(call);
  }

  /** Gives all connections up. */
  drop(error: CoordinationError): void {
    for (const lane of [this.#guard, this.#reads, ...this.#writes]) lane.drop(error);
  }

  endpoint(): Endpoint {
    return this.#addresses[this.#at]!;
  }

  start(work$: Observable<never>): void {
    this.#owner.start(work$);
  }

  worked(): void {
    this.#failures = 0;
    this.#readyAt = 0;
  }

  broke(error: CoordinationError): void {
    const code = error instanceof Dismissed ? error.cause.code : undefined;
    if (code === undefined || code === 'GOING_DOWN') this.#owner.suspect(this.name, error);
    if (code !== undefined && code !== 'GOING_DOWN' && code !== 'MAX_CONNECTIONS') return; // that was about a request
    this.#at = (this.#at + 1) % this.#addresses.length;
    const { backoff: waits, random, scheduler } = this.settings;
    if (this.pause > 0) return; // connections tend to break together
    const round = Math.floor(++this.#failures / this.#addresses.length);
    this.#readyAt = round === 0 ? 0 : scheduler.now() + backoff(round, waits, random);
  }

  refused(call: Call, error: ServerError, said: string): void {
    this.#owner.refused(this, call, error, said);
  }

  returned(call: Call, error: CoordinationError): void {
    this.#owner.returned(call, error);
  }

  /** Writes go where the fewest wait: servers join what comes over several connections. */
  #laneFor({ lane }: Call): Lane {
    if (lane === 'own') return new Lane(this, lane);
    if (lane !== 'write') return lane === 'read' ? this.#reads : this.#guard;
    let best = this.#writes[0]!;
    for (const each of this.#writes) if (each.load < best.load) best = each;
    return best;
  }
}
