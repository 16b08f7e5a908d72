import { type IncomingMessage, STATUS_CODES, type ServerResponse } from 'node:http';
import { type Message, encode } from '../../../etcd/v3/protocol/message.js';
import type { Metadata } from '../../../etcd/v3/carrier.js';
import { openCall } from '../call/openCall.js';
import type { Answers, ServedCall, Streaming, Unary } from '../call/served.js';
import type { EtcdMember } from '../cluster/etcdMember.js';
import type { EtcdCore } from '../etcdCore.js';
import { EtcdRefusal } from '../etcdRefusal.js';
import { CROSS_ORIGIN } from '../v2/request/httpRequest.js';
import { JsonObjects } from './jsonObjects.js';
import { messageLimit, tooLarge } from './messageLimit.js';

const UNKNOWN = 2;
const INVALID_ARGUMENT = 3;
const HEADERS = { ...CROSS_ORIGIN, 'Content-Type': 'application/json' };
/** The status of HTTP for each status of gRPC. */
const STATUSES = [200, 408, 500, 400, 504, 404, 409, 403, 429, 412, 409, 400, 501, 500, 503, 500, 401];
const GRPC_HEADER = 'grpc-metadata-';

/** Serves one request of the gateway: a call whose messages are JSON, in a body of HTTP/1. */
export class GatewayCall implements Answers<object> {
  readonly #core: EtcdCore;
  readonly #served: Unary | Streaming;
  readonly #response: ServerResponse;
  readonly #isStream: boolean;
  readonly #objects = new JsonObjects();
  #call: ServedCall<object> | undefined;
  /** The bytes of the request so far. */
  #size = 0;
  #heard = false;
  #over = false;

  constructor(core: EtcdCore, served: Unary | Streaming, response: ServerResponse) {
    this.#core = core;
    this.#served = served;
    this.#response = response;
    this.#isStream = !('run' in served);
  }

  open(member: EtcdMember, request: IncomingMessage): void {
    this.#call = openCall(this.#core, member, this.#served, metadataOf(request), this);
    request.on('data', (chunk: Buffer) => this.#receive(chunk));
    request.on('end', () => this.#finish());
    this.#response.on('close', () => this.#leave());
  }

  message(answer: object): void {
    if (this.#over) return;
    const json = (this.#served.method.response as Message<object>).toJson(answer);
    if (!this.#response.headersSent)
      this.#response.writeHead(200, { ...HEADERS, 'Grpc-Metadata-Content-Type': 'application/grpc' });
    this.#response.write(this.#isStream ? `${JSON.stringify({ result: json })}\n` : JSON.stringify(json));
  }

  ended(refusal?: EtcdRefusal): void {
    if (this.#over) return;
    this.#leave();
    if (refusal === undefined) return void this.#response.end();
    const { status, words } = refusal;
    const http = STATUSES[status] ?? 500;
    if (this.#response.headersSent) {
      const error = { grpc_code: status, http_code: http, message: words, http_status: STATUS_CODES[http] };
      return void this.#response.end(`${JSON.stringify({ error })}\n`);
    }
    this.#response.writeHead(http, HEADERS).end(JSON.stringify({ error: words, message: words, code: status }));
  }

  cut(): void {
    this.#response.destroy();
  }

  #receive(chunk: Buffer): void {
    if (this.#over) return;
    const limit = messageLimit(this.#core.settings);
    this.#size = this.#isStream ? chunk.length : this.#size + chunk.length;
    if (this.#size > 4 * limit) return this.ended(tooLarge(this.#size, limit));
    this.#objects.push(chunk, (text) => this.#send(text));
  }

  /** A body without an object is an empty message. Text behind the object of a plain call is not looked at. */
  #finish(): void {
    const rest = this.#objects.rest();
    if (!this.#isStream && !this.#heard) this.#send(rest.trim() === '' ? '{}' : rest);
    this.#call?.finished();
  }

  #send(text: string): void {
    if (this.#over || (this.#heard && !this.#isStream)) return;
    this.#heard = true;
    const type = this.#served.method.request as Message<object>;
    let message: object;
    try {
      message = type.fromJson(JSON.parse(text));
    } catch (reason) {
      return this.ended(new EtcdRefusal(this.#isStream ? UNKNOWN : INVALID_ARGUMENT, wordsOf(reason)));
    }
    const { length } = encode(type, message);
    const limit = messageLimit(this.#core.settings);
    if (length > limit) this.ended(tooLarge(length, limit));
    else this.#call?.message(message);
  }

  #leave(): void {
    this.#over = true;
    this.#call?.left();
    this.#call = undefined;
  }
}

/** The words of the error that decoding has thrown. */
function wordsOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

/** Headers that the gateway passes on: the token, and those with its prefix. */
function metadataOf({ headers }: IncomingMessage): Metadata {
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (typeof value === 'string' && name.startsWith(GRPC_HEADER)) metadata[name.slice(GRPC_HEADER.length)] = value;
  if (headers.authorization !== undefined) metadata.authorization = headers.authorization;
  return metadata;
}
