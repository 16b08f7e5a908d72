import type { Subscriber } from 'rxjs';
import type { CallError, Unanswered } from '../../core/callErrors.js';
import type { Effect } from '../../core/errors.js';
import type { RequestDescription } from './protocolOf.js';

/** One request of one subscriber, from its subscription to its last reply. */
export class ChannelCall<Q, M> implements Unanswered {
  readonly request: Q;
  id = 0;
  /** Whether it has left. */
  sent = false;
  readonly #subscriber: Subscriber<M>;
  readonly #description: RequestDescription | undefined;

  constructor(request: Q, subscriber: Subscriber<M>, description: RequestDescription | undefined) {
    this.request = request;
    this.#subscriber = subscriber;
    this.#description = description;
  }

  /** The effect of the request if no reply comes. */
  get effect(): Effect {
    return this.sent && this.#description?.readOnly !== true ? 'unknown' : 'none';
  }

  get context(): { readonly operation: string; readonly path: string | undefined } {
    return { operation: this.#description?.operation ?? 'request', path: this.#description?.path };
  }

  /** Delivers a reply, unless the subscriber has left. */
  answer(message: M, isLast: boolean): void {
    this.#subscriber.next(message);
    if (isLast) this.#subscriber.complete();
  }

  fail(error: CallError): void {
    if (!this.#subscriber.closed) this.#subscriber.error(error(this));
  }

  /** Ends it with an error of its own. */
  reject(error: unknown): void {
    this.#subscriber.error(error);
  }
}
