import type { Observable } from 'rxjs';
import {
  ConnectionLostError,
  type CoordinationError,
  ProtocolError,
  UsageError,
  situated,
  withEffect,
} from '../../../core/errors.js';
import { asCoordinationError } from '../../../core/failures.js';
import type { Http2Headers, Http2Link, Http2Listener, Http2Stream } from '../../../core/http2Link.js';
import { refusal } from '../protocol/errorCode.js';
import { GrpcFrames, HEAD, framed } from '../protocol/grpcFrames.js';
import { type Draft, decode, encode } from '../protocol/message.js';
import type { Method } from '../protocol/methods.js';
import type { CallContext, CallListener, Carrier, Metadata, OpenCall } from '../carrier.js';

const HEADERS = { 'content-type': 'application/grpc', te: 'trailers' };

/** Bytes of the longest messages. */
export interface MessageLimits {
  readonly maxRequestBytes: number;
  readonly maxReplyBytes: number;
}

/** Calls over gRPC, on an HTTP/2 connection. */
export class GrpcCarrier implements Carrier {
  readonly end$: Observable<never>;
  readonly #link: Http2Link;
  readonly #limits: MessageLimits;

  constructor(link: Http2Link, limits: MessageLimits) {
    this.#link = link;
    this.#limits = limits;
    this.end$ = link.end$;
  }

  call<Q, R>(method: Method<Q, R>, metadata: Metadata, context: CallContext, listener: CallListener<R>): OpenCall<Q> {
    const call = new GrpcCall(method, context, listener, this.#limits);
    call.stream = this.#link.request(method.path, { ...HEADERS, ...metadata }, call);
    return call;
  }

  soon(task: () => void): void {
    this.#link.soon(task);
  }

  ping(): Observable<never> {
    return this.#link.ping();
  }
}

/** One call: what it sends, and what its request hears. */
class GrpcCall<Q, R> implements OpenCall<Q>, Http2Listener {
  stream!: Http2Stream;
  readonly #method: Method<Q, R>;
  readonly #context: CallContext;
  readonly #frames: GrpcFrames;
  readonly #longest: number;
  #listener: CallListener<R> | undefined;
  #status = 200;
  readonly #receive = (bytes: Buffer) => this.#listener?.message(decode(this.#method.response, bytes));

  constructor(method: Method<Q, R>, context: CallContext, listener: CallListener<R>, limits: MessageLimits) {
    this.#method = method;
    this.#context = context;
    this.#listener = listener;
    this.#frames = new GrpcFrames(limits.maxReplyBytes);
    this.#longest = limits.maxRequestBytes;
  }

  send(message: Draft<Q>): boolean {
    const frame = encode(this.#method.request, message, HEAD);
    if (frame.length - HEAD <= this.#longest) return this.stream.write(framed(frame));
    this.cancel();
    const size = `must have at most ${this.#longest} bytes, not ${frame.length - HEAD}; see maxRequestBytes`;
    throw new UsageError('request', size, { ...this.#context, code: 'TOO_LARGE' });
  }

  finish(): void {
    this.stream.finish();
  }

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

  headers(headers: Http2Headers): void {
    this.#status = Number(headers[':status']);
  }

  data(chunk: Buffer): void {
    if (this.#status !== 200) return; // the text of a proxy, which is no message
    try {
      this.#frames.push(chunk, this.#receive);
    } catch (error) {
      this.stream.cancel();
      this.#end(asCoordinationError(error));
    }
  }

  drained(): void {
    this.#listener?.drained?.();
  }

  ended(trailers: Http2Headers | undefined, error: CoordinationError | undefined): void {
    const status = trailers?.['grpc-status'];
    if (status !== undefined) return this.#end(this.#refused(Number(status), trailers?.['grpc-message'] ?? ''));
    if (error !== undefined) return this.#end(error);
    const answer = this.#status === 200 ? 'without a status' : `with the HTTP status ${this.#status}`;
    this.#end(new ConnectionLostError(`the answer ended ${answer}`, 'unknown'));
  }

  /** The error for a status; `undefined` for a good end. */
  #refused(status: number, words: string): CoordinationError | undefined {
    if (status !== 0) return refusal(status, decoded(words), this.#method.isRead, this.#context);
    return this.#frames.isWhole ? undefined : new ProtocolError('gRPC: the answer ends within a message');
  }

  #end(error: CoordinationError | undefined): void {
    const listener = this.#listener;
    this.#listener = undefined;
    if (error !== undefined && this.#method.isRead) withEffect(error, 'none');
    listener?.ended(situated(error, this.#context));
  }
}

/** Text that is percent-encoded, as `grpc-message` is. What is not encoded well is taken as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
