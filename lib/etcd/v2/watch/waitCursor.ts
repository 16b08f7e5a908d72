/** The end of a wait that has brought no event. */
export interface Silence {
  /** The index of the store when the wait began. */
  readonly etcdIndex: number;
  /** Whether the member itself has ended the answer, in full. Then it has sent everything. */
  readonly complete: boolean;
  /** Whether nothing came for a while after the head of the answer. */
  readonly settled: boolean;
}

/** Events of the whole store that may pass during one wait. */
const BUDGET = 250;
/** Events of the whole store by which a watcher may be behind. Two waits more must find room in etcd's memory. */
const LAG = 500;
/** Milliseconds after which a watcher that is behind doubts that it has heard everything. */
const DOUBT = 60_000;
/** The shortest wait, in milliseconds. */
const SHORTEST = 250;

/**
 * How far a watcher has come. Etcd remembers the last 1000 events of the whole store. So the watcher of a quiet key
 * must go on although it hears nothing, and must not go past an event that was sent, and lost on its way.
 *
 * A wait from an index answers with the oldest event since then. If it brings none, there was none up to the store's
 * index at its beginning. But the event may be lost if the connection breaks, and a line can be dead without a sign.
 * Only an answer that the member has ended itself is a proof. Otherwise the wait must have been silent for a while, and
 * then a read must show that nothing has changed.
 */
export class WaitCursor {
  #next: number | undefined;
  #silent: number | undefined; // the index up to which a wait was silent
  #last: { readonly etcdIndex: number; readonly at: number } | undefined;
  #heardAt: number | undefined; // when the cursor last went on
  #pace = 0; // changes of the store in a millisecond

  /** @param next the first index to hear of */
  constructor(next?: number) {
    this.#next = next;
  }

  /** The first index to ask for; `undefined` as long as nothing is known. */
  get next(): number | undefined {
    return this.#next;
  }

  /** The index up to which a read must show now that no event was lost: the watcher is behind, and hears nothing. */
  get doubtful(): number | undefined {
    const behind = (this.#silent ?? 0) - (this.#next ?? 0) + 1;
    const quiet = this.#last === undefined ? 0 : this.#last.at - (this.#heardAt ?? 0);
    return behind >= LAG || (behind > 0 && quiet >= DOUBT) ? this.#silent : undefined;
  }

  /** Everything up to this index is known. */
  restart(etcdIndex: number): void {
    this.#next = etcdIndex + 1;
    this.#hears();
  }

  /** Nothing is known any more. */
  forget(): void {
    this.#next = undefined;
    this.#hears();
  }

  /** A wait has begun. */
  began(etcdIndex: number, at: number): void {
    if (this.#next === undefined) this.#next = etcdIndex + 1;
    const last = this.#last;
    if (last !== undefined && at > last.at) this.#pace = Math.max(0, etcdIndex - last.etcdIndex) / (at - last.at);
    this.#last = { etcdIndex, at };
    this.#heardAt ??= at;
  }

  /** An event has come. */
  event(modifiedIndex: number): void {
    this.#pass(modifiedIndex);
  }

  /** A wait has ended without an event. */
  silent({ etcdIndex, complete, settled }: Silence): void {
    if (complete) this.#pass(etcdIndex);
    else if (settled) this.#silent = etcdIndex;
  }

  /** A read has shown whether all is as the events have left it. If it is not, they are asked for again. */
  compared(isSame: boolean): void {
    if (isSame && this.#silent !== undefined) this.#pass(this.#silent);
    else this.#hears();
  }

  /** Milliseconds that the next wait may be silent, of at most so many: the more changes the store has, the fewer. */
  patience(longest: number): number {
    return Math.min(longest, Math.max(SHORTEST, BUDGET / this.#pace));
  }

  #pass(index: number): void {
    this.#next = Math.max(this.#next ?? 0, index + 1);
    this.#hears();
  }

  #hears(): void {
    this.#silent = undefined;
    this.#heardAt = this.#last?.at;
  }
}
