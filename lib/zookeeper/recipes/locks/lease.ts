import { EMPTY, Observable, defer, takeUntil } from 'rxjs';
import { onAbort } from '../../../core/onAbort.js';
import { ProvenLease } from '../../../lease/provenLease.js';
import type { Tenure } from '../../../lease/tenure.js';
import type { Transaction } from '../../client/transaction.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { revocation } from './revoke.js';

/**
 * Something that is held: a lock, a leadership. It is a belief, and a belief can be outdated: let the server check each
 * change that only the holder may make, with {@link transaction} or with the {@link token}.
 */
export class Lease extends ProvenLease {
  /** The node that stands for it. */
  readonly path: string;
  /** **Emits** once when somebody asks to have it back, see `revoke`; completes then, or when the lease is over. */
  readonly revoked$: Observable<void>;
  readonly #zk: Pick<ZooKeeper, 'transaction'>;

  /** @internal */
  constructor(zk: Pick<ZooKeeper, 'transaction' | 'watch'>, tenure: Tenure) {
    super(tenure);
    this.#zk = zk;
    this.path = tenure.name;
    const ended$ = new Observable<void>((ended) => onAbort(this.signal, () => ended.next()));
    this.revoked$ = defer(() => (this.signal.aborted ? EMPTY : revocation(zk, this.path).pipe(takeUntil(ended$))));
  }

  /**
   * A transaction that happens only while this is held: it begins with a check of the node that stands for it, so its
   * first result is that of the check. Once the node is gone, the server refuses it with `NO_NODE`.
   */
  transaction(): Transaction<[void]> {
    return this.#zk.transaction().check(this.path);
  }
}
