import { Observable, ReplaySubject, Subject, type Subscriber, defer } from 'rxjs';
import { type FrameSink, FrameSplitter } from '../../bytes/frameSplitter.js';
import { linkLost } from '../../core/callErrors.js';
import type { Meter } from '../../client/meter.js';
import { ConnectionLostError, type CoordinationError, ProtocolError, SessionError } from '../../core/errors.js';
import type { Link } from '../../core/link.js';
import { type NodeEvent, readEvent } from '../protocol/event.js';
import { ReplyHeader, Xid, after, int } from '../protocol/header.js';
import {
  type ConnectRequest,
  type ConnectResponse,
  readConnectResponse,
  writeConnectRequest,
  writeIdentity,
  writePing,
} from '../protocol/handshake.js';
import { JuteReader } from '../protocol/juteReader.js';
import type { Op } from '../protocol/op.js';
import { Call } from './call.js';
import { endAfter } from './endAfter.js';
import { LinkWatches } from './linkWatches.js';
import type { Outbox } from './outbox.js';
import { LinkActivity } from './linkActivity.js';
import { NewestZxid } from './newestZxid.js';
import { type Limits, Sender } from './sender.js';

/**
 * Runs many requests over one link at a time, and tells their replies apart: by xid for frames that answer no request,
 * and by order for the others, which the xid must confirm.
 */
export class Channel implements FrameSink {
  readonly activity: LinkActivity;
  readonly sender: Sender;
  readonly watches = new LinkWatches();
  /** The server's answer to the connect request. Never errors. */
  readonly greeting$ = new ReplaySubject<ConnectResponse>(1);
  /** Watch events, in their place among the replies. Never errors. */
  readonly event$ = new Subject<NodeEvent>();
  /** Whether the server has answered the connect request. */
  greeted = false;
  /** Whether the server has answered a later request than the one that was due. */
  skipped = false;
  readonly #now: () => number;
  readonly #meter: Meter;
  readonly #limit: number;
  readonly #splitter: FrameSplitter;
  readonly #reader = new JuteReader();
  readonly #zxid = new NewestZxid();
  readonly #auths: Subscriber<void>[] = [];
  #introduced = false;
  #due = 1;
  #replies = 0;
  #ended: CoordinationError | undefined;

  constructor(link: Link, limits: Limits, now: () => number, meter: Meter) {
    this.#now = now;
    this.#meter = meter;
    this.#limit = limits.maxReplyBytes;
    this.#splitter = new FrameSplitter(limits.maxReplyBytes);
    this.activity = new LinkActivity(now);
    this.sender = new Sender(link, limits, this.activity, meter);
  }

  /** Newest transaction that a reply has shown. Once its watches have caught up, all up to it has been reported. */
  get zxid(): bigint {
    return this.#zxid.value;
  }

  /** Introduces this client. **Emits** the server's answer and completes. */
  greet(request: ConnectRequest): Observable<ConnectResponse> {
    return defer(() => {
      this.#introduced = true;
      this.sender.message((out) => writeConnectRequest(out, request));
      return this.greeting$;
    });
  }

