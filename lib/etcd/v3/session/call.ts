import type { Subscriber, Unsubscribable } from 'rxjs';
import { NONE, type Reason, endedEarly } from '../../../core/callErrors.js';
import type { Expiring } from '../../../client/deadlines.js';
import { type Meter, UNSUBSCRIBED, outcomeOf } from '../../../client/meter.js';
import { valueFault } from '../../../core/codecs.js';
import { type CoordinationError, type Effect, ProtocolError } from '../../../core/errors.js';
import type { CallContext, CallListener, OpenCall } from '../carrier.js';
import type { Draft } from '../protocol/message.js';
import type { Method } from '../protocol/methods.js';
import type { MemberLink } from './memberLink.js';

/** The properties of one request. */
export interface CallProfile<R, T> {
  /** Makes the caller's value from the answer. An error that it throws is the caller's error. */
  readonly decode?: ((reply: R) => T) | undefined;
  /** Whether a member without a leader may answer. */
  readonly leaderless?: boolean | undefined;
  /** Whether it is a read of one key, which may travel with others in one transaction. */
  readonly joins?: boolean | undefined;
  /** Milliseconds, where the caller gives no timeout: of requests that take long. */
  readonly timeout?: number | undefined;
}

/** Where calls come from, and go to without an answer. */
export interface CallOrigin {
  /** Why there is no connection. */
  readonly trouble: Reason;
  readonly meter: Meter;
  /** This call has ended. */
  leave(call: Call): void;
  /** This attempt failed. */
  returned(call: Call, link: MemberLink, error: CoordinationError): void;
  /** A call that this member owes an answer has waited in vain. */
  overdue(link: MemberLink): void;
}

/** One request of one subscriber, from its subscription to its answer, however often it is sent. */
export class Call implements Unsubscribable, Expiring, CallListener<unknown> {
  readonly method: Method<unknown, unknown>;
  readonly context: CallContext;
  readonly deadline: number;
  /** How often it was sent. */
  attempts = 0;
  /** Whether it was sent again with a new token. */
  renewed = false;
  /** The token with which it was sent last. */
  token: string | undefined;
  readonly request: Draft<unknown>;
  readonly #subscriber: Subscriber<unknown>;
  readonly #profile: CallProfile<never, unknown>;
  readonly #origin: CallOrigin;
  readonly #began: number;
  #isCounted = false;
  #link: MemberLink | undefined;
  #open: Pick<OpenCall<unknown>, 'cancel'> | undefined;
  #reply: unknown;
  #failure: CoordinationError | undefined; // of the last attempt

  constructor(
    method: Method<never, never>,
    request: Draft<unknown>,
    context: CallContext,
    subscriber: Subscriber<unknown>,
    profile: CallProfile<never, unknown>,
    deadline: number,
    origin: CallOrigin
  ) {
    this.method = method;
    this.context = context;
    this.deadline = deadline;
    this.request = request;
    this.#subscriber = subscriber;
    this.#profile = profile;
    this.#origin = origin;
    this.#began = origin.meter.stamp;
  }

  /** Whether nobody waits for it any more. */
  get isOver(): boolean {
    return this.#subscriber.closed;
  }

  /** The effect if no answer comes. */
  get effect(): Effect {
    return this.#open !== undefined && !this.method.isRead ? 'unknown' : 'none';
  }

  /** Whether it may travel with other reads. */
  get joins(): boolean {
    return this.#profile.joins === true;
  }

  /** Sends it to a member. */
  start(link: MemberLink): void {
    this.board(link);
    this.send();
  }

  /** Is to be sent to a member. */
  board(link: MemberLink): void {
    this.#link = link;
    this.token = link.token;
    this.#reply = undefined;
    this.attempts++;
    link.begins();
  }

  /** Has left with others. `carriage` is told when nobody waits for this call any more. */
  travel(carriage: Pick<OpenCall<unknown>, 'cancel'>): void {
    this.#open = carriage;
  }

  /** Leaves alone, for the member that it is to be sent to. */
  send(): void {
    const link = this.#link!;
    try {
      const leader = this.#profile.leaderless !== true;
      const open = link.carrier.call(this.method, link.metadata(leader), this.context, this);
      this.#open = open;
      open.send(this.request);
      open.finish();
    } catch (error) {
      this.reject(error);
    }
  }

  /** Its answer has come: whatever happens to the client from now on, it gets this. {@link ended} delivers it. */
  settle(reply: unknown): void {
    this.#reply = reply;
    this.#origin.leave(this);
  }

  message(reply: unknown): void {
    this.#reply = reply;
  }

  ended(error: CoordinationError | undefined): void {
    const link = this.#link!;
    this.#depart();
    const failure = error ?? (this.#reply === undefined ? this.#nothing() : undefined);
    if (failure === undefined) return this.#answer(this.#reply);
    this.#failure = failure;
    this.#origin.returned(this, link, failure);
  }

  /** Its time is over. */
  expire(): void {
    const link = this.#open === undefined ? undefined : this.#link;
    this.#end('TIMEOUT', 'no reply in time');
    if (link !== undefined) this.#origin.overdue(link);
  }

  abort(reason: unknown): void {
    this.#end('ABORTED', 'aborted', reason);
  }

  reject(error: unknown): void {
    this.#origin.leave(this);
    this.#fail(error);
  }

  /** @internal The subscription is over, in whatever way. */
  unsubscribe(): void {
    this.#count(UNSUBSCRIBED);
    this.#origin.leave(this);
    this.#open?.cancel();
    this.#depart();
  }

  /** The member owes nothing any more. */
  #depart(): void {
    this.#open = undefined;
    this.#link?.ends();
    this.#link = undefined;
  }

  #nothing(): CoordinationError {
    const effect = this.method.isRead ? 'none' : 'unknown';
    return new ProtocolError('the answer has no message', { ...this.context, effect });
  }

  #answer(reply: unknown): void {
    this.#origin.leave(this);
    const { decode } = this.#profile;
    let value = reply;
    if (decode !== undefined) {
      try {
        value = decode(reply as never);
      } catch (error) {
        return this.#fail(valueFault(error, this.context));
      }
    }
    this.#count(undefined);
    this.#subscriber.next(value);
    this.#subscriber.complete();
  }

  #fail(error: unknown): void {
    this.#count(outcomeOf(error));
    this.#subscriber.error(error);
  }

  /** Counts it once, by the way in which it ends first. */
  #count(outcome: string | undefined): void {
    if (this.#isCounted) return;
    this.#isCounted = true;
    this.#origin.meter.ended(this.context.operation, this.#began, outcome);
  }

  #end(code: 'TIMEOUT' | 'ABORTED', why: string, reason?: unknown): void {
    const { text, cause } = this.#trouble;
    this.reject(endedEarly(code, `${why}${text}`, cause ?? reason)(this));
  }

  /** Why there is no answer: its own failure, or that of the connection. */
  get #trouble(): Reason {
    if (this.#open !== undefined) return NONE;
    if (this.#failure === undefined) return this.#origin.trouble;
    return { text: `; ${this.#failure.message}`, cause: this.#failure };
  }
}
