import type { Subscription } from 'rxjs';
import type { ZooKeeperHost } from './zooKeeperHost.js';

const WORD = 4;
/**
 * How long a connection without a session may be silent, and the steps in which that is looked at, in milliseconds: on
 * a real server 10 to 20 s.
 */
const SILENCE = 10_000;
const STEP = 1000;

/**
 * The beginning of a connection, until it has a session: its first four bytes, which may be a word, and how long it may
 * be silent.
 */
export class OpeningPhase {
  /** When it is hung up on unless it is heard of, on the scheduler's clock. */
  deadline = 0;
  readonly #host: ZooKeeperHost;
  readonly #overdue: () => void;
  #head: Buffer | undefined = Buffer.alloc(0); // until there are four bytes
  #timer: Subscription | undefined;

  constructor(host: ZooKeeperHost, overdue: () => void) {
    this.#host = host;
    this.#overdue = overdue;
    this.touch();
    this.#wait();
  }

  /** Takes the first bytes. Returns them when there are enough to tell a word from a frame. */
  take(chunk: Buffer): { readonly bytes: Buffer; readonly word: string | undefined } | undefined {
    this.touch();
    if (this.#head === undefined) return { bytes: chunk, word: undefined };
    const bytes = Buffer.concat([this.#head, chunk]);
    this.#head = bytes.length < WORD ? bytes : undefined;
    return this.#head === undefined ? { bytes, word: bytes.toString('latin1', 0, WORD) } : undefined;
  }

  /** The connection was heard of. */
  touch(): void {
    this.deadline = (Math.floor((this.#host.settings.scheduler.now() + SILENCE) / STEP) + 1) * STEP;
  }

  /** It has a session, or is over. */
  end(): void {
    this.#timer?.unsubscribe();
  }

  #wait(): void {
    const { scheduler } = this.#host.settings;
    this.#timer = scheduler.schedule(() => this.#look(scheduler.now()), Math.max(0, this.deadline - scheduler.now()));
  }

  #look(now: number): void {
    if (this.#host.paused) this.touch();
    if (now < this.deadline) this.#wait();
    else this.#overdue();
  }
}
