import type { Observable } from 'rxjs';
import { ConnectionLostError, type CoordinationError } from './errors.js';

/** Names in lower case, with their values. Pseudo-headers begin with a colon. */
export type Http2Headers = Readonly<Record<string, string>>;

/** The code of a `GOAWAY` from a server that was asked too often: `ENHANCE_YOUR_CALM`. */
export const TOO_OFTEN = 11;

/** The server takes no more requests on this connection: it sent `GOAWAY`. */
export class GoneAway extends ConnectionLostError {
  /** The code of HTTP/2; 0 of a server that stops as it should. */
  readonly reason: number;

  constructor(reason: number, words = '') {
    super(`the server ${reason === 0 ? 'is going away' : `said goodbye with ${reason} ${words}`.trimEnd()}`, 'none');
    this.reason = reason;
  }
}

/** The calls that one HTTP/2 request gets. Exactly one `ended` is the last call. */
export interface Http2Listener {
  /** The first block of headers of the answer. */
  headers(headers: Http2Headers): void;
  /** Bytes of the body. Their memory is only valid during the call. */
  data(chunk: Buffer): void;
  /** The server has taken what {@link Http2Stream.write} kept back. */
  drained(): void;
  /**
   * The answer has ended, with its trailers, which are the headers where it had nothing else; or it broke off with an
   * error. The `effect` of the error is `'none'` when the server has not seen the request.
   */
  ended(trailers: Http2Headers | undefined, error: CoordinationError | undefined): void;
}

/** One request that is under way. */
export interface Http2Stream {
  /** Sends a part of the body. Returns `false` when the server takes no more for now. */
  write(bytes: Buffer): boolean;
  /** The body is complete. */
  finish(): void;
  /** Gives the request up. The listener hears nothing more. */
  cancel(): void;
  /** Takes no more of the answer, until {@link release}: flow control then holds the server back. */
  hold(): void;
  /** Goes on after {@link hold}. */
  release(): void;
}

/** A connection that carries HTTP/2 requests. It is open while the Observable that emitted it is subscribed to. */
export interface Http2Link {
  /**
   * **Errors** when the connection has ended, or takes no new requests (`GOAWAY`); requests under way may still come to
   * their end then. Emits nothing.
   */
  readonly end$: Observable<never>;
  /** Starts a request with a method of POST. */
  request(path: string, headers: Http2Headers, listener: Http2Listener): Http2Stream;
  /** Runs a task at the end of this turn of the event loop. */
  soon(task: () => void): void;
  /** Asks for a sign of life. **Completes** with the answer; emits nothing. */
  ping(): Observable<never>;
}