  /** Sends a request of the session itself: before those of its users, over this link or not at all. */
  request<Q, R>(op: Op<Q, R>, request: Q): Observable<R> {
    return new Observable<R>((subscriber) => {
      const call = new Call(op, request, subscriber, undefined, undefined, this.#meter);
      if (this.#ended === undefined) this.sender.request(call);
      else call.fail(linkLost(this.#ended));
    });
  }

  /** Adds an identity. **Emits** once the server has accepted it. */
  authenticate(scheme: string, auth: Uint8Array): Observable<void> {
    return new Observable((subscriber) => {
      this.#auths.push(subscriber);
      this.activity.sendingAside('identity');
      this.sender.message((out) => writeIdentity(out, scheme, auth));
    });
  }

  ping(): void {
    this.activity.sendingAside('ping');
    this.sender.message(writePing);
  }

  /** From now on the users' requests go out too. */
  open(outbox: Outbox): void {
    this.sender.open(outbox);
  }

  /** Takes a chunk in. Throws a CoordinationError when the link cannot be used any more. */
  receive(chunk: Uint8Array): void {
    this.checkPulse(); // waking from a freeze: ask, before believing
    this.#reader.chunkBegins();
    this.sender.hold(chunk.byteLength, () => this.#splitter.push(chunk, this));
    this.activity.hearing(this.#replies);
    this.sender.release();
  }

  /** Throws when the link counts as dead. */
  checkPulse(): void {
    if (this.#now() >= this.activity.deadAt)
      throw new ConnectionLostError(`no answer from the server for ${Math.round(this.activity.silence)} ms`);
  }

  /** Whether the link is gone. */
  get ended(): boolean {
    return this.#ended !== undefined;
  }

  /** The link is gone: everything under way fails, as far as it had got. */
  end(error: CoordinationError): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    const unsent = this.sender.stop();
    const { pending } = this.sender;
    for (let call = pending.shift(); call !== undefined; call = pending.shift()) call.fail(linkLost(error));
    for (const call of unsent) call.fail(linkLost(error));
    for (const subscriber of this.#auths.splice(0)) subscriber.error(error);
    this.event$.complete();
    this.greeting$.complete();
  }

  /** @internal */
  frame(bytes: Buffer, start: number, end: number, owned: boolean): void {
    if (this.#ended !== undefined) return;
    const input = this.#reader.reset(bytes, start, end, owned);
    if (!this.greeted) return this.#welcome(input);
    if (end - start < ReplyHeader.size) throw new ProtocolError(`a reply of ${end - start} bytes has no header`);
    const xid = input.intAt(start);
    const code = input.intAt(start + ReplyHeader.error);
    if (xid < 0) return this.#aside(xid, code, input);
    this.#expect(xid);
    this.#zxid.see(input, start + ReplyHeader.zxid);
    const pending = this.sender.answered(end - start, code);
    pending.settle(code, input.skip(ReplyHeader.size));
    if (code !== 0) endAfter(code);
  }

  /** @internal */
  oversized(length: number, head: Buffer): boolean {
    if (this.#ended !== undefined) return false;
    if (!this.greeted || head.length < ReplyHeader.size) throw new ProtocolError(`a frame of ${length} bytes`);
    const xid = int(head, 0);
    const { pending } = this.sender;
    const size = pending.peek()?.size ?? 1;
    if (xid !== this.#due || pending.length === 0)
      throw new ProtocolError(`a frame of ${length} bytes, with xid ${xid}`);
    if (length <= size * this.#limit) return true;
    this.#expect(xid);
    this.sender.answered(length).overflow(length);
    return false;
  }

  #welcome(input: JuteReader): void {
    if (!this.#introduced) throw new ProtocolError('the server spoke before it was spoken to');
    const response = readConnectResponse(input);
    this.greeted = true;
    this.greeting$.next(response);
    this.greeting$.complete();
  }

  #expect(xid: number): void {
    const { length } = this.sender.pending;
    if (xid !== this.#due || length === 0) {
      const ahead = (xid - this.#due + Xid.last) % Xid.last;
      this.skipped = ahead < length;
      throw new ProtocolError(
        length === 0 ? `a reply to xid ${xid}, and none was due` : `a reply to xid ${xid}; ${this.#due} was due`
      );
    }
    this.#due = after(xid);
    this.#replies++;
  }

  /** Handles a frame that answers no request in the queue. */
  #aside(xid: number, code: number, input: JuteReader): void {
    switch (xid) {
      case Xid.event: {
        const event = readEvent(input);
        return event && this.event$.next(event);
      }
      case Xid.ping:
        this.#zxid.see(input, input.position + ReplyHeader.zxid);
        return this.activity.hearingAside('ping');
      case Xid.auth: {
        const subscriber = this.#auths[0];
        if (subscriber === undefined) return; // no request waits for it
        // who asked learns of it with the end of the link
        if (code !== 0) throw new SessionError('AUTH_FAILED', 'the server refused an identity');
        this.#auths.shift();
        this.activity.hearingAside('identity');
        subscriber.next();
        return subscriber.complete();
      }
      default:
        throw new ProtocolError(`a message with xid ${xid}`);
    }
  }
}
