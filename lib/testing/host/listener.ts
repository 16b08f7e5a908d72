import { type Server, type Socket, createServer } from 'node:net';
import { type TlsOptions, createServer as createTlsServer } from 'node:tls';
import { ConnectError } from '../../core/errors.js';
import type { WireAcceptor } from './wire.js';
import { SocketWire } from './socketWire.js';

declare module '../../core/errors.js' {
  interface KnownErrors {
    readonly listener: ConnectError<'LISTEN'>;
  }
}

/** A port on which clients are taken in. It can be closed and opened again: the port stays the same. */
export class Listener {
  readonly #doorkeeper: WireAcceptor;
  readonly #host: string;
  readonly #tls: TlsOptions | undefined;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  port: number;

  constructor(doorkeeper: WireAcceptor, host: string, port: number, tls: TlsOptions | undefined) {
    this.#doorkeeper = doorkeeper;
    this.#host = host;
    this.port = port;
    this.#tls = tls;
  }

  listen(): Promise<void> {
    if (this.#server !== undefined) return Promise.resolve();
    const join = (socket: Socket) => this.#join(socket);
    const server =
      this.#tls === undefined
        ? createServer({ noDelay: true }, join)
        : createTlsServer({ noDelay: true, ...this.#tls }, join);
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', (cause: Error) => {
        this.#server = undefined;
        reject(
          new ConnectError(`cannot listen on ${this.#host}:${this.port}: ${cause.message}`, { code: 'LISTEN', cause })
        );
      });
      server.listen(this.port, this.#host, () => {
        const address = server.address();
        if (typeof address === 'object' && address !== null) this.port = address.port;
        resolve();
      });
    });
  }

  /** Accepts no more clients, and cuts those that are connected. */
  close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  #join(socket: Socket): void {
    this.#sockets.add(socket);
    const connection = this.#doorkeeper.attach(new SocketWire(socket));
    socket.on('data', (chunk: Buffer) => connection.receive(chunk));
    socket.on('error', () => {}); // 'close' follows, and tells
    socket.once('close', () => {
      this.#sockets.delete(socket);
      connection.closed();
    });
  }
}
