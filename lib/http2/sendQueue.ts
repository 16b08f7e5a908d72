import { NumberTable } from '../bytes/numberTable.js';
import { Ring } from '../bytes/ring.js';
import type { ClientStream } from './clientStream.js';
import { Flag, FrameType, LARGEST } from './frame.js';
import type { FrameWriter } from './frameWriter.js';
import { PeerSettings } from './peerSettings.js';
import { FIRST_WINDOW, SendWindow } from './window.js';

/** Bytes of a body that leave before another request has its turn. */
const SHARE = 64 * 1024;

/**
 * The requests of a connection: those that wait to begin, those under way, and those with something to send. It sends
 * no more than the server takes: so many requests at a time, so many bytes of each and of all.
 */
export class SendQueue {
  readonly #peer = new PeerSettings();
  readonly window = new SendWindow(FIRST_WINDOW);
  /** The requests under way, by their numbers. */
  readonly streams = new NumberTable<ClientStream>();
  readonly #waiting = new Ring<ClientStream>();
  readonly #ready = new Ring<ClientStream>();
  #next = 1;

  /** Whether a request with this number was sent. */
  hasSent(id: number): boolean {
    return id % 2 === 1 && id < this.#next;
  }

  /** Whether there are numbers for more requests. */
  get isSpent(): boolean {
    return this.#next > LARGEST;
  }

  add(stream: ClientStream): void {
    stream.queued = true; // its body leaves with its headers
    this.#waiting.push(stream);
  }

  /** The stream has something to send. */
  ready(stream: ClientStream): void {
    if (stream.queued) return;
    stream.queued = true;
    this.#ready.push(stream);
  }

  /** Takes the requests that wait to begin. */
  unsent(): ClientStream[] {
    const all: ClientStream[] = [];
    for (let one = this.#waiting.shift(); one !== undefined; one = this.#waiting.shift())
      if (!one.isOver) all.push(one);
    return all;
  }

  /** The server has sent settings. Throws a `Http2Fault`. */
  settings(bytes: Buffer, start: number, end: number): void {
    const before = this.#peer.initialWindow;
    this.#peer.apply(bytes, start, end);
    const change = this.#peer.initialWindow - before;
    if (change === 0) return;
    for (const stream of this.streams.values()) {
      stream.window.add(change);
      if (stream.body.waits) this.ready(stream);
    }
  }

  /** Writes what may leave now, until `full` says that it is enough. */
  fill(out: FrameWriter, full: () => boolean): void {
    while (!full() && (this.#begin(out) || this.#continue(out)));
  }

  #begin(out: FrameWriter): boolean {
    if (this.streams.size >= this.#peer.maxStreams || this.isSpent) return false;
    const stream = this.#waiting.shift();
    if (stream === undefined) return false;
    if (stream.isOver) return true;
    stream.id = this.#next;
    this.#next += 2;
    stream.window = new SendWindow(this.#peer.initialWindow);
    this.streams.set(stream.id, stream);
    const { block } = stream;
    let sent = Math.min(block.length, this.#peer.maxFrame);
    out.frame(FrameType.headers, sent === block.length ? Flag.endHeaders : 0, stream.id, block, 0, sent);
    while (sent < block.length) {
      const end = Math.min(block.length, sent + this.#peer.maxFrame);
      out.frame(FrameType.continuation, end === block.length ? Flag.endHeaders : 0, stream.id, block, sent, end);
      sent = end;
    }
    this.#send(out, stream);
    return true;
  }

  #continue(out: FrameWriter): boolean {
    const stream = this.#ready.shift();
    if (stream === undefined) return false;
    if (stream.isOver) return true;
    if (this.window.left <= 0 && stream.body.size > 0) {
      this.#ready.unshift(stream); // until the server takes more
      return false;
    }
    this.#send(out, stream);
    return true;
  }

  #send(out: FrameWriter, stream: ClientStream): void {
    const { body, window } = stream;
    stream.queued = false;
    let share = SHARE;
    while (body.waits && share > 0) {
      const most = Math.min(window.left, this.window.left, this.#peer.maxFrame);
      if (body.size > 0 && most <= 0) break;
      const length = body.write(out, stream.id, most);
      window.take(length);
      this.window.take(length);
      share -= length;
    }
    if (body.waits && window.left > 0) this.ready(stream);
    else if (body.size === 0) stream.drained();
  }
}
