import { ConnectionLostError, type CoordinationError } from '../../../core/errors.js';
import { asCoordinationError } from '../../../core/failures.js';
import type { Http1Listener, Http1Stream } from '../../../core/http1Client.js';
import type { CallContext, CallListener } from '../carrier.js';
import { gatewayError } from '../protocol/gatewayError.js';
import { JsonLines, jsonOf } from '../protocol/jsonLines.js';
import type { Draft } from '../protocol/message.js';
import type { Method } from '../protocol/methods.js';
import { CarriedCall, type MessageLimits } from './carriedCall.js';

/** Bytes of JSON for each byte of a message, at most. Bytes are a third longer in base64. */
const REQUEST_FACTOR = 1.4;
const REPLY_FACTOR = 2;
const UNIMPLEMENTED = 12;
const ABSENT = 'the gateway has no such call';
/** The gateway's own words for a path that it does not know, since 3.6. etcd's words for absent things are longer. */
const NO_PATH = 'Not Found';

/** One call over the gateway: what it sends, and what its request hears. */
export class GatewayCall<Q, R> extends CarriedCall<Q, R, Http1Stream> implements Http1Listener {
  readonly #longest: number;
  readonly #lines: JsonLines;
  readonly #lost: (error: CoordinationError) => void;
  #body: string | undefined; // of a call with one message, until it is complete
  #status = 200;
  readonly #receive = (json: unknown) => this.#message(json);

  constructor(
    method: Method<Q, R>,
    context: CallContext,
    listener: CallListener<R>,
    limits: MessageLimits,
    lost: (error: CoordinationError) => void
  ) {
    super(method, context, listener);
    this.#longest = limits.maxRequestBytes;
    this.#lines = new JsonLines(limits.maxReplyBytes * REPLY_FACTOR);
    this.#lost = lost;
  }

  send(message: Draft<Q>): boolean {
    const json = JSON.stringify(this.method.request.toJson(message));
    if (json.length > this.#longest * REQUEST_FACTOR)
      this.tooLarge(`must have at most about ${this.#longest} bytes, not ${json.length} of JSON`);
    if (this.method.isStream) return this.stream.write(`${json}\n`);
    this.#body = json;
    return true;
  }

  finish(): void {
    this.stream.finish(this.#body);
  }

  headers(status: number): void {
    this.#status = status;
  }

  ended(error: CoordinationError | undefined): void {
    if (error === undefined) return this.#complete();
    this.end(error);
    this.#lost(error);
  }

  protected read(chunk: Buffer): void {
    if (this.method.isStream && this.#status === 200) this.#lines.push(chunk, this.#receive);
    else this.#lines.keep(chunk);
  }

  /** The body is complete. */
  #complete(): void {
    try {
      const rest = this.#lines.take();
      if (this.#status !== 200) return this.end(this.#refusalIn(rest.startsWith('{') ? jsonOf(rest) : undefined));
      if (rest !== '') this.#receive(jsonOf(rest));
      this.end(undefined);
    } catch (error) {
      this.end(asCoordinationError(error));
    }
  }

  /** One message; in a stream it is wrapped, and may be an error instead. */
  #message(json: unknown): void {
    if (!this.method.isStream) return this.deliver(this.method.response.fromJson(json));
    const { result, error } = (json ?? {}) as { readonly result?: unknown; readonly error?: unknown };
    if (error === undefined) return this.deliver(this.method.response.fromJson(result));
    this.stream.cancel(); // nothing comes after an error
    this.end(this.#refusalIn(json));
  }

  /** The error that an answer describes; `undefined` for one without JSON. */
  #refusalIn(json: unknown): CoordinationError {
    const said = json === undefined ? undefined : gatewayError(json);
    if (this.#status === 404 && (said === undefined || said.words === NO_PATH))
      return this.refused(UNIMPLEMENTED, ABSENT);
    if (said !== undefined) return this.refused(said.status, said.words);
    return new ConnectionLostError(`the answer ended with the HTTP status ${this.#status}`, 'unknown');
  }
}
