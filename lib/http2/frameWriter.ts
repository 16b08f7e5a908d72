import type { Outgoing } from '../bytes/turnWriter.js';
import { FRAME_HEAD, Flag, FrameType } from './frame.js';

const FIRST = 16 * 1024;
/** Memory that has grown beyond this is not kept for later. */
const KEPT = 256 * 1024;

/** Writes frames, one behind the other, into memory that grows. */
export class FrameWriter implements Outgoing {
  #bytes: Buffer = Buffer.allocUnsafeSlow(FIRST);
  #lent: Buffer | undefined;
  #at = 0;

  get length(): number {
    return this.#at;
  }

  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#at);
    this.#at = 0;
    if (this.#bytes.length > KEPT) this.#bytes = Buffer.allocUnsafeSlow(FIRST);
    return taken;
  }

  release(): void {
    this.#lent = this.#bytes;
    this.#bytes = Buffer.allocUnsafeSlow(FIRST);
  }

  regain(): void {
    if (this.#at === 0) this.#bytes = this.#lent ?? this.#bytes;
    this.#lent = undefined;
  }

  /** Bytes that are no frame: those that begin a connection. */
  raw(bytes: Buffer): void {
    this.#room(bytes.length);
    this.#at += bytes.copy(this.#bytes, this.#at);
  }

  /** A frame with a part of `payload`. */
  frame(type: number, flags: number, stream: number, payload: Buffer, start = 0, end = payload.length): void {
    this.#head(end - start, type, flags, stream);
    this.#at += payload.copy(this.#bytes, this.#at, start, end);
  }

  settings(pairs: readonly (readonly [id: number, value: number])[]): void {
    this.#head(6 * pairs.length, FrameType.settings, 0, 0);
    for (const [id, value] of pairs) {
      this.#at = this.#bytes.writeUInt16BE(id, this.#at);
      this.#number(value);
    }
  }

  settingsAck(): void {
    this.#head(0, FrameType.settings, Flag.ack, 0);
  }

  /** Allows the peer to send more: on one stream, or with 0 on the connection. */
  windowUpdate(stream: number, increment: number): void {
    this.#head(4, FrameType.windowUpdate, 0, stream);
    this.#number(increment);
  }

  reset(stream: number, reason: number): void {
    this.#head(4, FrameType.rstStream, 0, stream);
    this.#number(reason);
  }

  /** The connection ends. We are a client, so no stream of the peer was taken. */
  goAway(reason: number): void {
    this.#head(8, FrameType.goAway, 0, 0);
    this.#number(0);
    this.#number(reason);
  }

  #head(length: number, type: number, flags: number, stream: number): void {
    this.#room(FRAME_HEAD + length);
    const bytes = this.#bytes;
    let at = this.#at;
    bytes[at++] = length >>> 16;
    bytes[at++] = length >>> 8;
    bytes[at++] = length;
    bytes[at++] = type;
    bytes[at++] = flags;
    this.#at = bytes.writeUInt32BE(stream, at);
  }

  #number(value: number): void {
    this.#at = this.#bytes.writeUInt32BE(value, this.#at);
  }

  #room(size: number): void {
    const needed = this.#at + size;
    if (needed <= this.#bytes.length) return;
    const more = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, needed));
    this.#bytes.copy(more, 0, 0, this.#at);
    this.#bytes = more;
  }
}
