import type { Subscriber } from 'rxjs';
import { type CallError, type Unanswered, linkLost } from '../../core/callErrors.js';
import { type Meter, UNSUBSCRIBED, outcomeOf } from '../../client/meter.js';
import { type Effect, ProtocolError, situated } from '../../core/errors.js';
import { stackless } from '../../core/failures.js';
import { type RefusalContext, refusal } from '../protocol/errorCode.js';
import type { JuteReader } from '../protocol/juteReader.js';
import type { AnyOp } from '../protocol/op.js';

/** Requests that are to travel over one link or not at all. */
export interface Batch {
  /** Set once the first of them has left. */
  started: boolean;
}

/** Something sent that waits for its reply. */
export interface Pending {
  /** Largest reply that is taken, in multiples of the limit for one. */
  readonly size: number;
  /** How many reads it answers that might travel together; 0 for anything else. */
  readonly reads: number;
  readonly opcode: number;
  /** Whether it has left this process. */
  sent: boolean;
  /**
   * Delivers the reply: an error code, or 0 and a body. Throws a ProtocolError when the link cannot be trusted any
   * more.
   */
  settle(code: number, body: JuteReader): void;
  /** The link is gone, or its reply was too large to take. */
  fail(error: CallError): void;
  /** Its reply was too large to take. */
  overflow(length: number): void;
}

/** One request of one subscriber, from its subscription to its reply. */
export class Call implements Pending, Unanswered {
  op: AnyOp;
  request: unknown;
  readonly subscriber: Subscriber<unknown>;
  readonly batch: Batch | undefined;
  /** Where it was asked for, when that is kept. */
  readonly site: string | undefined;
  readonly size = 1;
  readonly #meter: Meter;
  readonly #began: number;
  /** Set when it was too large together with its neighbours. */
  alone = false;
  /** Whether it has left this process. */
  sent = false;
  /** Whether the queue in which it waits will learn that its caller has left. */
  lookedAfter = false;
  /** Whether it has its answer or its error, which the subscriber may be hearing just now. */
  over = false;

  constructor(
    op: AnyOp,
    request: unknown,
    subscriber: Subscriber<unknown>,
    batch: Batch | undefined,
    site: string | undefined,
    meter: Meter
  ) {
    this.op = op;
    this.request = request;
    this.subscriber = subscriber;
    this.batch = batch;
    this.site = site;
    this.#meter = meter;
    this.#began = meter.stamp;
  }

  /** Whether it may travel beside its neighbours. */
  get joins(): boolean {
    return this.op.coalesces === true && !this.alone;
  }

  get opcode(): number {
    return this.op.opcode;
  }

  get reads(): number {
    return this.op.coalesces === true ? 1 : 0;
  }

  /** The effect of the request if no reply comes. */
  get effect(): Effect {
    return this.sent && !this.op.readOnly ? 'unknown' : 'none';
  }

  get context(): { readonly operation: string; readonly path: string | undefined } {
    return { operation: this.op.name, path: this.op.path?.(this.request) };
  }

  /** @param most bytes that the reply may have had alone */
  settle(code: number, body: JuteReader, most = Infinity): void {
    const { op, request } = this;
    if (this.subscriber.closed) return this.drop(); // left meanwhile: not even decoded
    if (code !== 0) return this.#refuse(code, body);
    let reply: unknown;
    const { position } = body;
    try {
      reply = op.decode(body, request);
    } catch (error) {
      if (error instanceof ProtocolError) {
        this.fail(linkLost(error));
        throw error;
      }
      if (body.position - position <= most) return this.reject(error);
    }
    if (body.position - position > most) return this.overflow(body.position - position);
    this.#answer(reply);
  }

  fail(error: CallError): void {
    if (this.subscriber.closed) this.drop();
    else if (!this.over) this.reject(error(this));
  }

  overflow(length: number): void {
    this.fail(({ effect }) =>
      stackless(
        () =>
          new ProtocolError(
            `${this.op.name} ${this.context.path ?? ''}: a reply of ${length} bytes is larger than maxReplyBytes`,
            { ...this.context, code: 'REPLY_TOO_LARGE', effect }
          )
      )
    );
  }

  /** Its caller has left. */
  drop(): void {
    if (!this.over) this.#meter.ended(this.op.name, this.#began, UNSUBSCRIBED);
    this.over = true;
  }

  /** Ends the call with an error that says which it was; its stack is the place of the call, when that is kept. */
  reject(error: unknown): void {
    this.over = true;
    this.#meter.ended(this.op.name, this.#began, outcomeOf(error));
    situated(error, this.context);
    if (this.site !== undefined && error instanceof Error)
      error.stack = `${error.name}: ${error.message}\n${this.site}`;
    this.subscriber.error(error);
  }

  #refuse(code: number, body: JuteReader): void {
    const answer = this.op.refused?.(code, body, this.request);
    if (answer === undefined) return this.reject(stackless(() => refusal(code, this.#refusalContext)));
    this.#answer(answer);
  }

  get #refusalContext(): RefusalContext {
    const { op, request, context } = this;
    return { ...context, below: op.below, numbered: op.numbered?.(request) };
  }

  /** Whatever the subscriber does in `next`, closing the client included, the call is over by then. */
  #answer(reply: unknown): void {
    this.over = true;
    this.#meter.ended(this.op.name, this.#began);
    this.subscriber.next(reply);
    this.subscriber.complete();
  }
}
