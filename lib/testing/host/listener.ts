import type { Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { Port } from './port.js';
import { SocketWire } from './socketWire.js';
import type { WireAcceptor } from './wire.js';

/** A port on which clients are taken in. It can be closed and opened again: the port stays the same. */
export class Listener {
  readonly #doorkeeper: WireAcceptor;
  readonly #port: Port;

  constructor(doorkeeper: WireAcceptor, host: string, port: number, tls: TlsOptions | undefined) {
    this.#doorkeeper = doorkeeper;
    this.#port = new Port(host, port, tls, (socket) => this.#join(socket));
  }

  get port(): number {
    return this.#port.number;
  }

  listen(): Promise<void> {
    return this.#port.listen();
  }

  /** Accepts no more clients, and cuts those that are connected. */
  close(): Promise<void> {
    return this.#port.close();
  }

  #join(socket: Socket): void {
    const connection = this.#doorkeeper.attach(new SocketWire(socket));
    socket.on('data', (chunk: Buffer) => connection.receive(chunk));
    socket.once('close', () => connection.closed());
  }
}
