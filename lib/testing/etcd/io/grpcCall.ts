import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Subscription } from 'rxjs';
import { GrpcFrames, HEAD, framed } from '../../../etcd/v3/protocol/grpcFrames.js';
import { type Message, decode, encode } from '../../../etcd/v3/protocol/message.js';
import type { Metadata } from '../../../etcd/v3/carrier.js';
import { callOf, openCall } from '../call/openCall.js';
import type { Answers, ServedCall } from '../call/served.js';
import type { EtcdMember } from '../cluster/etcdMember.js';
import type { EtcdCore } from '../etcdCore.js';
import { EtcdRefusal } from '../etcdRefusal.js';
import { grpcTimeout } from './grpcTimeout.js';
import { messageLimit, tooLarge } from './messageLimit.js';
import type { PingLimit } from './pingLimit.js';

const DEADLINE_EXCEEDED = new EtcdRefusal(4, 'context deadline exceeded');
const HEADERS = { ':status': 200, 'content-type': 'application/grpc' };

/** Serves one gRPC call on an HTTP/2 stream. */
export function grpcCall(
  core: EtcdCore,
  member: EtcdMember,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  pings: PingLimit
): void {
  const call = new GrpcCall(core, stream, pings);
  pings.begun();
  stream.once('close', () => pings.ended());
  stream.on('error', () => {}); // 'close' follows
  stream.on('close', () => call.left());
  call.open(member, headers);
}

class GrpcCall implements Answers<object> {
  readonly #core: EtcdCore;
  readonly #stream: ServerHttp2Stream;
  readonly #pings: PingLimit;
  #type!: Message<object>;
  #served: ServedCall<object> | undefined;
  #timer: Subscription | undefined;
  #over = false;

  constructor(core: EtcdCore, stream: ServerHttp2Stream, pings: PingLimit) {
    this.#pings = pings;
    this.#core = core;
    this.#stream = stream;
  }

  open(member: EtcdMember, headers: IncomingHttpHeaders): void {
    const stream = this.#stream;
    stream.on('data', (chunk: Buffer) => this.#receive(() => frames.push(chunk, receive)));
    stream.on('end', () => this.#served?.finished());
    const limit = messageLimit(this.#core.settings);
    const frames = new GrpcFrames(limit, (length) => tooLarge(length, limit));
    let receive = (_: Buffer) => {};
    this.#receive(() => {
      const served = callOf(headers[':path'] as string, this.#core.settings.version);
      this.#type = served.method.response;
      const request = served.method.request as Message<object>;
      receive = (bytes) => this.#served?.message(decode(request, bytes));
      this.#served = openCall(this.#core, member, served, headers as Metadata, this);
    });
    const timeout = grpcTimeout(headers['grpc-timeout'] as string | undefined);
    if (timeout === undefined || this.#over) return;
    if (timeout < 1) this.ended(DEADLINE_EXCEEDED);
    else this.#timer = this.#core.settings.scheduler.schedule(() => this.ended(DEADLINE_EXCEEDED), timeout);
  }

  message(answer: object): void {
    if (this.#over) return;
    if (!this.#stream.headersSent) this.#stream.respond(HEADERS, { waitForTrailers: true });
    this.#pings.sending();
    this.#stream.write(framed(encode(this.#type, answer, HEAD)), () => this.#pings.sent());
  }

  ended(refusal?: EtcdRefusal): void {
    if (this.#over) return;
    this.left();
    this.#pings.sending();
    this.#pings.sent();
    const { status = 0, words = '' } = refusal ?? {};
    const trailers = { 'grpc-status': String(status), 'grpc-message': percentEncoded(words) };
    if (this.#stream.destroyed) return;
    if (!this.#stream.headersSent) return this.#stream.respond({ ...HEADERS, ...trailers }, { endStream: true });
    this.#stream.once('wantTrailers', () => this.#stream.sendTrailers(trailers));
    this.#stream.end();
  }

  cut(): void {
    this.#stream.session?.destroy();
  }

  /** The call is over, by the client or by the server. */
  left(): void {
    this.#over = true;
    this.#timer?.unsubscribe();
    this.#served?.left();
    this.#served = undefined;
  }

  /** Ends the call with the refusal that is thrown, and those with bytes that are no message. */
  #receive(act: () => void): void {
    try {
      act();
    } catch (reason) {
      const { message } = reason as Error;
      this.ended(reason instanceof EtcdRefusal ? reason : new EtcdRefusal(13, `grpc: ${message}`));
    }
  }
}

/** As gRPC writes text into a header: printable ASCII as it is. */
function percentEncoded(words: string): string {
  return words.replace(/[^ -$&-~]/gu, (letter) => encodeURIComponent(letter));
}
