import type { Observable } from 'rxjs';
import { ConnectionLostError, type CoordinationError, ProtocolError } from '../../../core/errors.js';
import type { Http2Headers, Http2Link, Http2Listener, Http2Stream } from '../../../core/http2Link.js';
import { GrpcFrames, HEAD, writeHead } from '../protocol/grpcFrames.js';
import { type Draft, decode, encodeInPieces } from '../protocol/message.js';
import type { Method } from '../protocol/methods.js';
import { CarriedCall, type MessageLimits } from './carriedCall.js';
import type { CallContext, CallListener, Carrier, Metadata, OpenCall } from '../carrier.js';

const TYPE = 'application/grpc';
const HEADERS = { 'content-type': TYPE, te: 'trailers' };
/** The status of an error that is none of the others. */
const UNKNOWN = 2;

/** Calls over gRPC, on an HTTP/2 connection. */
export class GrpcCarrier implements Carrier {
  readonly end$: Observable<never>;
  readonly #link: Http2Link;
  readonly #limits: MessageLimits;
  readonly #headers = new WeakMap<Metadata, Http2Headers>();

  constructor(link: Http2Link, limits: MessageLimits) {
    this.#link = link;
    this.#limits = limits;
    this.end$ = link.end$;
  }

  call<Q, R>(method: Method<Q, R>, metadata: Metadata, context: CallContext, listener: CallListener<R>): OpenCall<Q> {
    const call = new GrpcCall(method, context, listener, this.#limits);
    call.stream = this.#link.request(method.path, this.#headersOf(metadata), call);
    return call;
  }

  /** The same object for the same metadata: the link need not write it again. */
  #headersOf(metadata: Metadata): Http2Headers {
    let headers = this.#headers.get(metadata);
    if (headers === undefined) this.#headers.set(metadata, (headers = { ...HEADERS, ...metadata }));
    return headers;
  }

  soon(task: () => void): void {
    this.#link.soon(task);
  }

  ping(): Observable<never> {
    return this.#link.ping();
  }
}

/** One call: what it sends, and what its request hears. */
class GrpcCall<Q, R> extends CarriedCall<Q, R, Http2Stream> implements Http2Listener {
  readonly #frames: GrpcFrames;
  readonly #longest: number;
  #strange: string | undefined; // what the answer is, where it is not one of gRPC
  readonly #receive = (bytes: Buffer) => this.deliver(decode(this.method.response, bytes));

  constructor(method: Method<Q, R>, context: CallContext, listener: CallListener<R>, limits: MessageLimits) {
    super(method, context, listener);
    this.#frames = new GrpcFrames(limits.maxReplyBytes);
    this.#longest = limits.maxRequestBytes;
  }

  send(message: Draft<Q>): boolean {
    const pieces = encodeInPieces(this.method.request, message, HEAD);
    const length = pieces.reduce((sum, piece) => sum + piece.length, -HEAD);
    if (length > this.#longest) return this.tooLarge(`must have at most ${this.#longest} bytes, not ${length}`);
    writeHead(pieces[0]!, length);
    return pieces.reduce((_, piece) => this.stream.write(piece), true);
  }

  finish(): void {
    this.stream.finish();
  }

  headers(headers: Http2Headers): void {
    const { ':status': status, 'content-type': type = 'no type' } = headers;
    if (status !== '200') this.#strange = `with the HTTP status ${status}`;
    else if (!type.startsWith(TYPE)) this.#strange = `with ${type} and no gRPC`;
  }

  ended(trailers: Http2Headers | undefined, error: CoordinationError | undefined): void {
    const status = trailers?.['grpc-status'];
    if (status !== undefined) return this.end(this.#errorOf(status, trailers?.['grpc-message'] ?? ''));
    if (error !== undefined) return this.end(error);
    this.end(new ConnectionLostError(`the answer ended ${this.#strange ?? 'without a status'}`, 'unknown'));
  }

  protected read(chunk: Buffer): void {
    if (this.#strange === undefined) this.#frames.push(chunk, this.#receive); // else it is the text of a proxy
  }

  /** The error for a status; `undefined` for a good end. */
  #errorOf(status: string, words: string): CoordinationError | undefined {
    if (status !== '0') return this.refused(/^\d+$/.test(status) ? Number(status) : UNKNOWN, decoded(words));
    return this.#frames.isWhole ? undefined : new ProtocolError('gRPC: the answer ends within a message');
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
