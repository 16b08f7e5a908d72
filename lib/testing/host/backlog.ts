import type { Wire } from './wire.js';

/** From so many bytes on a client is held back: it is not read from, and TCP stops it. */
export const BACKLOG_LIMIT = 64 * 1024;

/** Bytes of one client that wait for the server. They stay few, because the client is held back. */
export class Backlog {
  readonly #wire: Wire;
  #pieces: Buffer[] = [];
  #size = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  push(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#size += piece.length;
    if (this.#size >= BACKLOG_LIMIT) this.#wire.hold();
  }

  /** Hands all of it to `use`, piece by piece, and lets the client go on. */
  drain(use: (piece: Buffer) => void): void {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#size = 0;
    for (const piece of pieces) use(piece);
    if (this.#size < BACKLOG_LIMIT) this.#wire.release(); // a piece may have come back here
  }
}
