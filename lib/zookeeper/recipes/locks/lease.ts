import { EMPTY, Observable, defer, takeUntil } from 'rxjs';
import { onAbort } from '../../../core/onAbort.js';
import type { Transaction } from '../../client/transaction.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { LeaseError } from './leaseError.js';
import type { OwnNode } from '../support/ownNode.js';
import { revocation } from './revoke.js';

/** What every lease is, be it for one thing or for several. */
export interface Held {
  /** Aborts when it is lost, or given back. */
  readonly signal: AbortSignal;
  /** Until when, on the client's clock, nobody else can hold it. It moves on as long as the servers answer. */
  readonly validUntil: number;
  /** Whether nobody else can hold it now. */
  readonly valid: boolean;
  /** Why it is lost; `undefined` as long as it is not. */
  readonly lost: LeaseError | undefined;
  /** **Emits** once when somebody asks to have it back, see `revoke`; completes then, or when the lease is over. */
  readonly revoked$: Observable<void>;
  /**
   * A transaction that happens only while this is held: it begins with a check of every node that stands for it, so its
   * first results are theirs. Once one of these is gone, the server refuses it with `NO_NODE`.
   */
  transaction(): Transaction<readonly void[]>;
}

/**
 * Something that is held: a lock, a leadership. It is a belief, and a belief can be outdated: whoever changes something
 * that only the holder may change should let the store check, with {@link transaction} or with the {@link token}.
 */
export class Lease implements Held {
  /** The node that stands for it. */
  readonly path: string;
  /**
   * The fencing token: every later holder has a higher one, so that whoever is served by number can refuse the late.
   */
  readonly token: bigint;
  readonly revoked$: Observable<void>;
  readonly #zk: Pick<ZooKeeper, 'transaction' | 'scheduler' | 'watch'>;
  readonly #controller = new AbortController();
  readonly #node: OwnNode;
  readonly #views = new Set<Lease>();
  #whole: Lease | undefined; // of which this is a view
  #validUntil = 0;
  #sent = 0; // the newest proof
  #lost: LeaseError | undefined;

  /** @internal */
  constructor(zk: Pick<ZooKeeper, 'transaction' | 'scheduler' | 'watch'>, node: OwnNode) {
    const { path, czxid } = node;
    this.#zk = zk;
    this.#node = node;
    this.path = path;
    this.token = czxid;
    this.revoked$ = defer(() =>
      this.signal.aborted
        ? EMPTY
        : revocation(zk, path).pipe(
            takeUntil(new Observable<void>((ended) => onAbort(this.signal, () => ended.next())))
          )
    );
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get validUntil(): number {
    return (this.#whole ?? this).#validUntil;
  }

  get valid(): boolean {
    return this.#lost === undefined && this.#zk.scheduler.now() < this.validUntil;
  }

  get lost(): LeaseError | undefined {
    return this.#lost;
  }

  transaction(): Transaction<[void]> {
    return this.#zk.transaction().check(this.path);
  }

  /** @internal the servers have shown that it stood at some moment after `sent` */
  proved(sent: number, timeout: number): void {
    this.#sent = sent;
    this.#validUntil = Math.max(this.#validUntil, sent + timeout * HORIZON);
  }

  /** @internal the session has this timeout from now on: a shorter one makes the newest proof hold less long */
  granted(timeout: number): void {
    this.#validUntil = Math.min(this.#validUntil, this.#sent + timeout * HORIZON);
  }

  /** @internal for one of several who hold it together: it ends with this one, and may end sooner */
  view(): Lease {
    const view = new Lease(this.#zk, this.#node);
    view.#whole = this;
    this.#views.add(view);
    if (this.#lost !== undefined) view.end(this.#lost);
    return view;
  }

  /** @internal */
  end(error: LeaseError): void {
    if (this.#lost !== undefined) return;
    this.#lost = error;
    if (this.#whole !== undefined) this.#whole.#views.delete(this);
    for (const view of [...this.#views]) view.end(error);
    this.#controller.abort(error);
  }
}

/** How often a lease is proved, and how long a proof holds, in session timeouts. See `tenure`. */
export const PROVE_EVERY = 1 / 4;
export const HORIZON = 1 / 2;
