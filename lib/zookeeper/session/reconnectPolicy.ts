import { type Observable, timer } from 'rxjs';
import { backoff } from '../../core/backoff.js';
import { type Endpoint, formatEndpoint } from '../../core/endpoint.js';
import { ConnectionLostError, type CoordinationError, SessionError } from '../../core/errors.js';
import type { Trouble } from '../../core/trouble.js';
import type { Settings } from '../options.js';
import type { LostReason } from '../sessionState.js';
import { ServerRotation } from './serverRotation.js';
import type { SessionStreams } from './sessionStreams.js';
import { type SessionRecord, lossOf } from './sessionRecord.js';

/** A link that ended sooner than this after it stood counts as a failure: no busy loop with a broken server. */
const STABLE = 1000;
/** How often every server must have hung up without a word until that is taken for a loss of data. */
const ROUNDS_UNTIL_LOSS = 3;
/** Bounds of what one dial may take unless told, in milliseconds. */
const [SHORTEST_DIAL, LONGEST_DIAL] = [1000, 10_000];
/** A try that would have less time than this before the session is over is not made for its sake, in milliseconds. */
const LAST_TRY = 50;

/** The cause of the error that ends a session because the servers have lost what it had seen. */
const DATA_LOSS = Symbol('data loss');

/** Which server to try, when, and what a failure means. */
export class ReconnectPolicy {
  readonly #settings: Settings;
  readonly #record: SessionRecord;
  readonly #streams: SessionStreams;
  readonly #trouble: Trouble;
  #rotation: ServerRotation | undefined;
  #preferred: Endpoint | undefined;
  #current: Endpoint | undefined;
  #establishedAt: number | undefined;
  #brief = 0; // links in a row that stood, and broke before they were stable; dials in vain are counted by the rotation
  #hungUp = 0; // attempts in a row that a server ended without a word

  constructor(settings: Settings, record: SessionRecord, streams: SessionStreams, trouble: Trouble) {
    this.#settings = settings;
    this.#record = record;
    this.#streams = streams;
    this.#trouble = trouble;
  }

  /** The server that is or was last tried. */
  get current(): Endpoint | undefined {
    return this.#current;
  }

  /**
   * What the next dial may take, in milliseconds: near the end of the session no more than leaves time for the other
   * servers, and for another try.
   */
  get budget(): number {
    const { size, untried } = this.#rotation!;
    const usual =
      this.#settings.connectTimeout ?? Math.min(LONGEST_DIAL, Math.max(SHORTEST_DIAL, this.#record.timeout / size));
    return Math.min(usual, Math.max(LAST_TRY, this.#left / (untried + 1)));
  }

  /** How long the session lasts without a server, in milliseconds. */
  get #left(): number {
    return this.#record.deadline - this.#settings.scheduler.now();
  }

  /** Takes a list of servers. Returns whether the current one must be left. */
  relist(list: readonly Endpoint[]): boolean {
    this.#trouble.keep(list.map(formatEndpoint));
    if (this.#rotation !== undefined) return this.#rotation.update(list, this.#current);
    this.#rotation = new ServerRotation(list, this.#settings.random);
    return false;
  }

  /** The server to dial now. */
  next(): Endpoint {
    const endpoint = this.#preferred ?? this.peek();
    this.#preferred = undefined;
    this.#current = endpoint;
    this.#streams.diagnose({ kind: 'dialing', endpoint });
    return endpoint;
  }

  /** Another server, to ask it something. */
  peek(): Endpoint {
    return this.#rotation!.next();
  }

  /** Leaves the current server for this one. */
  leaveFor(endpoint: Endpoint): never {
    this.#preferred = endpoint;
    throw new ConnectionLostError('a server with a quorum was found');
  }

  /** The server has let us in. */
  admitted(): void {
    this.#hungUp = 0;
  }

  /** Requests can go out. */
  established(): void {
    this.#establishedAt = this.#settings.scheduler.now();
    this.#rotation!.connected();
    this.#trouble.over();
  }

  /** An attempt has failed, or a link has ended: returns what that means for the session. */
  failed(error: CoordinationError, endpoint: Endpoint): CoordinationError {
    const since = this.#establishedAt;
    const established = since !== undefined;
    this.#establishedAt = undefined;
    this.#trouble.failed(formatEndpoint(endpoint), error);
    this.#streams.diagnose({ kind: 'link-lost', endpoint, error, established });
    if (established) this.#brief = this.#settings.scheduler.now() - since >= STABLE ? 0 : this.#brief + 1;
    if (lossOf(error)) return error;
    if (this.#record.local) return new SessionError('REPLACED', 'the session stood with a read-only server alone');
    const silent = !established && error instanceof ConnectionLostError && this.#record.seen > 0n;
    this.#hungUp = silent ? this.#hungUp + 1 : 0;
    return this.#hungUp > 0 && this.#hungUp % this.#rotation!.size === 0 ? this.#zxidAhead(error) : error;
  }

  /**
   * Emits when the next attempt may begin: at once with another server, and after each round in vain a little later.
   */
  pause(): Observable<unknown> {
    const { backoff: bounds, random, scheduler } = this.#settings;
    const rotation = this.#rotation!;
    const attempt =
      this.#preferred !== undefined
        ? 0
        : Math.max(
            rotation.roundOver ? rotation.round : 0,
            this.#brief > 1 ? Math.ceil(this.#brief / rotation.size) : 0
          );
    const usual = attempt === 0 ? 0 : backoff(attempt, bounds, random);
    // so that there is a try with about as much time left as a server needs, however much that is
    const half = this.#left / 2;
    const delay = half < LAST_TRY ? usual : Math.min(usual, half);
    if (delay > 0) this.#streams.diagnose({ kind: 'waiting', delay });
    return timer(delay, scheduler);
  }

  /**
   * Every server has hung up on us in turn; once may be a restart, again means that they are behind what we have seen.
   */
  #zxidAhead(error: CoordinationError): CoordinationError {
    if (this.#hungUp < this.#rotation!.size * 2) return error;
    this.#streams.diagnose({ kind: 'zxid-ahead', zxid: this.#record.seen });
    if (this.#settings.onDataLoss === 'wait' || this.#hungUp < this.#rotation!.size * ROUNDS_UNTIL_LOSS) return error;
    this.#record.lost();
    return new SessionError('EXPIRED', 'the servers have lost what this session has seen', 'none', {
      cause: DATA_LOSS,
    });
  }
}

/** Why a session is over; `undefined` for an error that does not end one. */
export function reasonOf(error: unknown): LostReason | undefined {
  return error instanceof SessionError && error.cause === DATA_LOSS ? 'data-loss' : lossOf(error);
}
