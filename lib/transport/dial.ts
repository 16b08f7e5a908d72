import { lookup } from 'node:dns';
import { type Socket, isIP } from 'node:net';
import { Observable, type Subscriber } from 'rxjs';
import { type Endpoint, formatEndpoint } from '../core/endpoint.js';
import { ConnectError, type ConnectErrorCode } from '../core/errors.js';
import type { Link } from '../core/link.js';
import { Inlet, SocketLink } from './socketLink.js';

/** How to start a connection to one address. */
export interface Connector {
  /** The socket's event that says that the connection stands. */
  readonly ready: 'connect' | 'secureConnect';
  connect(address: string, endpoint: Endpoint, inlet: Inlet): Socket;
}

/** Milliseconds that an address is tried alone; after that, the next one is tried beside it. */
const STAGGER = 250;

/**
 * Connects to an endpoint. Its name is resolved each time, and all of its addresses are tried; one that does not answer
 * does not keep the others waiting for long.
 */
export function dial(endpoint: Endpoint, connector: Connector): Observable<Link> {
  return new Observable((subscriber) => {
    const attempt = new Attempt(endpoint, connector, subscriber);
    subscriber.add(() => attempt.destroy());
    attempt.start();
  });
}

/** One dial: the sockets that race, until one of them has won. */
class Attempt {
  readonly #endpoint: Endpoint;
  readonly #connector: Connector;
  readonly #subscriber: Subscriber<Link>;
  readonly #sockets = new Set<Socket>();
  #addresses: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #won = false;

  constructor(endpoint: Endpoint, connector: Connector, subscriber: Subscriber<Link>) {
    this.#endpoint = endpoint;
    this.#connector = connector;
    this.#subscriber = subscriber;
  }

  start(): void {
    const { host } = this.#endpoint;
    if (isIP(host) !== 0) return this.#try([host]);
    lookup(host, { all: true }, (error, addresses) => {
      if (this.#subscriber.closed) return;
      if (error === null) this.#try(addresses.map(({ address }) => address));
      else this.#fail('NAME_NOT_FOUND', error);
    });
  }

  destroy(): void {
    clearTimeout(this.#timer);
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  #try(addresses: string[]): void {
    this.#addresses = addresses;
    this.#next(undefined);
  }

  /** Tries the next address; when none is left and none is under way, that was it. */
  #next(error: Error | undefined): void {
    clearTimeout(this.#timer);
    const address = this.#addresses.shift();
    if (address !== undefined) this.#open(address);
    else if (this.#sockets.size === 0) this.#fail('CONNECT_FAILED', error);
    if (this.#addresses.length > 0) this.#timer = setTimeout(() => this.#next(undefined), STAGGER);
  }

  #open(address: string): void {
    const inlet = new Inlet();
    let socket: Socket;
    try {
      socket = this.#connector.connect(address, this.#endpoint, inlet);
    } catch (error) {
      return this.#fail('CONNECT_FAILED', error as Error); // an option that Node refuses
    }
    this.#sockets.add(socket);
    let broken: Error | undefined;
    let open = false;
    socket.on('error', (error) => (broken ??= error));
    socket.once('end', () => inlet.end(undefined));
    socket.once('close', () => {
      this.#sockets.delete(socket);
      if (open) inlet.end(broken);
      else if (!this.#won) this.#next(broken ?? new Error('the server closed the connection'));
    });
    socket.once(this.#connector.ready, () => {
      open = true;
      this.#win(socket, inlet);
    });
  }

  #win(socket: Socket, inlet: Inlet): void {
    this.#won = true;
    clearTimeout(this.#timer);
    for (const other of this.#sockets) if (other !== socket) other.destroy();
    this.#subscriber.next(new SocketLink(socket, inlet));
  }

  #fail(code: ConnectErrorCode, cause: Error | undefined): void {
    const at = formatEndpoint(this.#endpoint);
    this.#subscriber.error(
      new ConnectError(`cannot connect to ${at}: ${cause?.message ?? 'no address'}`, { code, cause })
    );
  }
}
