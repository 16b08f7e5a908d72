import type { Endpoint } from './endpoint.js';
import type { CoordinationError } from './errors.js';

/** Names in lower case, with their values. */
export type Http1Headers = Readonly<Record<string, string>>;

/** The head of an HTTP/1.1 request. */
export interface Http1Request {
  readonly method: string;
  /** The path and the query, encoded. */
  readonly path: string;
  readonly headers?: Http1Headers;
  /** Most bytes of the answer's body. A longer one ends the request with `REPLY_TOO_LARGE`. Default: no limit. */
  readonly maxBytes?: number;
}

/** The calls that one HTTP/1.1 request gets. Exactly one `ended` is the last call. */
export interface Http1Listener {
  /** The head of the answer. */
  headers(status: number, headers: Http1Headers): void;
  /** Bytes of the body. Their memory belongs to the listener. */
  data(chunk: Buffer): void;
  /** The server has taken what {@link Http1Stream.write} kept back. */
  drained?(): void;
  /**
   * The answer is complete, or it broke off with an error. The `effect` of the error is `'none'` only when nothing of
   * the request has left.
   */
  ended(error: CoordinationError | undefined): void;
}

/** One request that is under way. */
export interface Http1Stream {
  /** Whether the server may have seen something of the request. */
  readonly sent: boolean;
  /** Sends a part of the body. Returns `false` when the server takes no more for now. */
  write(bytes: Uint8Array | string): boolean;
  /** The body is complete, with this as its last part. */
  finish(bytes?: Uint8Array | string): void;
  /** Gives the request up, and its connection. The listener hears nothing more. */
  cancel(): void;
  /** Takes no more of the answer, until {@link release}: TCP then holds the server back. */
  hold(): void;
  /** Goes on after {@link hold}. */
  release(): void;
}

/**
 * Sends HTTP/1.1 requests, each over a connection of its own, which is used again later. It is open while the
 * Observable that emitted it is subscribed to. Redirects are answers like others.
 */
export interface Http1Client {
  /** Starts a request. The listener is not called before this returns. */
  request(endpoint: Endpoint, request: Http1Request, listener: Http1Listener): Http1Stream;
}
