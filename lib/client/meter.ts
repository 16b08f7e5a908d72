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

/** The times of one operation's requests. */
class OperationTimes {
  readonly ok = new Float64Array(SLOTS);
  /** By outcome. */
  readonly others = new Map<string, Float64Array>();
}

let clients = 0;

/**
 * Counts what a client does. It costs a few additions for each request. It reads the clock once for each turn of the
 * event loop, and not for each request, so a time is exact but for the length of a turn.
 */
export class Meter {
  readonly store: StoreName;
  /** The number of the client in this process. */
  readonly client = ++clients;
  readonly scheduler: SchedulerLike;
  /** The server that takes requests, or was the last to do so. Not of Arakoon, which has several at a time. */
  endpoint: Endpoint | undefined;
  readonly #counts = new Float64Array(COUNTS.length);
  readonly #operations = new Map<string, OperationTimes>();
  #stamp = 0;
  #inTurn = false; // the end of the turn will be told
  #isFresh = false;
  #operation = '';
  #times = new OperationTimes();

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
    if (operation !== this.#operation) this.#turnTo(operation);
    noteDuration(outcome === OK ? this.#times.ok : this.#timesOf(outcome), (this.stamp - began) >>> 0);
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
    const counts = Object.fromEntries(COUNTS.map((name, i) => [name, this.#counts[i]!])) as Record<Count, number>;
    return { store: this.store, client: this.client, requests: this.#requests(), ...counts, sessions: 0, ...gauges };
  }

  #requests(): readonly RequestStats[] {
    return [...this.#operations]
      .flatMap(([operation, { ok, others }]) =>
        [[OK, ok] as const, ...others].map(([outcome, times]) => ({ operation, outcome, latency: new Latency(times) }))
      )
      .filter(({ latency }) => latency.count > 0);
  }

  /** Most requests are of the same operation as the last one. */
  #turnTo(operation: string): void {
    const times = this.#operations.get(operation) ?? new OperationTimes();
    this.#operations.set(operation, times);
    this.#operation = operation;
    this.#times = times;
  }

  #timesOf(outcome: string): Float64Array {
    const { others } = this.#times;
    const times = others.get(outcome) ?? new Float64Array(SLOTS);
    others.set(outcome, times);
    return times;
  }
}
