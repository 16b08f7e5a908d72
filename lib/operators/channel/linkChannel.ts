import { Observable, Subject, type Subscriber, type TeardownLogic, asyncScheduler } from 'rxjs';
import { Linked } from '../../bytes/linked.js';
import { type Traffic, TurnWriter } from '../../bytes/turnWriter.js';
import { type CallError, linkLost } from '../../core/callErrors.js';
import { bytes } from '../../core/check.js';
import { ConnectionLostError, type CoordinationError, UsageError, isCoordinationError } from '../../core/errors.js';
import { placeOf } from '../../core/failures.js';
import type { Link } from '../../core/link.js';
import { ChannelCall } from './channelCall.js';
import type { Protocol } from './protocolOf.js';
import { Pieces } from '../../bytes/pieces.js';
import { ById, ByOrder, type UnderWay } from './underWay.js';

/** Nobody counts the bytes. */
const UNCOUNTED: Traffic = { turnBegins() {}, turnEnds() {}, received() {}, sent() {} };

/** Many requests over one link at a time, and the events between their replies. Its functions need no `this`. */
export class LinkChannel<Q, M> {
  /** Never errors. */
  readonly event$: Observable<M>;
  readonly #protocol: Protocol<Q, M>;
  readonly #waiting = new Linked<ChannelCall<Q, M>>(); // in the order in which they will leave
  readonly #underWay: UnderWay<Q, M>;
  readonly #events$ = new Subject<M>();
  readonly #out = new Pieces();
  readonly #writer: TurnWriter;
  #ended: CoordinationError | undefined;

  constructor(link: Link, protocol: Protocol<Q, M>) {
    this.#protocol = protocol;
    this.event$ = this.#events$.asObservable();
    const { ids, idOf } = protocol;
    this.#underWay = idOf === undefined ? new ByOrder(ids) : new ById(ids, idOf);
    this.#writer = new TurnWriter(link, this.#out, UNCOUNTED, () => this.#fill());
  }

  readonly request = (request: Q): Observable<M> => new Observable((subscriber) => this.#submit(request, subscriber));

  readonly send = (message: Uint8Array): void => {
    bytes('message', message);
    if (this.#ended !== undefined) return;
    this.#out.push(message);
    this.#writer.wake();
  };

  /** Takes a batch of messages in. Throws when the link cannot be used any more. */
  receive(messages: readonly M[]): void {
    const { isEvent, isLast } = this.#protocol;
    for (const message of messages) {
      if (this.#ended !== undefined) return; // the subscriber has left inside `next`
      if (isEvent?.(message) === true) {
        this.#events$.next(message);
        continue;
      }
      const call = this.#underWay.answeredBy(message);
      const last = isLast === undefined || isLast(message, call.request);
      if (last) this.#underWay.remove(call); // before `next`: whatever happens there, it has its answer
      call.answer(message, last);
    }
    if (this.#waiting.size > 0) this.#writer.wake();
  }

  /** Everything that was kept back has left. */
  drained(): void {
    this.#writer.drained();
  }

  /** The link is gone: all requests fail, and their effect tells whether they had left. */
  end(error: CoordinationError): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#writer.stop();
    const calls = [...this.#underWay.take(), ...this.#waiting.take()];
    for (const call of calls) call.fail(linkLost(error));
    this.#events$.complete();
  }

  #submit(request: Q, subscriber: Subscriber<M>): TeardownLogic {
    const call = new ChannelCall(request, subscriber, this.#protocol.describe?.(request));
    const refusal = this.#refusal;
    // in a turn of its own: a loop of requests lets other things happen
    if (refusal !== undefined) return asyncScheduler.schedule(() => call.fail(refusal), 1);
    const place = this.#waiting.push(call);
    this.#writer.wake();
    return () => void this.#waiting.delete(place);
  }

  /** The error of a request that comes now. */
  get #refusal(): CallError | undefined {
    if (this.#ended !== undefined) return linkLost(this.#ended);
    const { maxQueued } = this.#protocol;
    if (this.#waiting.size < maxQueued) return undefined;
    return ({ context }) =>
      new ConnectionLostError(
        `${placeOf(context)}: ${maxQueued} requests wait to be sent, which is the limit (options.maxQueued)`,
        'none',
        { ...context, code: 'QUEUE_FULL' }
      );
  }

  /** Writes everything that may leave. */
  #fill(): void {
    while (!this.#writer.congested && this.#underWay.size < this.#protocol.maxInFlight) {
      const call = this.#waiting.shift();
      if (call === undefined) break;
      this.#write(call);
      if (this.#writer.full) this.#writer.send();
    }
    this.#writer.send();
  }

  #write(call: ChannelCall<Q, M>): void {
    const id = this.#underWay.nextId();
    let message: Uint8Array;
    try {
      message = bytes('options.encode', this.#protocol.encode(call.request, id));
    } catch (error) {
      return call.reject(
        isCoordinationError(error)
          ? error
          : new UsageError('request', 'cannot be encoded', { ...call.context, cause: error })
      );
    }
    call.id = id;
    call.sent = true;
    this.#underWay.add(call);
    this.#out.push(message);
  }
}
