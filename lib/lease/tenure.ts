import type { SchedulerLike } from 'rxjs';
import type { LeaseError } from './leaseError.js';

/** The time between two proofs, in session timeouts. See `tenures`. */
export const PROVE_EVERY = 1 / 4;
/** The time for which a proof holds, from the moment it was sent, in session timeouts. See `tenures`. */
export const HORIZON = 1 / 2;

/** The proofs of the servers about one holder, from the first proof to the loss. Several leases may share it. */
export class Tenure {
  /** The name of the thing that stands for it in the store: the path of a node, a key. */
  readonly name: string;
  readonly token: bigint;
  readonly scheduler: SchedulerLike;
  readonly #sharers = new Set<(error: LeaseError) => void>();
  #validUntil = 0;
  #sent = 0; // the newest proof
  #lost: LeaseError | undefined;

  constructor({ name, token, scheduler }: Pick<Tenure, 'name' | 'token' | 'scheduler'>) {
    this.name = name;
    this.token = token;
    this.scheduler = scheduler;
  }

  get validUntil(): number {
    return this.#validUntil;
  }

  get valid(): boolean {
    return this.#lost === undefined && this.scheduler.now() < this.#validUntil;
  }

  get lost(): LeaseError | undefined {
    return this.#lost;
  }

  /** The servers have shown that it stood at some moment after `sent`. */
  proved(sent: number, timeout: number): void {
    this.#sent = sent;
    this.#validUntil = Math.max(this.#validUntil, sent + timeout * HORIZON);
  }

  /** The session has this timeout from now on. A shorter one makes the newest proof hold less long. */
  granted(timeout: number): void {
    this.#validUntil = Math.min(this.#validUntil, this.#sent + timeout * HORIZON);
  }

  /** Calls `run`, which must not throw, when the tenure ends; at once if it has. Returns how to stop waiting. */
  onEnd(run: (error: LeaseError) => void): () => void {
    if (this.#lost !== undefined) {
      run(this.#lost);
      return () => {};
    }
    this.#sharers.add(run);
    return () => this.#sharers.delete(run);
  }

  end(error: LeaseError): void {
    if (this.#lost !== undefined) return;
    this.#lost = error;
    for (const run of [...this.#sharers]) run(error);
    this.#sharers.clear();
  }
}
