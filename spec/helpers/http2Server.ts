import { type Server, type Socket, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { HEAD, framed } from '../../lib/etcd/v3/protocol/grpcFrames.js';
import { type Draft, type Message, encode } from '../../lib/etcd/v3/protocol/message.js';
import { Flag, FrameType } from '../../lib/http2/frame.js';
import { FrameReader } from '../../lib/http2/frameReader.js';
import { frame, headersFrame } from './scriptedHttp2.js';

const PREFACE = 24;

/** Numbers of 32 bits. */
const numbers = (...all: readonly number[]) => {
  const bytes = Buffer.alloc(all.length * 4);
  all.forEach((it, i) => bytes.writeUInt32BE(it, i * 4));
  return bytes;
};

/** Settings, as pairs of a number and a value. */
export const settings = (...pairs: readonly (readonly [number: number, value: number])[]) => {
  const payload = pairs.map(([number, value]) => Buffer.concat([numbers(number).subarray(2), numbers(value)]));
  return frame(FrameType.settings, 0, 0, Buffer.concat(payload));
};
export const goaway = (last: number, code: number, words = '') =>
  frame(FrameType.goAway, 0, 0, Buffer.concat([numbers(last, code), Buffer.from(words)]));
export const reset = (stream: number, code: number) => frame(FrameType.rstStream, 0, stream, numbers(code));
export const data = (stream: number, bytes: Uint8Array, end = false) =>
  frame(FrameType.data, end ? Flag.endStream : 0, stream, bytes);
export const headers = (stream: number, fields: Readonly<Record<string, string>>, end = false) =>
  headersFrame(stream, fields, end ? Flag.endStream : 0);

/** The head of an answer of gRPC. */
export const GOOD = { ':status': '200', 'content-type': 'application/grpc' };
/** A message of gRPC, with its length before it. */
export const grpc = (message: Uint8Array) => framed(Buffer.concat([Buffer.alloc(HEAD), message]));
/** A whole answer of gRPC. */
export const answer = <R>(stream: number, type: Message<R>, message: Draft<R>) =>
  Buffer.concat([
    headers(stream, GOOD),
    data(stream, grpc(encode(type, message))),
    headers(stream, { 'grpc-status': '0' }, true),
  ]);

/** A connection to a scripted server. */
export class ScriptedConnection {
  /** Counted from 1. */
  readonly number: number;
  readonly socket: Socket;
  /** The pings of the client. */
  pings = 0;
  /** Answers a request: its number, and its body. By default none is answered. */
  onRequest: (stream: number, body: Buffer) => void = () => {};
  /** Answers the first bytes of the body of a request. */
  onMessage: (stream: number) => void = () => {};
  readonly #bodies = new Map<number, Buffer[]>();
  readonly #frames = new FrameReader((type, flags, stream, bytes, start, end) =>
    this.#frame(type, flags, stream, Buffer.from(bytes.subarray(start, end)))
  );
  #preface = PREFACE; // bytes of it that are still to come

  constructor(number: number, socket: Socket) {
    this.number = number;
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('data', (chunk) => this.#take(chunk));
  }

  write(...frames: readonly Uint8Array[]): void {
    this.socket.write(Buffer.concat(frames));
  }

  #take(chunk: Buffer): void {
    const rest = chunk.subarray(this.#preface);
    this.#preface -= chunk.length - rest.length;
    this.#frames.push(rest);
  }

  #frame(type: number, flags: number, stream: number, payload: Buffer): void {
    if (type === FrameType.settings && (flags & Flag.ack) === 0) this.write(frame(FrameType.settings, Flag.ack, 0));
    if (type === FrameType.ping && (flags & Flag.ack) === 0) {
      this.pings++;
      this.write(frame(FrameType.ping, Flag.ack, 0, payload));
    }
    if (type !== FrameType.data && type !== FrameType.headers) return;
    const body = this.#bodies.get(stream) ?? [];
    this.#bodies.set(stream, body);
    if (type === FrameType.data && body.push(payload) === 1) this.onMessage(stream);
    if ((flags & Flag.endStream) !== 0) this.onRequest(stream, Buffer.concat(body));
  }
}

/** An HTTP/2 server that sends what a test tells it to, frame by frame. */
export class Http2Server implements AsyncDisposable {
  readonly connections: ScriptedConnection[] = [];
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get endpoint(): string {
    return `127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { socket } of this.connections) socket.destroy();
    await new Promise((done) => this.#server.close(done));
  }
}

/**
 * Starts a scripted HTTP/2 server on a free port of 127.0.0.1.
 *
 * @param greet is given each new connection. It sends the settings, and says how requests are answered
 */
export async function scriptHttp2(greet: (connection: ScriptedConnection) => void): Promise<Http2Server> {
  const server = createServer((socket) => {
    const connection = new ScriptedConnection(scripted.connections.length + 1, socket);
    scripted.connections.push(connection);
    greet(connection);
  });
  const scripted = new Http2Server(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return scripted;
}
