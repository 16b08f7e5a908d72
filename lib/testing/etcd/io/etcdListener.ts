import { type Server as HttpServer, createServer as createHttpServer } from 'node:http';
import { type Http2Server, type ServerHttp2Session, createServer as createHttp2Server } from 'node:http2';
import type { Socket } from 'node:net';
import { Port } from '../../host/port.js';
import type { EtcdMember } from '../cluster/etcdMember.js';
import type { EtcdCore } from '../etcdCore.js';
import { GatedSocket } from './gatedSocket.js';
import { gateway } from './gateway.js';
import { grpcCall } from './grpcCall.js';
import { PingLimit } from './pingLimit.js';

/** The first letters of a connection that speaks HTTP/2: no request of HTTP/1 begins like this. */
const PREFACE = Buffer.from('PRI');

/** Streams up to this number, which are all, will still be served. */
const LAST_STREAM = 2 ** 31 - 1;

/** The port of a member: gRPC, and the gateway over HTTP/1. It can be closed and opened again with the same number. */
export class EtcdListener {
  readonly #member: EtcdMember;
  readonly #port: Port;
  readonly #http: HttpServer;
  readonly #http2: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #sockets = new Set<GatedSocket>();

  constructor(core: EtcdCore, member: EtcdMember) {
    this.#member = member;
    const { host, tls } = core.settings;
    const secured = tls && { ALPNProtocols: ['h2', 'http/1.1'], ...tls };
    this.#port = new Port(host, member.port, secured, (socket) => this.#join(socket));
    this.#http = createHttpServer(gateway(core, member));
    this.#http2 = createHttp2Server();
    this.#http2.on('session', (session) => {
      const pings = new PingLimit(session, core.settings.scheduler);
      session.on('stream', (stream, headers) => grpcCall(core, member, stream, headers, pings));
      this.#sessions.add(session);
      session.once('close', () => this.#sessions.delete(session));
    });
    this.#http2.on('sessionError', () => {}); // 'close' follows
  }

  async listen(): Promise<void> {
    await this.#port.listen();
    this.#member.port = this.#port.number;
  }

  /** Accepts no more clients, and cuts those that are connected. */
  close(): Promise<void> {
    return this.#port.close();
  }

  /** Tells clients to send no new calls on their connections (`GOAWAY`). */
  goAway(): void {
    for (const session of this.#sessions) session.goaway(0, LAST_STREAM);
  }

  hold(): void {
    for (const socket of this.#sockets) socket.hold();
  }

  release(): void {
    for (const socket of this.#sockets) socket.release();
  }

  /** Waits for the letters that tell the protocol. */
  #join(socket: Socket): void {
    const { connections } = this.#member;
    const connection = { cut: () => socket.destroy() };
    connections.add(connection);
    socket.once('close', () => connections.delete(connection));
    let first = Buffer.alloc(0);
    const sniff = (chunk: Buffer) => {
      first = Buffer.concat([first, chunk]);
      if (first.length < PREFACE.length) return;
      socket.off('data', sniff);
      this.#serve(socket, first);
    };
    socket.on('data', sniff);
  }

  #serve(socket: Socket, first: Buffer): void {
    const gated = new GatedSocket(socket, first);
    this.#sockets.add(gated);
    socket.once('close', () => this.#sockets.delete(gated));
    if (this.#member.paused) gated.hold();
    const server = first.subarray(0, PREFACE.length).equals(PREFACE) ? this.#http2 : this.#http;
    server.emit('connection', gated);
  }
}
