import { type Server, type Socket, createServer } from 'node:net';
import { type Endpoint, formatEndpoint } from '../../core/endpoint.js';
import { ConnectError } from '../../core/errors.js';

/**
 * Where a proxy listens. It can be closed and opened again: the port stays the same.
 *
 * Meanwhile the port is free. Linux has two halves of free ports, one for listeners on port 0 and one for outgoing
 * connections, so a client that tries to come back hardly takes it.
 */
export class ProxyListener {
  readonly #host: string;
  readonly #join: (client: Socket) => void;
  #port: number;
  #server: Server | undefined;
  #opening: Promise<void> | undefined;

  constructor({ host, port }: Endpoint, join: (client: Socket) => void) {
    this.#host = host;
    this.#port = port;
    this.#join = join;
  }

  get endpoint(): Endpoint {
    return { host: this.#host, port: this.#port };
  }

  open(): Promise<void> {
    return (this.#opening ??= this.#listen());
  }

  close(): void {
    this.#server?.close();
    this.#server = undefined;
    this.#opening = undefined;
  }

  #listen(): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, this.#join);
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('close', resolve); // before it listened, perhaps
      server.on('error', (cause) => {
        if (this.#server === server && !server.listening) this.close();
        reject(
          new ConnectError(`cannot listen on ${formatEndpoint(this.endpoint)}: ${cause.message}`, {
            code: 'LISTEN',
            cause,
          })
        );
      });
      server.listen(this.#port, this.#host, () => {
        const address = server.address();
        if (typeof address === 'object' && address !== null) this.#port = address.port;
        resolve();
      });
    });
  }
}
