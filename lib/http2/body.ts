import { Flag, FrameType } from './frame.js';
import type { FrameWriter } from './frameWriter.js';

/** The part of a request's body that has not left yet. */
export class Body {
  #pieces: Buffer[] = [];
  #first = 0; // the pieces before it have left
  #at = 0; // in the first piece
  #size = 0;
  #finished = false;
  #ended = false; // the server knows the end

  /** Bytes that wait. */
  get size(): number {
    return this.#size;
  }

  /** Whether something waits, if only the end. */
  get waits(): boolean {
    return this.#size > 0 || (this.#finished && !this.#ended);
  }

  /** Whether all of it has left. */
  get ended(): boolean {
    return this.#ended;
  }

  push(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#pieces.push(bytes);
    this.#size += bytes.length;
  }

  finish(): void {
    this.#finished = true;
  }

  /** Writes one frame, of at most so many bytes. Returns how many it has. */
  write(out: FrameWriter, stream: number, most: number): number {
    const piece = this.#pieces[this.#first] ?? NOTHING;
    const length = Math.min(most, piece.length - this.#at);
    const end = this.#at + length;
    this.#size -= length;
    this.#ended = this.#finished && this.#size === 0;
    out.frame(FrameType.data, this.#ended ? Flag.endStream : 0, stream, piece, this.#at, end);
    this.#at = end;
    if (end === piece.length) this.#nextPiece();
    return length;
  }

  #nextPiece(): void {
    this.#at = 0;
    if (++this.#first < this.#pieces.length) return;
    this.#pieces = [];
    this.#first = 0;
  }
}

const NOTHING = Buffer.alloc(0);
