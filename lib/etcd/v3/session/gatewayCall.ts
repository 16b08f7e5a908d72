import { ConnectionLostError, type CoordinationError, UsageError, situated, withEffect } from '../../../core/errors.js';
import { asCoordinationError } from '../../../core/failures.js';
import type { Http1Listener, Http1Stream } from '../../../core/http1Client.js';
import type { CallContext, CallListener, OpenCall } from '../carrier.js';
import { refusal } from '../protocol/errorCode.js';
import { gatewayError } from '../protocol/gatewayError.js';
import { JsonLines, jsonOf } from '../protocol/jsonLines.js';
import type { Draft } from '../protocol/message.js';
import type { Method } from '../protocol/methods.js';
import type { MessageLimits } from './grpcCarrier.js';

/** Bytes of JSON for each byte of a message, at most. Bytes are a third longer in base64. */
const REQUEST_FACTOR = 1.4;
const REPLY_FACTOR = 2;
const UNIMPLEMENTED = 12;
const ABSENT = 'the gateway has no such call';

/** One call over the gateway: what it sends, and what its request hears. */
export class GatewayCall<Q, R> implements OpenCall<Q>, Http1Listener {
  stream!: Http1Stream;
  readonly #method: Method<Q, R>;
  readonly #context: CallContext;
  readonly #limits: MessageLimits;
  readonly #lines: JsonLines;
  readonly #lost: (error: CoordinationError) => void;
  #listener: CallListener<R> | undefined;
  #body: string | undefined; // of a call with one message, until it is complete
  #status = 200;
  #refusal: CoordinationError | undefined; // in the body of a stream
  readonly #receive = (json: unknown) => this.#message(json);

  constructor(
    method: Method<Q, R>,
    context: CallContext,
    listener: CallListener<R>,
    limits: MessageLimits,
    lost: (error: CoordinationError) => void
  ) {
    this.#method = method;
    this.#context = context;
    this.#listener = listener;
    this.#limits = limits;
    this.#lines = new JsonLines(limits.maxReplyBytes * REPLY_FACTOR);
    this.#lost = lost;
  }

  send(message: Draft<Q>): boolean {
    const json = JSON.stringify(this.#method.request.toJson(message));
    const longest = this.#limits.maxRequestBytes;
    if (json.length > longest * REQUEST_FACTOR) {
      this.cancel();
      const size = `must have at most about ${longest} bytes, not ${json.length} of JSON; see maxRequestBytes`;
      throw new UsageError('request', size, { ...this.#context, code: 'TOO_LARGE' });
    }
    if (this.#method.isStream) return this.stream.write(`${json}\n`);
    this.#body = json;
    return true;
  }

  finish(): void {
    this.stream.finish(this.#body);
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

  headers(status: number): void {
    this.#status = status;
  }

  data(chunk: Buffer): void {
    try {
      if (this.#method.isStream && this.#status === 200) this.#lines.push(chunk, this.#receive);
      else this.#lines.keep(chunk);
    } catch (error) {
      this.stream.cancel();
      this.#end(asCoordinationError(error));
    }
  }

  drained(): void {
    this.#listener?.drained?.();
  }

  ended(error: CoordinationError | undefined): void {
    if (error === undefined) return this.#complete();
    this.#end(error);
    this.#lost(error);
  }

  /** The body is complete. */
  #complete(): void {
    try {
      const rest = this.#lines.take();
      if (this.#status !== 200) this.#refusal = this.#refusalIn(rest);
      else if (rest !== '') this.#receive(jsonOf(rest));
      this.#end(this.#refusal);
    } catch (error) {
      this.#end(asCoordinationError(error));
    }
  }

  /** One message; in a stream it is wrapped, and may be an error instead. */
  #message(json: unknown): void {
    if (!this.#method.isStream) return this.#listener?.message(this.#method.response.fromJson(json));
    const { result, error } = (json ?? {}) as { readonly result?: unknown; readonly error?: unknown };
    if (error === undefined) return this.#listener?.message(this.#method.response.fromJson(result));
    this.#refusal = this.#refusalIn(JSON.stringify(json));
  }

  /** The error that the body of an answer describes. */
  #refusalIn(body: string): CoordinationError {
    const said = body.startsWith('{') ? gatewayError(jsonOf(body)) : undefined;
    if (said !== undefined) return this.#refused(said.status, said.words);
    if (this.#status === 404) return this.#refused(UNIMPLEMENTED, ABSENT);
    return new ConnectionLostError(`the answer ended with the HTTP status ${this.#status}`, 'unknown');
  }

  #refused(status: number, words: string): CoordinationError {
    return refusal(status, words, this.#method.isRead, this.#context);
  }

  #end(error: CoordinationError | undefined): void {
    const listener = this.#listener;
    this.#listener = undefined;
    if (error !== undefined && this.#method.isRead) withEffect(error, 'none');
    listener?.ended(situated(error, this.#context));
  }
}
