import type { SchedulerLike } from 'rxjs';
import type { Endpoint } from '../core/endpoint.js';
import { isCoordinationError } from '../core/errors.js';
import { Latency, SLOTS, noteDuration } from './latency.js';
import type { ClientGauges, ClientStats, RequestStats, StoreName } from './clientStats.js';

/** The outcome of a request that was answered. */
export const OK = 'ok';
/** The outcome of a request whose caller has left. */
export const UNSUBSCRIBED = 'unsubscribed';
/** The outcome of a request whose value the caller's own codec did not take. */
const FOREIGN = 'error';

/** The outcome of a request that failed: the code of its error. */
export function outcomeOf(error: unknown): string {
  return isCoordinationError(error) ? error.code : FOREIGN;
}

/** Things that are counted one by one. */
const COUNTS = [
  ...(['bytesIn', 'bytesOut', 'connections', 'failedConnections'] as const),
  ...(['lostConnections', 'resent', 'watches', 'leases'] as const),
];
type Count = (typeof COUNTS)[number];
const [BYTES_IN, BYTES_OUT] = [0, 1];

let clients = 0;

/**
 * Counts what a client does. It reads the clock once for each turn of the event loop, and not for each request, so a
 * time is exact but for the length of a turn. Requests that were asked for in one turn and answered in one have the
 * same time, and are noted together: each of them costs one addition.
 */
export class Meter {
  readonly store: StoreName;
  /** The number of the client in this process. */
  readonly client = ++clients;
  readonly scheduler: SchedulerLike;
  /** The server that takes requests, or was the last to do so. Not of Arakoon, which has several at a time. */
  endpoint: Endpoint | undefined;
  readonly #counts = new Float64Array(COUNTS.length);
  /** The times of requests, by operation and by outcome. */
  readonly #operations = new Map<string, Map<string, Float64Array>>();
  #stamp = 0;
  #inTurn = false; // the end of the turn will be told
  #isFresh = false;
  // the outcome of the last requests, which many of a chunk have in common: answered, so many times, after `#took`
  #operation = '';
  #took = 0;
  #alike = 0;

  constructor(store: StoreName, scheduler: SchedulerLike) {
    this.store = store;
    this.scheduler = scheduler;
  }

  /** The time of this turn, in microseconds, modulo 2^32. */
  get stamp(): number {
    if (!this.#isFresh) {
      this.#stamp = (this.scheduler.now() * 1000) | 0;
      this.#isFresh = this.#inTurn;
    }
    return this.#stamp;
  }

  /** From now on all happens at one time, until {@link turnEnds}. */
  turnBegins(): void {
    this.#inTurn = true;
  }

  turnEnds(): void {
    this.#inTurn = this.#isFresh = false;
  }

  /** A chunk has come, and is read now, until {@link turnEnds}. */
  received(bytes: number): void {
    this.#counts[BYTES_IN]! += bytes;
    this.#inTurn = true;
    this.#isFresh = false;
  }

  sent(bytes: number): void {
    this.#counts[BYTES_OUT]! += bytes;
  }

  /**
   * A request has ended.
   *
   * @param began the {@link stamp} when it was asked for
   */
  ended(operation: string, began: number, outcome = OK): void {
    const took = (this.stamp - began) >>> 0;
    if (outcome !== OK) return noteDuration(this.#timesOf(operation, outcome), took);
    if (took !== this.#took || operation !== this.#operation) this.#turnTo(operation, took);
    this.#alike++;
  }

  /** A connection takes requests. */
  connected(endpoint: Endpoint): void {
    this.endpoint = endpoint;
    this.add('connections');
  }

  /** Something has happened once more; or `by` times; or has ended, with -1. */
  add(count: Count, by = 1): void {
    this.#counts[COUNTS.indexOf(count)]! += by;
  }

  /** Everything that was counted, and the present figures. */
  stats(gauges: ClientGauges): ClientStats {
    this.#note();
    const counts = Object.fromEntries(COUNTS.map((name, i) => [name, this.#counts[i]!])) as Record<Count, number>;
    return { store: this.store, client: this.client, requests: this.#requests(), ...counts, sessions: 0, ...gauges };
  }

  #requests(): readonly RequestStats[] {
    return [...this.#operations].flatMap(([operation, outcomes]) =>
      [...outcomes].map(([outcome, times]) => ({ operation, outcome, latency: new Latency(times) }))
    );
  }

  /** The next requests have another operation, or took another time, than the last ones. */
  #turnTo(operation: string, took: number): void {
    this.#note();
    this.#operation = operation;
    this.#took = took;
  }

  /** Notes the requests that were only counted. */
  #note(): void {
    if (this.#alike > 0) noteDuration(this.#timesOf(this.#operation), this.#took, this.#alike);
    this.#alike = 0;
  }

  #timesOf(operation: string, outcome = OK): Float64Array {
    const outcomes = this.#operations.get(operation) ?? new Map<string, Float64Array>();
    this.#operations.set(operation, outcomes);
    const times = outcomes.get(outcome) ?? new Float64Array(SLOTS);
    outcomes.set(outcome, times);
    return times;
  }
}
