import { type Observable, timer } from 'rxjs';
import { Redial } from '../../client/redial.js';
import { backoff } from '../../core/backoff.js';
import { type Endpoint, formatEndpoint } from '../../core/endpoint.js';
import { ConnectionLostError, type CoordinationError, SessionError } from '../../core/errors.js';
import type { Trouble } from '../../core/trouble.js';
import type { Settings } from '../options.js';
import type { Diagnostic } from '../sessionState.js';
import { ServerRotation } from './serverRotation.js';
import { type Verdict, verdictOn } from './verdict.js';

/** How often every server must have hung up without a word until that is taken for a loss of data. */
const ROUNDS_UNTIL_LOSS = 3;
/** Bounds of the timeout of one dial, in milliseconds. */
const [SHORTEST_DIAL, LONGEST_DIAL] = [1000, 10_000];
/** A try that would have less time than this before the session is over is not made for its sake, in milliseconds. */
const LAST_TRY = 50;

/** The facts about a session that decide how it reconnects. */
export interface SessionFacts {
  /** Negotiated, in milliseconds. */
  readonly timeout: number;
  /** Until when the session stands without a server, on the client's clock. */
  readonly deadline: number;
  /** Newest transaction seen. */
  readonly seen: bigint;
  /** Whether it stands only with a server that has lost its quorum. */
  readonly local: boolean;
}

/** Decides which server to try, when, and what the end of a link means. It changes nothing but its own counts. */
export class ReconnectPolicy {
  readonly #settings: Settings;
  readonly #session: SessionFacts;
  readonly #diagnose: (diagnostic: Diagnostic) => void;
  readonly #trouble: Trouble;
  readonly #stood: Redial; // counts links that stood, and broke soon; the rotation counts attempts in vain
  #rotation: ServerRotation | undefined;
  #preferred: Endpoint | undefined;
  #current: Endpoint | undefined;
  #hungUp = 0; // attempts in a row that a server ended without a word

  constructor(settings: Settings, session: SessionFacts, trouble: Trouble, diagnose: (diagnostic: Diagnostic) => void) {
    this.#settings = settings;
    this.#session = session;
    this.#trouble = trouble;
    this.#diagnose = diagnose;
    this.#stood = new Redial(settings);
  }

  /** The server that is or was last tried. */
  get current(): Endpoint | undefined {
    return this.#current;
  }

  /**
   * The timeout of the next dial, in milliseconds. Near the end of the session it leaves time for the other servers,
   * and for another try.
   */
  get budget(): number {
    const { size, untried } = this.#rotation!;
    const usual =
      this.#settings.connectTimeout ?? Math.min(LONGEST_DIAL, Math.max(SHORTEST_DIAL, this.#session.timeout / size));
    return Math.min(usual, Math.max(LAST_TRY, this.#left / (untried + 1)));
  }

  /** How long the session lasts without a server, in milliseconds. */
  get #left(): number {
    return this.#session.deadline - this.#settings.scheduler.now();
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
    this.#diagnose({ kind: 'dialing', endpoint });
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
    this.#stood.begins();
    this.#rotation!.connected();
    this.#trouble.over();
  }

  /** An attempt has failed, or a link has ended. Returns what that means for the session. */
  judge(error: CoordinationError, endpoint: Endpoint): Verdict {
    const { stands: established } = this.#stood;
    this.#stood.ends();
    this.#trouble.failed(formatEndpoint(endpoint), error);
    this.#diagnose({ kind: 'link-lost', endpoint, error, established });
    const verdict = verdictOn(error);
    if (verdict.kind === 'lost') return verdict;
    if (this.#session.local) {
      const replaced = new SessionError('REPLACED', 'the session stood with a read-only server alone');
      return { kind: 'lost', loss: { reason: 'replaced', error: replaced } };
    }
    const silent = !established && error instanceof ConnectionLostError && this.#session.seen > 0n;
    this.#hungUp = silent ? this.#hungUp + 1 : 0;
    if (!this.#serversAreBehind()) return verdict;
    const lost = new SessionError('EXPIRED', 'the servers have lost what this session has seen', 'none', {
      cause: error,
    });
    return { kind: 'lost', loss: { reason: 'data-loss', error: lost } };
  }

  /** Emits when the next attempt may begin. */
  pause(): Observable<unknown> {
    const usual = this.#preferred === undefined ? this.#wait() : 0;
    // so that there is a try with about as much time left as a server needs, however much that is
    const half = this.#left / 2;
    const delay = half < LAST_TRY ? usual : Math.min(usual, half);
    if (delay > 0) this.#diagnose({ kind: 'waiting', delay });
    return timer(delay, this.#settings.scheduler);
  }

  /**
   * At once with another server. When that is of no use either, clients spread: one after the other loses its turn, and
   * once every server has been tried, each attempt waits a little longer. Waits between attempts, rather than between
   * rounds of them, find an ensemble that comes back sooner, with fewer attempts.
   */
  #wait(): number {
    const { size, inVain, seeking } = this.#rotation!;
    const { backoff: waits, random } = this.#settings;
    const { min, max } = waits;
    const { failures: brief } = this.#stood;
    const count = brief > 1 ? Math.max(inVain, 1, brief - size + 1) : inVain;
    if (count > 0) return backoff(count, { min, max: Math.max(min, max / size) }, random);
    return seeking ? random() * min : this.#stood.delay(0);
  }

  /**
   * Whether the servers have lost what the session has seen, and it need not wait for one that has not. Every server
   * hangs up on it then. One round of that may be a restart, two are reported, and the third decides.
   */
  #serversAreBehind(): boolean {
    const { size } = this.#rotation!;
    if (this.#hungUp < size * 2 || this.#hungUp % size !== 0) return false;
    this.#diagnose({ kind: 'zxid-ahead', zxid: this.#session.seen });
    return this.#settings.onDataLoss === 'renew' && this.#hungUp >= size * ROUNDS_UNTIL_LOSS;
  }
}
