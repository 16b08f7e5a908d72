import type { Link } from '../core/link.js';

/** Messages are handed to the link when they have grown to this many bytes. */
const BATCH = 128 * 1024;

/** The memory that messages are written into. */
export interface Outgoing {
  /** Bytes written since the last {@link take}. */
  readonly length: number;
  take(): Uint8Array;
  /** The link goes on sending from the memory of the last {@link take}, which stays as it is until {@link regain}. */
  release?(): void;
  /** Everything that was taken has left: its memory may be used again. */
  regain?(): void;
}

/** Counts the bytes, and the turns of the event loop in which they move. */
export interface Traffic {
  turnBegins(): void;
  turnEnds(): void;
  received(bytes: number): void;
  sent(bytes: number): void;
}

/**
 * Writes to a link once a turn of the event loop, however many messages that turn asks for. While a chunk of replies is
 * read nothing leaves; what it provokes leaves right after it. While the kernel is behind nothing is written, so that
 * requests wait in their queue.
 */
export class TurnWriter {
  readonly #link: Link;
  readonly #out: Outgoing;
  readonly #traffic: Traffic;
  readonly #fill: () => void;
  #waking = false;
  #held = false;
  #congested = false;
  #stopped = false;

  /** @param fill writes everything that waits into `out`, and sends it: whenever it is {@link full}, and at the end */
  constructor(link: Link, out: Outgoing, traffic: Traffic, fill: () => void) {
    this.#link = link;
    this.#out = out;
    this.#traffic = traffic;
    this.#fill = fill;
  }

  /** Whether enough is written to be sent. */
  get full(): boolean {
    return this.#out.length >= BATCH;
  }

  /** Whether nothing more can be sent for now. */
  get congested(): boolean {
    return this.#congested;
  }

  /** Something waits to be sent. It leaves at the end of this turn, unless a chunk is being read. */
  readonly wake = (): void => {
    if (this.#held || this.#waking) return;
    this.#waking = true;
    this.#traffic.turnBegins();
    this.#link.soon(this.#flushSoon);
  };

  /** A chunk of so many bytes is being read until {@link release}. */
  hold(bytes: number): void {
    this.#traffic.received(bytes);
    this.#held = true;
  }

  /** The chunk has been read. What waits leaves now, or with `later` at the next occasion. */
  release(later = false): void {
    this.#held = false;
    if (!later) this.flush();
    this.#traffic.turnEnds();
  }

  /** The kernel has caught up. */
  drained(): void {
    if (this.#stopped) return;
    this.#congested = false;
    this.#out.regain?.();
    this.flush();
  }

  /** Nothing is sent any more. */
  stop(): void {
    this.#stopped = true;
    this.#traffic.turnEnds();
    this.#congested = true;
  }

  flush(): void {
    if (!this.#congested) this.#fill();
  }

  /** Hands what is written to the link. */
  send(): void {
    if (this.#congested || this.#out.length === 0) return;
    this.#traffic.sent(this.#out.length);
    if (this.#link.write(this.#out.take())) return this.#out.regain?.();
    this.#out.release?.();
    this.#congested = true;
  }

  readonly #flushSoon = (): void => {
    this.#waking = false;
    this.flush();
    this.#traffic.turnEnds();
  };
}
