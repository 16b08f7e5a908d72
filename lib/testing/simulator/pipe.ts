import type { SchedulerLike } from 'rxjs';

/** The conditions of a {@link Pipe}. Each may change at any time. */
export interface PipeConditions {
  /** Milliseconds that bytes travel. */
  delay: number;
  /** Whether bytes are kept back. */
  stalled: boolean;
  /** After how many more bytes the link breaks; `undefined`: never. */
  cutAfter: number | undefined;
  /** Into pieces of how many bytes the stream is cut; `undefined`: as it was written. */
  pieces: number | undefined;
}

/** One direction of a link: bytes arrive in order, later. */
export class Pipe {
  readonly conditions: PipeConditions;
  readonly #clock: SchedulerLike;
  readonly #deliver: (bytes: Buffer) => void;
  readonly #cut: () => void;
  readonly #travelling: (() => void)[] = [];
  #kept: (() => void)[] = []; // while stalled
  #due = 0;
  #closed = false;

  constructor(clock: SchedulerLike, conditions: PipeConditions, deliver: (bytes: Buffer) => void, cut: () => void) {
    this.#clock = clock;
    this.conditions = conditions;
    this.#deliver = deliver;
    this.#cut = cut;
  }

  push(bytes: Uint8Array): void {
    const copy = Buffer.from(bytes);
    this.#later(() => this.#pass(copy));
  }

  /** Carries a message of so many bytes, which arrives whole or not at all. */
  carry(size: number, arrive: () => void): void {
    this.#later(() => {
      const { cutAfter: room = Infinity } = this.conditions;
      if (room !== Infinity) this.conditions.cutAfter = size < room ? room - size : undefined;
      if (size <= room) arrive();
      if (size >= room) this.#cut();
    });
  }

  /** Calls `done` when all bytes that were pushed have arrived. */
  end(done: () => void): void {
    this.#later(done);
  }

  /** Delivers the bytes that were kept back. */
  release(): void {
    for (const act of this.#kept.splice(0)) if (!this.#closed) act();
  }

  close(): void {
    this.#closed = true;
    this.#kept = [];
  }

  #later(act: () => void): void {
    this.#travelling.push(act); // a task takes the oldest, so that nothing overtakes
    this.#due = Math.max(this.#due, this.#clock.now() + this.conditions.delay);
    this.#clock.schedule(() => this.#arrived(this.#travelling.shift()!), this.#due - this.#clock.now());
  }

  #arrived(act: () => void): void {
    if (this.#closed) return;
    if (this.conditions.stalled) return void this.#kept.push(act);
    this.release();
    act();
  }

  #pass(bytes: Buffer): void {
    const { pieces = bytes.length } = this.conditions;
    for (let at = 0; at < bytes.length && !this.#closed; at += pieces) this.#piece(bytes.subarray(at, at + pieces));
  }

  #piece(bytes: Buffer): void {
    const { cutAfter } = this.conditions;
    if (cutAfter === undefined) return this.#deliver(bytes);
    if (bytes.length <= cutAfter) {
      this.conditions.cutAfter = cutAfter - bytes.length;
      this.#deliver(bytes);
      if (this.conditions.cutAfter !== 0) return;
    } else if (cutAfter > 0) {
      this.#deliver(bytes.subarray(0, cutAfter));
    }
    this.conditions.cutAfter = undefined;
    this.#cut();
  }
}
