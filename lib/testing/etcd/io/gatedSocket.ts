import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { HeldActs } from '../../host/heldActs.js';

/** A socket that can be held: nothing arrives and nothing leaves, not even the answer to a ping. */
export class GatedSocket extends Duplex {
  readonly #socket: Socket;
  readonly #passing = new HeldActs();

  /** @param first bytes that were read from the socket before */
  constructor(socket: Socket, first: Buffer) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.push(first);
    socket.on('data', (chunk: Buffer) => this.#passing.pass(() => void (this.push(chunk) || socket.pause())));
    socket.on('end', () => this.#passing.pass(() => this.push(null)));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
    this.on('error', () => {}); // the connection has ended: 'close' follows
  }

  hold(): void {
    this.#passing.hold();
    this.#socket.pause();
  }

  release(): void {
    this.#passing.release();
    this.#socket.resume();
  }

  override _read(): void {
    if (!this.#passing.isHeld) this.#socket.resume();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#passing.pass(() => this.#socket.write(chunk, done));
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#passing.pass(() => this.#socket.end(() => done()));
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
