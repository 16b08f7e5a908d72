import type { SchedulerLike } from 'rxjs';
import { CLOCK, type ProvenHold } from './held.js';
import type { LeaseError } from './leaseError.js';
import type { Tenure } from './tenure.js';

/**
 * A tenure as one holder has it: it ends with the tenure, or sooner, when this holder leaves. Each store adds to it
 * how its servers check that it is held.
 */
export class ProvenLease implements ProvenHold {
  /** The fencing token. Each later holder has a higher one, so that a store can refuse the writes of an earlier one. */
  readonly token: bigint;
  /** @internal */
  readonly [CLOCK]: SchedulerLike;
  readonly #tenure: Tenure;
  readonly #controller = new AbortController();
  readonly #leave: (() => void) | undefined;
  #lost: LeaseError | undefined;

  /** @internal */
  constructor(tenure: Tenure) {
    this.token = tenure.token;
    this[CLOCK] = tenure.scheduler;
    this.#tenure = tenure;
    this.#leave = tenure.onEnd((error) => this.end(error));
  }

  /** Aborts when it is lost or given back. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * The time, on the clock of the client, until which no other client can hold it. It moves on while the servers
   * answer.
   */
  get validUntil(): number {
    return this.#tenure.validUntil;
  }

  /** Whether no other client can hold it now. */
  get valid(): boolean {
    return this.#lost === undefined && this.#tenure.valid;
  }

  /** Why it is no longer held; `undefined` while it is held. */
  get lost(): LeaseError | undefined {
    return this.#lost;
  }

  /** @internal */
  end(error: LeaseError): void {
    if (this.#lost !== undefined) return;
    this.#lost = error;
    this.#leave?.(); // not there yet while the constructor runs
    this.#controller.abort(error);
  }
}
