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
const LAG = 100;
/** The shortest wait, in milliseconds. */
const SHORTEST = 250;

/**
 * How far a watcher has come. Etcd remembers the last 1000 events of the whole store. So the watcher of a quiet key
 * must go on although it hears nothing, and must not go past an event that was sent, and lost on its way.
 *
 * A wait from an index answers with the oldest event since then. If it brings none, there was none up to the store's
 * index at its beginning. But the event may be lost if the connection breaks, and a line can be dead without a sign.
 * Only an answer that the member has ended itself is a proof. Otherwise two waits must have been silent for a while,
 * and then a read must show that nothing has changed.
 */
export class WaitCursor {
  #next: number | undefined;
  #silent: number | undefined; // the index up to which one wait was silent
  #twice: number | undefined; // and two
  #last: { readonly etcdIndex: number; readonly at: number } | undefined;
  #pace = 0; // changes of the store in a millisecond

  /** @param next the first index to hear of */
  constructor(next?: number) {
    this.#next = next;
  }

  /** The first index to ask for; `undefined` as long as nothing is known. */
  get next(): number | undefined {
    return this.#next;
  }

  /** Whether a read must show now that no event was lost: the watcher is behind, and has heard nothing. */
  get isDoubtful(): boolean {
    return this.#twice !== undefined && this.#twice - (this.#next ?? 0) >= LAG;
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
  }

  /** An event has come. */
  event(modifiedIndex: number): void {
    this.#pass(modifiedIndex);
    this.#hears();
  }

  /** A wait has ended without an event. */
  silent({ etcdIndex, complete, settled }: Silence): void {
    if (complete) {
      this.#pass(etcdIndex);
      this.#hears();
    } else if (settled) {
      this.#twice = this.#silent;
      this.#silent = etcdIndex;
    }
  }

  /** A read has shown whether all is as the events have left it. If it is not, they are asked for again. */
  compared(isSame: boolean): void {
    if (isSame && this.#twice !== undefined) this.#pass(this.#twice);
    if (!isSame) this.#silent = undefined;
    this.#twice = undefined;
  }

  /** Milliseconds that the next wait may be silent, of at most so many: the more changes the store has, the fewer. */
  patience(longest: number): number {
    return Math.min(longest, Math.max(SHORTEST, BUDGET / this.#pace));
  }

  #pass(index: number): void {
    this.#next = Math.max(this.#next ?? 0, index + 1);
  }

  #hears(): void {
    this.#silent = undefined;
    this.#twice = undefined;
  }
}
