import type { Transaction } from '../client/transaction.js';
import type { ZooKeeper } from '../client/zooKeeper.js';
import { LeaseError } from './leaseError.js';
import type { OwnNode } from './gone.js';

/**
 * Something that is held: a lock, a leadership. It is a belief, and a belief can be outdated: whoever changes something
 * that only the holder may change should let the store check, with {@link transaction} or with the {@link token}.
 */
export class Lease {
  /** The node that stands for it. */
  readonly path: string;
  /** The fencing token: every later holder has a higher one, so that whoever is served by number can refuse the late. */
  readonly token: bigint;
  readonly #zk: Pick<ZooKeeper, 'transaction' | 'scheduler'>;
  readonly #controller = new AbortController();
  #validUntil = 0;
  #lost: LeaseError | undefined;

  /** @internal */
  constructor(zk: Pick<ZooKeeper, 'transaction' | 'scheduler'>, { path, czxid }: OwnNode) {
    this.#zk = zk;
    this.path = path;
    this.token = czxid;
  }

  /** Aborts when the lease is lost, or given back. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Until when, on the client's clock, nobody else can hold it. It moves on as long as the servers answer. */
  get validUntil(): number {
    return this.#validUntil;
  }

  /** Whether nobody else can hold it now. */
  get valid(): boolean {
    return this.#lost === undefined && this.#zk.scheduler.now() < this.#validUntil;
  }

  /** Why it is lost; `undefined` as long as it is not. */
  get lost(): LeaseError | undefined {
    return this.#lost;
  }

  /**
   * A transaction that happens only while this is held: it begins with a check of the lease's node, so its first result
   * is that check's. Once the lease is lost, it errors with `LEASE_LOST`, or is refused by the server with `NO_NODE`.
   */
  transaction(): Transaction<[void]> {
    return this.#zk.transaction().check(this.path);
  }

  /** @internal the servers have shown that it stood at some moment after `sent` */
  proved(sent: number, timeout: number): void {
    this.#validUntil = Math.max(this.#validUntil, sent + timeout * HORIZON);
  }

  /** @internal */
  end(error: LeaseError): void {
    if (this.#lost !== undefined) return;
    this.#lost = error;
    this.#controller.abort(error);
  }
}

/** How often a lease is proved, and how long a proof holds, in session timeouts. See `tenure`. */
export const PROVE_EVERY = 1 / 4;
export const HORIZON = 1 / 2;
