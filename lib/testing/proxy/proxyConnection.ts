import { type Socket, connect } from 'node:net';
import type { Endpoint } from '../../core/endpoint.js';
import { closeSocket } from './closeSocket.js';
import type { Direction } from './proxyTypes.js';
import { ProxyLane } from './proxyLane.js';
import type { ProxyRules } from './proxyRules.js';
import { seededRandom } from './seededRandom.js';

/** The rules of a proxy, as its connections see them. */
export interface ConnectionRules {
  readonly rules: Readonly<Record<Direction, ProxyRules>>;
  readonly rewrite: (bytes: Buffer, direction: Direction) => Uint8Array;
  /**
   * Gives numbers from 0 up to 1. Each direction takes one of them, for a seed: so no other's traffic changes its
   * jitter.
   */
  readonly random: () => number;
}

/** A client, the server it is led to, and the two lanes between them. */
export class ProxyConnection {
  /** When both ends are closed. */
  readonly closed: Promise<unknown>;
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #lanes: readonly ProxyLane[];

  constructor(client: Socket, target: Endpoint, { rules, rewrite, random }: ConnectionRules) {
    const server = connect({ host: target.host, port: target.port, allowHalfOpen: true, noDelay: true });
    const lane = (source: Socket, sink: Socket, direction: Direction) =>
      new ProxyLane(source, sink, rules[direction], seededRandom(random() * 2 ** 32), (bytes) =>
        rewrite(bytes, direction)
      );
    this.#client = client;
    this.#server = server;
    this.#lanes = [lane(client, server, 'toServer'), lane(server, client, 'toClient')];
    for (const socket of [client, server]) socket.on('error', () => {}); // 'close' follows, and tells
    this.closed = Promise.all([client, server].map((socket) => new Promise((done) => socket.once('close', done))));
  }

  /** Whether its client is still there. */
  get isOpen(): boolean {
    return !this.#client.destroyed;
  }

  /** Goes on, when the rules have changed. */
  go(): void {
    for (const lane of this.#lanes) lane.go();
  }

  /** Forgets all bytes, those under way and those to come. */
  lose(): void {
    for (const lane of this.#lanes) lane.lose();
  }

  reset(): void {
    this.#close('rst');
  }

  end(): void {
    this.lose();
    this.#close('fin');
  }

  #close(how: 'fin' | 'rst'): void {
    for (const socket of [this.#client, this.#server]) closeSocket(socket, how);
  }
}
