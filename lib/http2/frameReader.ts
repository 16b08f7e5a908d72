import { FRAME_HEAD, Http2Fault, MAX_FRAME, Reason } from './frame.js';

/** Takes a frame whose payload is `bytes` from `start` to `end`. The memory is only valid during the call. */
export type FrameReceiver = (
  type: number,
  flags: number,
  stream: number,
  bytes: Buffer,
  start: number,
  end: number
) => void;

/** Cuts what a peer sends into frames. A frame that says that it is too long is refused before it is kept. */
export class FrameReader {
  readonly #receive: FrameReceiver;
  readonly #partial = Buffer.allocUnsafe(FRAME_HEAD + MAX_FRAME); // a frame that has come in part
  #size = 0;
  #stopped = false;

  constructor(receive: FrameReceiver) {
    this.#receive = receive;
  }

  /** Hands over every frame that is whole now. Throws a {@link Http2Fault}. */
  push(chunk: Buffer): void {
    let at = this.#size === 0 ? 0 : this.#complete(chunk);
    while (!this.#stopped && chunk.length - at >= FRAME_HEAD) {
      const next = at + FRAME_HEAD + lengthAt(chunk, at);
      if (next > chunk.length) break;
      this.#hand(chunk, at, next);
      at = next;
    }
    if (at < chunk.length) this.#size += chunk.copy(this.#partial, this.#size, at, at + this.#partial.length);
  }

  /** Hands over no more frames. */
  stop(): void {
    this.#stopped = true;
  }

  /** Goes on with the frame that has come in part. Returns where the rest of the chunk begins. */
  #complete(chunk: Buffer): number {
    const partial = this.#partial;
    let at = 0;
    if (this.#size < FRAME_HEAD) {
      at = chunk.copy(partial, this.#size, 0, FRAME_HEAD - this.#size);
      this.#size += at;
      if (this.#size < FRAME_HEAD) return at;
    }
    const whole = FRAME_HEAD + lengthAt(partial, 0);
    const copied = chunk.copy(partial, this.#size, at, at + whole - this.#size);
    this.#size += copied;
    if (this.#size === whole) {
      this.#size = 0;
      this.#hand(partial, 0, whole);
    }
    return at + copied;
  }

  #hand(bytes: Buffer, at: number, end: number): void {
    if (this.#stopped) return;
    const stream = bytes.readUInt32BE(at + 5) & 0x7fffffff;
    this.#receive(bytes[at + 3]!, bytes[at + 4]!, stream, bytes, at + FRAME_HEAD, end);
  }
}

function lengthAt(bytes: Buffer, at: number): number {
  const length = bytes[at]! * 0x10000 + bytes[at + 1]! * 0x100 + bytes[at + 2]!;
  if (length > MAX_FRAME) throw new Http2Fault(Reason.frameSize, `a frame of ${length} bytes`);
  return length;
}
