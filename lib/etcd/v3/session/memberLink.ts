import { Subject } from 'rxjs';
import type { Endpoint } from '../../../core/endpoint.js';
import type { Carrier, Metadata } from '../carrier.js';

/** A connection to a member that takes requests: the user, if there is one, has a token. */
export class MemberLink {
  readonly endpoint: Endpoint;
  readonly carrier: Carrier;
  /** Emits when the last request under way has ended. */
  readonly idle$ = new Subject<void>();
  /** Emits when a request has waited in vain, and others wait: so that silence shows soon. */
  readonly doubt$ = new Subject<void>();
  /** When the token came, on the client's clock. */
  tokenSince = -Infinity;
  #token: string | undefined;
  #underWay = 0;
  #isDoubted = false; // and nothing is under way
  #plain!: Metadata;
  #leading!: Metadata;

  constructor(endpoint: Endpoint, carrier: Carrier) {
    this.endpoint = endpoint;
    this.carrier = carrier;
    this.token = undefined;
  }

  /** The token of the user. */
  get token(): string | undefined {
    return this.#token;
  }

  set token(token: string | undefined) {
    this.#token = token;
    this.#plain = token === undefined ? {} : { token };
    this.#leading = { ...this.#plain, hasleader: 'true' };
  }

  /** Requests and streams under way. */
  get underWay(): number {
    return this.#underWay;
  }

  /**
   * The metadata of a call.
   *
   * @param leader whether a member without a leader must refuse it, instead of letting it wait
   */
  metadata(leader: boolean): Metadata {
    return leader ? this.#leading : this.#plain;
  }

  /** A request or a stream begins. */
  begins(): void {
    this.#underWay++;
    if (!this.#isDoubted) return;
    this.#isDoubted = false;
    this.doubt$.next();
  }

  /** A request or a stream has ended. */
  ends(): void {
    if (--this.#underWay === 0) this.idle$.next();
  }

  /** A request has waited in vain. Servers do not like to be asked while nothing is under way. */
  doubt(): void {
    if (this.#underWay > 0) this.doubt$.next();
    else this.#isDoubted = true;
  }
}
