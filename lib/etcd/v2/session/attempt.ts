import { Observable } from 'rxjs';
import { type Endpoint, formatEndpoint } from '../../../core/endpoint.js';
import { ConnectionLostError, type CoordinationError } from '../../../core/errors.js';
import type { Http1Client, Http1Headers, Http1Stream } from '../../../core/http1Client.js';
import type { Ask } from '../protocol/ask.js';
import type { Settings } from '../options.js';

/** A part of an answer: first its head, then its whole body. */
export type Part =
  | { readonly kind: 'head'; readonly status: number; readonly headers: Http1Headers }
  | { readonly kind: 'body'; readonly status: number; readonly headers: Http1Headers; readonly body: string };

/** One request to one member. */
export class Attempt {
  readonly endpoint: Endpoint;
  /** How many bytes of the body have come. */
  bytes = 0;
  #stream: Http1Stream | undefined;

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint;
  }

  /** Whether the member may have seen it. */
  get sent(): boolean {
    return this.#stream?.sent === true;
  }

  /**
   * Sends it. **Emits** the head, then the body. **Errors** when the answer does not come in full. **Unsubscribing**
   * gives it up.
   */
  send(client: Http1Client, ask: Ask, { prefix, authorization, maxReplyBytes }: Settings): Observable<Part> {
    return new Observable((subscriber) => {
      let head: { readonly status: number; readonly headers: Http1Headers } = { status: 0, headers: {} };
      const chunks: Buffer[] = [];
      const headers = {
        accept: 'application/json',
        ...(authorization !== undefined && { authorization }),
        ...(ask.contentType !== undefined && { 'content-type': ask.contentType }),
        ...(ask.body !== undefined && { 'content-length': String(Buffer.byteLength(ask.body)) }),
      };
      const path = ask.path.startsWith('/') ? ask.path : `${prefix}/${ask.path}`;
      const stream = client.request(
        this.endpoint,
        { method: ask.method, path, headers, maxBytes: maxReplyBytes },
        {
          headers: (status, received) => {
            head = { status, headers: received };
            subscriber.next({ kind: 'head', ...head });
          },
          data: (chunk) => {
            this.bytes += chunk.length;
            chunks.push(chunk);
          },
          ended: (error) => {
            if (error !== undefined) return subscriber.error(error);
            subscriber.next({ kind: 'body', ...head, body: Buffer.concat(chunks).toString() });
            subscriber.complete();
          },
        }
      );
      this.#stream = stream;
      stream.finish(ask.body);
      return () => stream.cancel();
    });
  }
}

/** The member may be frozen, or its machine gone. */
export function lateAnswer(attempt: Attempt, patience: number): CoordinationError {
  const at = formatEndpoint(attempt.endpoint);
  const effect = attempt.sent ? 'unknown' : 'none';
  return new ConnectionLostError(`${at}: no answer within ${patience} ms`, effect, { code: 'TIMEOUT' });
}
