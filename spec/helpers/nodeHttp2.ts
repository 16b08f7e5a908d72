import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import type { ConnectionOptions } from 'node:tls';
import { Observable, ReplaySubject } from 'rxjs';
import { type Endpoint, formatEndpoint } from '../../lib/core/endpoint.js';
import { ConnectError, ConnectionLostError, type CoordinationError, ProtocolError } from '../../lib/core/errors.js';
import type { Http2Headers, Http2Link, Http2Listener, Http2Stream } from '../../lib/core/http2Link.js';
import { StillbornRequest } from '../../lib/transport/stillbornRequest.js';

/** Bytes that the server may send of one answer, and of all, before they are taken. */
const STREAM_WINDOW = 1024 * 1024;
const WINDOW = 8 * STREAM_WINDOW;
/** Bytes of the largest block of headers that is taken. */
const HEADER_LIMIT = 64 * 1024;

/**
 * A connection of Node's own HTTP/2, which the specs compare ours with.
 *
 * Connects to an HTTP/2 server: over TLS with `tls`, else in plain text with prior knowledge. Subscribing dials.
 *
 * - **Emits** one {@link Http2Link} once connected, and stays open.
 * - **Errors** with a `ConnectError` when it cannot connect.
 * - **Unsubscribing** destroys the connection, or gives up the attempt.
 */
export function nodeHttp2(endpoint: Endpoint, tls?: ConnectionOptions): Observable<Http2Link> {
  return new Observable((subscriber) => {
    const at = formatEndpoint(endpoint);
    const session = connect(`${tls === undefined ? 'http' : 'https'}://${at}`, {
      ...tls,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW, maxHeaderListSize: HEADER_LIMIT },
      ...(tls !== undefined && { ALPNProtocols: ['h2'] }),
    });
    const link = new NodeHttp2Link(session);
    session.once('connect', () => {
      session.setLocalWindowSize(WINDOW);
      subscriber.next(link);
    });
    session.on('error', (error: Error) => {
      if (session.connecting)
        subscriber.error(new ConnectError(`cannot connect to ${at}: ${error.message}`, { cause: error }));
      link.broken(error);
    });
    subscriber.add(() => session.destroy());
  });
}

/** {@link Http2Link} over Node's own HTTP/2. */
class NodeHttp2Link implements Http2Link {
  readonly end$: Observable<never>;
  readonly #session: ClientHttp2Session;
  readonly #end$ = new ReplaySubject<never>(1);
  #cause: Error | undefined;

  constructor(session: ClientHttp2Session) {
    this.#session = session;
    this.end$ = this.#end$;
    session.on('goaway', (code: number, _last: number, data: Buffer | undefined) => {
      const why = code === 0 ? 'is going away' : `said goodbye with ${code} ${data?.toString() ?? ''}`;
      this.#end$.error(new ConnectionLostError(`the server ${why}`, 'none'));
    });
    session.once('close', () => this.#end$.error(this.lost('none')));
  }

  /** The connection failed: the reason for what ends with it. */
  broken(error: Error): void {
    this.#cause ??= error;
  }

  request(path: string, headers: Http2Headers, listener: Http2Listener): Http2Stream {
    const { HTTP2_HEADER_METHOD, HTTP2_HEADER_PATH } = constants;
    if (this.#session.closed || this.#session.destroyed) {
      const error = this.lost('none');
      return new StillbornRequest(() => listener.ended(undefined, error));
    }
    const stream = this.#session.request({
      ...headers,
      [HTTP2_HEADER_METHOD]: 'POST',
      [HTTP2_HEADER_PATH]: path,
    });
    return new NodeHttp2Stream(stream, listener, this);
  }

  soon(task: () => void): void {
    setImmediate(task); // answers of one packet come one after the other, in ticks of their own
  }

  ping(): Observable<never> {
    return new Observable((subscriber) => {
      const failed = () => subscriber.error(this.lost('none'));
      try {
        if (!this.#session.ping((error) => (error === null ? subscriber.complete() : failed()))) failed();
      } catch {
        failed(); // the session was destroyed, or has too many pings under way
      }
    });
  }

  /** Whether the connection itself is over. */
  get isOver(): boolean {
    return this.#session.destroyed;
  }

  lost(effect: 'none' | 'unknown'): ConnectionLostError {
    const why = this.#cause === undefined ? 'the server closed the connection' : this.#cause.message;
    return new ConnectionLostError(why, effect, { cause: this.#cause });
  }
}

class NodeHttp2Stream implements Http2Stream {
  readonly #stream: ClientHttp2Stream;
  #listener: Http2Listener | undefined;

  constructor(stream: ClientHttp2Stream, listener: Http2Listener, link: NodeHttp2Link) {
    this.#stream = stream;
    this.#listener = listener;
    let trailers: Http2Headers | undefined;
    let broken: Error | undefined;
    stream.on('response', (headers) => {
      trailers = headers as unknown as Http2Headers; // of an answer that has no body
      this.#listener?.headers(trailers);
    });
    stream.on('data', (chunk: Buffer) => this.#listener?.data(chunk));
    stream.on('trailers', (headers) => (trailers = headers as unknown as Http2Headers));
    stream.on('drain', () => this.#listener?.drained());
    stream.on('error', (error: Error) => (broken ??= error));
    stream.once('close', () => {
      const { rstCode: code, pending } = stream;
      const error = broken !== undefined || code !== 0 ? errorOf(link, code, pending) : undefined;
      this.#end(trailers, error);
    });
  }

  write(bytes: Buffer): boolean {
    return this.#stream.write(bytes);
  }

  finish(): void {
    this.#stream.end();
  }

  cancel(): void {
    this.#listener = undefined;
    this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  hold(): void {
    this.#stream.pause();
  }

  release(): void {
    this.#stream.resume();
  }

  #end(trailers: Http2Headers | undefined, error: CoordinationError | undefined): void {
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.ended(trailers, error);
  }
}

/** Why a request broke off. The code says little when the connection itself broke. */
function errorOf(link: NodeHttp2Link, code: number, pending: boolean): CoordinationError {
  const { NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM, NGHTTP2_CANCEL } = constants;
  if (pending || code === NGHTTP2_REFUSED_STREAM) return link.lost('none');
  if (link.isOver || code === NGHTTP2_NO_ERROR || code === NGHTTP2_CANCEL) return link.lost('unknown');
  return new ProtocolError(`HTTP/2: the server has reset the request with ${code}`);
}
