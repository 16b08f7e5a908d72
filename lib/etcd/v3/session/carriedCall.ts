import { type CoordinationError, ProtocolError, UsageError, situated, withEffect } from '../../../core/errors.js';
import { asCoordinationError } from '../../../core/failures.js';
import type { CallContext, CallListener, OpenCall } from '../carrier.js';
import { refusal } from '../protocol/errorCode.js';
import type { Draft } from '../protocol/message.js';
import type { Method } from '../protocol/methods.js';

/** Bytes of the longest messages. */
export interface MessageLimits {
  readonly maxRequestBytes: number;
  readonly maxReplyBytes: number;
}

/** The HTTP request of a call. */
interface CarryingStream {
  cancel(): void;
  hold(): void;
  release(): void;
}

/** One call on its way, over whichever HTTP: it has one listener, which hears of one end. */
export abstract class CarriedCall<Q, R, S extends CarryingStream> implements OpenCall<Q> {
  stream!: S;
  protected readonly method: Method<Q, R>;
  protected readonly context: CallContext;
  #listener: CallListener<R> | undefined;
  #isAnswered = false;

  constructor(method: Method<Q, R>, context: CallContext, listener: CallListener<R>) {
    this.method = method;
    this.context = context;
    this.#listener = listener;
  }

  abstract send(message: Draft<Q>): boolean;
  abstract finish(): void;
  protected abstract read(chunk: Buffer): void;

  cancel(): void {
    this.#listener = undefined;
    this.stream.cancel();
  }

  hold(): void {
    this.stream.hold();
  }

  release(): void {
    this.stream.release();
  }

  /** Takes a part of the answer. The call ends when that breaks a rule. */
  data(chunk: Buffer): void {
    try {
      this.read(chunk);
    } catch (error) {
      this.stream.cancel();
      this.end(asCoordinationError(error));
    }
  }

  drained(): void {
    this.#listener?.drained?.();
  }

  protected deliver(message: R): void {
    if (this.#isAnswered && !this.method.isStream) throw new ProtocolError('the answer has more than one message');
    this.#isAnswered = true;
    this.#listener?.message(message);
  }

  protected refused(status: number, words: string): CoordinationError {
    return refusal(status, words, this.method.isRead, this.context);
  }

  /** Refuses a message of this size. A call that has only this message is given up. */
  protected tooLarge(size: string): never {
    if (!this.method.isStream) this.cancel();
    throw new UsageError('request', `${size}; see maxRequestBytes`, { ...this.context, code: 'TOO_LARGE' });
  }

  protected end(error: CoordinationError | undefined): void {
    const listener = this.#listener;
    this.#listener = undefined;
    if (error !== undefined && this.method.isRead) withEffect(error, 'none');
    listener?.ended(situated(error, this.context));
  }
}
