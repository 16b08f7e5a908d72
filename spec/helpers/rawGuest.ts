import type { WireAcceptor, WireHandler } from '../../lib/testing/host/wire.js';

/** A client of an embedded server that is bytes and nothing else, without a socket: it is heard at once. */
export class RawGuest {
  /** Whether the server reads from it no more. */
  held = false;
  /** Whether the server has hung up. */
  ended = false;
  #received = Buffer.alloc(0);
  readonly #served: WireHandler;

  constructor(server: WireAcceptor) {
    const end = () => void (this.ended = true);
    this.#served = server.attach({
      ...{ address: '127.0.0.1', port: 1, certificate: undefined, end, destroy: end },
      write: (bytes) => {
        this.#received = Buffer.concat([this.#received, bytes]);
        return true;
      },
      hold: () => void (this.held = true),
      release: () => void (this.held = false),
    });
  }

  say(...bytes: readonly Uint8Array[]): this {
    for (const each of bytes) this.#served.receive(Buffer.from(each));
    return this;
  }

  /** What it was sent since the last call. */
  take(): Buffer {
    const received = this.#received;
    this.#received = Buffer.alloc(0);
    return received;
  }

  /** The frames that it was sent since the last call, without their lengths. */
  frames(): Buffer[] {
    const bytes = this.take();
    const frames: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += 4 + bytes.readInt32BE(at))
      frames.push(bytes.subarray(at + 4, at + 4 + bytes.readInt32BE(at)));
    return frames;
  }
}
