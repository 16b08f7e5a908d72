import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Wire } from './wire.js';

/** A client on a socket. */
export class SocketWire implements Wire {
  readonly address: string;
  readonly port: number;
  readonly certificate: string | undefined;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    this.port = socket.remotePort ?? 0;
    this.certificate = socket instanceof TLSSocket ? subjectOf(socket) : undefined;
  }

  write(bytes: Uint8Array): boolean {
    if (!this.#socket.writable) return true;
    this.#socket.write(bytes);
    return this.#socket.writableLength === 0;
  }

  hold(): void {
    this.#socket.pause();
  }

  release(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
    this.#socket.destroySoon();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** As Java names it: from the most specific part to the least, joined by commas. */
function subjectOf(socket: TLSSocket): string | undefined {
  if (!socket.authorized) return undefined;
  const subject = socket.getPeerX509Certificate()?.subject;
  return subject?.split('\n').reverse().join(',');
}
