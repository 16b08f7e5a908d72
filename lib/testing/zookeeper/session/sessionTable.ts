import type { SchedulerLike, Subscription } from 'rxjs';

/** A session, as the server keeps it. */
export interface ServerSession {
  readonly id: bigint;
  readonly password: Uint8Array;
  /** Negotiated, in milliseconds. */
  timeout: number;
  /** When it ends unless it is heard of, on the scheduler's clock. */
  deadline: number;
}

/**
 * Sessions and when they end: in whole ticks, like the real server's, so never early and up to a tick late. There is
 * one timer, for the next that may end, and none while there is no session.
 */
export class SessionTable {
  readonly #sessions = new Map<bigint, ServerSession>();
  readonly #scheduler: SchedulerLike;
  readonly #tick: number;
  readonly #expire: (session: ServerSession) => void;
  #timer: Subscription | undefined;
  #wake = Infinity;
  #paused = false;

  constructor(scheduler: SchedulerLike, tick: number, expire: (session: ServerSession) => void) {
    this.#scheduler = scheduler;
    this.#tick = tick;
    this.#expire = expire;
  }

  get size(): number {
    return this.#sessions.size;
  }

  get(id: bigint): ServerSession | undefined {
    return this.#sessions.get(id);
  }

  [Symbol.iterator](): IterableIterator<ServerSession> {
    return this.#sessions.values();
  }

  add(session: Omit<ServerSession, 'deadline'>): ServerSession {
    const added = { ...session, deadline: 0 };
    this.#sessions.set(added.id, added);
    this.touch(added);
    return added;
  }

  /** The session was heard of. */
  touch(session: ServerSession): void {
    const latest = this.#scheduler.now() + session.timeout;
    session.deadline = (Math.floor(latest / this.#tick) + 1) * this.#tick;
    if (session.deadline < this.#wake) this.#wakeAt(session.deadline);
  }

  remove(session: ServerSession): void {
    this.#sessions.delete(session.id);
  }

  /** No session ends until {@link resume}. */
  pause(): void {
    this.#paused = true;
    this.#timer?.unsubscribe();
    this.#timer = undefined;
    this.#wake = Infinity;
  }

  /** Every session starts over, as after a server's start. */
  resume(): void {
    this.#paused = false;
    for (const session of this.#sessions.values()) this.touch(session);
  }

  #wakeAt(time: number): void {
    if (this.#paused) return;
    this.#timer?.unsubscribe();
    this.#wake = time;
    this.#timer = this.#scheduler.schedule(() => this.#sweep(), Math.max(0, time - this.#scheduler.now()));
  }

  #sweep(): void {
    this.#wake = Infinity;
    const now = this.#scheduler.now();
    let next = Infinity;
    for (const session of [...this.#sessions.values()]) {
      if (session.deadline <= now) {
        this.#sessions.delete(session.id);
        this.#expire(session);
      } else next = Math.min(next, session.deadline);
    }
    if (next < this.#wake) this.#wakeAt(next);
  }
}
