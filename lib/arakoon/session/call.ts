import type { Subscriber, Unsubscribable } from 'rxjs';
import { valueFault } from '../../core/codecs.js';
import { NONE, type Reason, endedEarly } from '../../core/callErrors.js';
import { type Meter, UNSUBSCRIBED, outcomeOf } from '../../client/meter.js';
import type { Expiring } from '../../client/deadlines.js';
import type { CoordinationError, Effect } from '../../core/errors.js';
import type { AnyOp } from '../protocol/op.js';
import type { LaneKind, CallProfile } from './callProfile.js';

/** The carrier of a call that is under way. */
export interface Carrier {
  /** The subscriber of this call has gone. `left` says whether the call has left this process. */
  abandoned(left: boolean): void;
  /** A call has waited in vain. */
  overdue(): void;
}

/** Where calls come from. */
export interface Origin {
  /** Why there is no connection. */
  readonly trouble: Reason;
  readonly meter: Meter;
  /** This call has ended. */
  leave(call: Call): void;
}

/** Who is to answer, and until when. */
export interface Destination {
  /** The node to ask; without one, the master or any. */
  readonly node: string | undefined;
  readonly master: boolean;
  readonly deadline: number;
}

/** The key of a request, as errors show it. */
export function keyShown(op: AnyOp, request: unknown): string | undefined {
  const key = request === undefined ? undefined : op.key?.(request);
  return key && Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString();
}

/** One request of one subscriber, from its subscription to its reply, however often it is sent. */
export class Call implements Unsubscribable, Expiring {
  readonly op: AnyOp;
  request: unknown;
  readonly subscriber: Subscriber<unknown>;
  readonly manner: CallProfile;
  readonly to: Destination;
  /** Whether there is no node to send it to. */
  waits = false;
  /** Whether its answer has come, of which its subscriber may be about to hear. */
  answered = false;
  /** How often it has come back. */
  returns = 0;
  readonly #idempotent: boolean | undefined;
  readonly #origin: Origin;
  readonly #began: number;
  #isCounted = false;
  #carrier: Carrier | undefined;
  #trouble: CoordinationError | undefined; // why it came back last
  #sent = false;
  #doubtful = false; // an earlier attempt may have been applied

  constructor(
    op: AnyOp,
    request: unknown,
    subscriber: Subscriber<unknown>,
    manner: CallProfile,
    to: Destination,
    idempotent: boolean | undefined,
    origin: Origin
  ) {
    this.op = op;
    this.request = request;
    this.subscriber = subscriber;
    this.manner = manner;
    this.to = to;
    this.#idempotent = idempotent;
    this.#origin = origin;
    this.#began = origin.meter.stamp;
  }

  get deadline(): number {
    return this.to.deadline;
  }

  get lane(): LaneKind {
    if (this.manner.lane !== undefined) return this.manner.lane;
    if (this.op.kind !== 'read') return 'write';
    return this.to.master ? 'read' : this.to.node === undefined ? 'roam' : 'named';
  }

  /**
   * Whether it may be sent again.
   *
   * @param late whether we closed the connection, so that the server may still apply the request later: an older write
   * would come after a newer one, unless the caller has said that this does no harm
   */
  mayReturn(late: boolean): boolean {
    if (this.manner.once === true) return false;
    return !this.#sent || (this.#idempotent ?? (this.op.kind === 'read' || (this.op.kind === 'idempotent' && !late)));
  }

  /** The effect of the request if no reply comes. */
  get effect(): Effect {
    return (this.#sent || this.#doubtful) && this.op.kind !== 'read' ? 'unknown' : 'none';
  }

  get context(): { readonly operation: string; readonly path: string | undefined } {
    return { operation: this.op.name, path: keyShown(this.op, this.request) };
  }

  /** It is to be sent by this. */
  boards(carrier: Carrier): void {
    this.#carrier = carrier;
  }

  /** Whether it has been sent, and may yet be answered. */
  get left(): boolean {
    return this.#sent;
  }

  /** It leaves this process. */
  leaves(): void {
    this.#sent = true;
  }

  /** It was not done, whether it left or not. */
  undone(): void {
    this.#sent = false;
  }

  /** It came back, to be sent again. */
  comesBack(trouble: CoordinationError): void {
    this.#doubtful ||= this.#sent;
    this.#sent = false;
    this.#carrier = undefined;
    this.#trouble = trouble;
    this.returns++;
  }

  /** Its answer has come: whatever happens to the client or to its signal from now on, it gets this. */
  settle(): void {
    this.answered = true;
    this.#origin.leave(this);
    this.#carrier = undefined;
  }

  /** Delivers the answer. */
  answer(reply: unknown): void {
    const { subscriber, manner } = this;
    if (subscriber.closed) return; // left meanwhile
    let value = reply;
    if (manner.decode !== undefined) {
      try {
        value = manner.decode(reply as never);
      } catch (error) {
        return this.#fail(valueFault(error, this.context));
      }
    }
    this.#count(undefined);
    subscriber.next(value);
    subscriber.complete();
  }

  reject(error: unknown): void {
    this.settle();
    this.#fail(error);
  }

  /** Its time is over. */
  expire(): void {
    if (this.answered) return;
    this.#end('TIMEOUT', 'no reply in time');
  }

  abort(reason: unknown): void {
    if (!this.answered) this.#end('ABORTED', 'aborted', reason);
  }

  /** The reason why there is no answer: its own failure, or that of the connection. */
  get trouble(): Reason {
    if (this.#sent) return NONE;
    if (this.waits || this.#trouble === undefined) return this.#origin.trouble;
    return { text: `; ${this.#trouble.message}`, cause: this.#trouble };
  }

  /** @internal The subscription is over, in whatever way. */
  unsubscribe(): void {
    this.#count(UNSUBSCRIBED);
    this.#origin.leave(this);
    if (!this.#sent) this.request = undefined; // an object that still holds the call does not hold its data
    this.#carrier?.abandoned(this.#sent);
    this.#carrier = undefined;
  }

  #fail(error: unknown): void {
    this.#count(outcomeOf(error));
    this.subscriber.error(error);
  }

  /** Counts it once, by the way in which it ends first. */
  #count(outcome: string | undefined): void {
    if (this.#isCounted) return;
    this.#isCounted = true;
    this.#origin.meter.ended(this.op.name, this.#began, outcome);
  }

  #end(code: 'TIMEOUT' | 'ABORTED', why: string, reason?: unknown): void {
    const { text, cause } = this.trouble;
    const [carrier, left] = [this.#carrier, this.#sent];
    this.reject(endedEarly(code, `${why}${text}`, cause ?? reason)(this));
    if (code === 'TIMEOUT') carrier?.overdue();
    carrier?.abandoned(left);
  }
}
