import { type Server, type Socket, createServer } from 'node:net';
import { type TlsOptions, createServer as createTlsServer } from 'node:tls';
import { ConnectError } from '../../core/errors.js';

declare module '../../core/errors.js' {
  interface KnownErrors {
    readonly port: ConnectError<'LISTEN'>;
  }
}

/** A port for TCP or TLS. It can be closed and opened again: its number stays the same. */
export class Port {
  readonly #host: string;
  readonly #tls: TlsOptions | undefined;
  readonly #join: (socket: Socket) => void;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #number: number;

  /**
   * @param number 0: one that is free
   * @param join takes a client in
   */
  constructor(host: string, number: number, tls: TlsOptions | undefined, join: (socket: Socket) => void) {
    this.#host = host;
    this.#number = number;
    this.#tls = tls;
    this.#join = join;
  }

  get number(): number {
    return this.#number;
  }

  /** Does nothing while it listens already. */
  listen(): Promise<void> {
    if (this.#server !== undefined) return Promise.resolve();
    const enter = (socket: Socket) => this.#enter(socket);
    const server =
      this.#tls === undefined
        ? createServer({ noDelay: true }, enter)
        : createTlsServer({ noDelay: true, ...this.#tls }, enter);
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', (cause: Error) => {
        this.#server = undefined;
        const at = `${this.#host}:${this.#number}`;
        reject(new ConnectError(`cannot listen on ${at}: ${cause.message}`, { code: 'LISTEN', cause }));
      });
      server.listen(this.#number, this.#host, () => {
        const address = server.address();
        if (typeof address === 'object' && address !== null) this.#number = address.port;
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

  #enter(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {}); // 'close' follows, and tells
    socket.once('close', () => this.#sockets.delete(socket));
    this.#join(socket);
  }
}
