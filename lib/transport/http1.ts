import { Agent, type ClientRequest, type IncomingMessage, type RequestOptions, request as plain } from 'node:http';
import { Agent as SecureAgent, request as secure } from 'node:https';
import type { Socket } from 'node:net';
import { Observable } from 'rxjs';
import { formatEndpoint } from '../core/endpoint.js';
import { ConnectError, ConnectionLostError, type CoordinationError, ProtocolError } from '../core/errors.js';
import type { Http1Client, Http1Headers, Http1Listener, Http1Stream } from '../core/http1Client.js';
import { StillbornRequest } from './stillbornRequest.js';
import type { TlsOptions } from './tls.js';

/** How to connect. */
export interface Http1Options {
  /** TLS, with these options of Node's. Default: plain text. */
  readonly tls?: TlsOptions | undefined;
  /** How long an attempt to connect may take, in milliseconds. Default 5,000. */
  readonly connectTimeout?: number;
}

/** Bytes of the largest head of an answer that is taken. */
const HEADER_LIMIT = 64 * 1024;
/** Milliseconds until a connection without a request is closed. */
const IDLE = 30_000;

/**
 * A client of HTTP/1.1 over kept connections: over TLS with `tls`, else in plain text. Nothing is dialed before a
 * request needs it.
 *
 * - **Emits** one {@link Http1Client} at once, and stays open.
 * - **Unsubscribing** destroys all connections. Requests under way end with an error.
 */
export function http1({ tls, connectTimeout = 5000 }: Http1Options = {}): Observable<Http1Client> {
  return new Observable((subscriber) => {
    const settings = { keepAlive: true, timeout: IDLE, scheduling: 'lifo' as const };
    const agent = tls === undefined ? new Agent(settings) : new SecureAgent({ ...tls, ...settings });
    const start = tls === undefined ? plain : secure;
    let over = false;
    subscriber.add(() => {
      over = true;
      agent.destroy();
    });
    subscriber.next({
      request(endpoint, { method, path, headers = {}, maxBytes = Infinity }, listener) {
        const options: RequestOptions = {
          ...{ host: endpoint.host, port: endpoint.port, method, path, agent, headers },
          maxHeaderSize: HEADER_LIMIT,
        };
        const at = formatEndpoint(endpoint);
        if (over) return stillborn(listener, new ConnectionLostError('the connection is closed', 'none'));
        try {
          const request = start(options);
          return new NodeHttp1Stream(request, at, tls !== undefined, connectTimeout, maxBytes, listener);
        } catch (cause) {
          return stillborn(listener, new ConnectError(`cannot ask ${at}: ${words(cause)}`, { cause }));
        }
      },
    });
  });
}

class NodeHttp1Stream implements Http1Stream {
  readonly #request: ClientRequest;
  readonly #at: string;
  readonly #maxBytes: number;
  #listener: Http1Listener | undefined;
  #answer: IncomingMessage | undefined;
  #sent = false;
  #held = false;
  #bytes = 0;
  #patience: NodeJS.Timeout | undefined;

  constructor(
    request: ClientRequest,
    at: string,
    isSecure: boolean,
    connectTimeout: number,
    maxBytes: number,
    listener: Http1Listener
  ) {
    this.#request = request;
    this.#at = at;
    this.#maxBytes = maxBytes;
    this.#listener = listener;
    request.setNoDelay(true);
    request.once('socket', (socket: Socket) => {
      if (!socket.connecting && (!isSecure || request.reusedSocket)) return this.#connected();
      socket.once(isSecure ? 'secureConnect' : 'connect', () => this.#connected());
      this.#patience = setTimeout(() => this.#late(connectTimeout), connectTimeout);
    });
    request.once('response', (answer: IncomingMessage) => this.#answered(answer));
    request.on('drain', () => this.#listener?.drained?.());
    request.on('error', (error: Error) => this.#fail(error));
    request.once('close', () => {
      if (this.#answer === undefined) this.#fail(new Error('the server closed the connection'));
    });
  }

  get sent(): boolean {
    return this.#sent;
  }

  write(bytes: Uint8Array | string): boolean {
    return this.#request.write(bytes);
  }

  finish(bytes?: Uint8Array | string): void {
    this.#request.end(bytes);
  }

  cancel(): void {
    this.#listener = undefined;
    this.#stop();
  }

  hold(): void {
    this.#held = true;
    this.#answer?.pause();
  }

  release(): void {
    this.#held = false;
    this.#answer?.resume();
  }

  #connected(): void {
    clearTimeout(this.#patience);
    this.#sent = true;
  }

  #late(patience: number): void {
    this.#end(new ConnectError(`cannot connect to ${this.#at}: no answer within ${patience} ms`, { code: 'TIMEOUT' }));
    this.#stop();
  }

  #answered(answer: IncomingMessage): void {
    this.#answer = answer;
    answer.on('data', (chunk: Buffer) => this.#data(chunk));
    answer.on('error', (error) => this.#fail(error));
    answer.once('close', () => {
      if (answer.complete) this.#end(undefined);
      else this.#fail(new Error('the server closed the connection'));
    });
    this.#listener?.headers(answer.statusCode ?? 0, answer.headers as Http1Headers);
    if (this.#held) answer.pause();
  }

  #data(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= this.#maxBytes) return this.#listener?.data(chunk);
    const message = `${this.#at}: the answer has more than ${this.#maxBytes} bytes`;
    this.#end(new ProtocolError(message, { code: 'REPLY_TOO_LARGE' }));
    this.#stop();
  }

  #fail(cause: Error & { code?: string }): void {
    this.#end(this.#errorOf(cause));
  }

  #errorOf(cause: Error & { code?: string }): CoordinationError {
    if (!this.#sent) {
      const code = cause.code === 'ENOTFOUND' ? 'NAME_NOT_FOUND' : 'CONNECT_FAILED';
      return new ConnectError(`cannot connect to ${this.#at}: ${words(cause)}`, { code, cause });
    }
    if (cause.code?.startsWith('HPE_') === true)
      return new ProtocolError(`${this.#at}: the answer is not HTTP/1.1: ${cause.message}`, { cause });
    return new ConnectionLostError(`${this.#at}: ${cause.message}`, 'unknown', { cause });
  }

  #end(error: CoordinationError | undefined): void {
    clearTimeout(this.#patience);
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.ended(error);
  }

  #stop(): void {
    clearTimeout(this.#patience);
    this.#request.destroy();
  }
}

/** A request that could not begin. */
function stillborn(listener: Http1Listener, error: CoordinationError): Http1Stream {
  return new StillbornRequest(() => listener.ended(error));
}

/** Of an error that may stand for several, whose own message is empty. */
function words(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === '')
    return cause.errors.map((error: Error) => error.message).join('; ');
  return cause instanceof Error ? cause.message : String(cause);
}
