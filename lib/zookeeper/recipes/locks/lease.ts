import { EMPTY, type Observable, defer, takeUntil } from 'rxjs';
import { abortOf } from '../../../operators/abortOf.js';
import { type CoordinationError, isCoordinationError } from '../../../core/errors.js';
import { leaseLost } from '../../../lease/leaseError.js';
import { ProvenLease } from '../../../lease/provenLease.js';
import type { Tenure } from '../../../lease/tenure.js';
import type { EmptyTransaction } from '../../client/transaction.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { revocation } from './revoke.js';

/**
 * Something that is held: a lock, a leadership. It is a belief, and a belief can be outdated: let the server check each
 * change that only the holder may make, with {@link transaction} or with the {@link token}.
 */
export class Lease extends ProvenLease {
  /** The node that stands for it. */
  readonly path: string;
  /**
   * **Emits** once when another client asks for the lease, see `revoke`; completes then, or when the lease is over.
   */
  readonly revoked$: Observable<void>;
  readonly #zk: Pick<ZooKeeper, 'transaction'>;

  /** @internal */
  constructor(zk: Pick<ZooKeeper, 'transaction' | 'watch'>, tenure: Tenure) {
    super(tenure);
    this.#zk = zk;
    this.path = tenure.name;
    this.revoked$ = defer(() =>
      this.signal.aborted ? EMPTY : revocation(zk, this.path).pipe(takeUntil(abortOf(this.signal)))
    );
  }

  /**
   * A transaction that happens only while this is held: the server also checks the node that stands for it. The results
   * and the `index` of an error are those of your own operations. Once the node is gone, it **errors** with
   * `LEASE_LOST`, and nothing has changed.
   */
  transaction(): EmptyTransaction {
    return this.#zk.transaction().check(this.path).guarding(lostNode);
  }
}

/** The error of a transaction in which the check of a node that stands for a lease was refused. */
export function lostNode(error: CoordinationError): CoordinationError {
  return isCoordinationError(error, 'NO_NODE')
    ? leaseLost(error.path ?? 'lease', 'the node was deleted', error)
    : error;
}
