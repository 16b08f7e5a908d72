import { ConnectionLostError, type CoordinationError, ProtocolError } from '../core/errors.js';
import type { Http2Headers, Http2Listener, Http2Stream } from '../core/http2Link.js';
import { Body } from './body.js';
import { Reason } from './frame.js';
import { ReceiveWindow, STREAM_WINDOW, type SendWindow } from './window.js';

/** More bytes than this that wait to be sent are many: the caller should wait. */
const MANY = 64 * 1024;
/** Answers before the answer, such as `100`, that one request takes. */
const MOST_EARLY = 16;

/** The connection, as its requests see it. */
export interface StreamHost {
  /** The stream has something to send. */
  ready(stream: ClientStream): void;
  /** The stream ends before its time; the server hears why, if it knows the stream. */
  abandon(stream: ClientStream, reason: number): void;
  /** The server may send more on the stream with this number. */
  free(stream: number, credit: number): void;
}

/** One request, from its first byte to the end of its answer. */
export class ClientStream implements Http2Stream {
  /** Its number on the connection, which it gets when its headers are sent. Until then 0. */
  id = 0;
  /** Its headers, as they are sent. */
  readonly block: Buffer;
  readonly body = new Body();
  /** Whether it waits for its turn to send. */
  queued = false;
  /** How much of the body may be sent. */
  window!: SendWindow;
  readonly #host: StreamHost;
  readonly #credit = new ReceiveWindow(STREAM_WINDOW);
  #listener: Http2Listener | undefined;
  #headers: Http2Headers | undefined;
  #early = 0;
  #full = false; // the caller knows that it should wait
  #held = false;
  #kept: Buffer[] | undefined; // what came while it was held
  #trailers: Http2Headers | undefined; // of an answer that is complete

  constructor(host: StreamHost, block: Buffer, listener: Http2Listener) {
    this.#host = host;
    this.block = block;
    this.#listener = listener;
  }

  /** Whether nothing more is to be sent: nobody listens any more, or the answer is complete. */
  get isOver(): boolean {
    return this.#listener === undefined || this.#trailers !== undefined;
  }

  write(bytes: Buffer): boolean {
    this.body.push(bytes);
    if (!this.isOver) this.#host.ready(this);
    return !(this.#full = this.body.size > MANY);
  }

  finish(): void {
    this.body.finish();
    if (!this.isOver) this.#host.ready(this);
  }

  cancel(): void {
    if (!this.isOver) this.#host.abandon(this, Reason.cancel);
    this.#listener = undefined;
  }

  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    const kept = this.#kept ?? [];
    while (!this.#held && kept.length > 0) this.#deliver(kept.shift()!);
    if (kept.length === 0 && this.#trailers !== undefined) this.#end(this.#trailers, undefined);
  }

  /** The server has taken all that was kept back. */
  drained(): void {
    if (!this.#full) return;
    this.#full = false;
    this.#listener?.drained();
  }

  /** The server has sent headers; they are the last of its answer, or not. */
  headers(headers: Http2Headers, last: boolean): void {
    if (this.#headers !== undefined) return last ? this.#complete(headers) : this.#breaks('headers twice');
    const status = headers[':status'];
    if (status === undefined) return this.#breaks('no status');
    if (status.startsWith('1') && !last) {
      if (++this.#early > MOST_EARLY) this.#breaks('no end of 1xx');
      return;
    }
    this.#headers = headers;
    this.#listener?.headers(headers);
    if (last) this.#complete(headers);
  }

  /**
   * The server has sent a part of its answer; with `padding` it has used more of the window. The memory is only valid
   * during the call.
   */
  data(bytes: Buffer, padding: number, last: boolean): void {
    this.#credit.take(bytes.length + padding);
    if (this.#headers === undefined) return this.#breaks('a body before the headers');
    if (padding > 0) this.#free(padding);
    if (bytes.length > 0) {
      if (this.#held) (this.#kept ??= []).push(Buffer.from(bytes));
      else this.#deliver(bytes);
    }
    if (last) this.#complete({});
  }

  /** The server has ended the request with a reason. */
  reset(reason: number): void {
    const { refusedStream, none, cancel } = Reason;
    if (reason === refusedStream) return this.broke(new ConnectionLostError('the server refused the request', 'none'));
    const why = `the server has reset the request with ${reason}`;
    const isGivenUp = reason === none || reason === cancel;
    this.broke(isGivenUp ? new ConnectionLostError(why, 'unknown') : new ProtocolError(`HTTP/2: ${why}`));
  }

  /** There will be no answer. */
  broke(error: CoordinationError): void {
    if (this.#trailers === undefined) this.#end(undefined, error);
  }

  #complete(trailers: Http2Headers): void {
    this.#trailers = trailers;
    if ((this.#kept?.length ?? 0) === 0) this.#end(trailers, undefined);
  }

  #deliver(bytes: Buffer): void {
    this.#listener?.data(bytes);
    this.#free(bytes.length);
  }

  #free(bytes: number): void {
    const credit = this.#credit.free(bytes);
    if (credit > 0 && this.#trailers === undefined) this.#host.free(this.id, credit);
  }

  #breaks(words: string): void {
    this.#host.abandon(this, Reason.protocol);
    this.#end(undefined, new ProtocolError(`HTTP/2: the answer has ${words}`));
  }

  #end(trailers: Http2Headers | undefined, error: CoordinationError | undefined): void {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#kept = undefined;
    listener?.ended(trailers, error);
  }
}
