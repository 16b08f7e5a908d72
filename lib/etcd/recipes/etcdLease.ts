import { ProvenLease } from '../../lease/provenLease.js';
import type { Tenure } from '../../lease/tenure.js';
import type { Condition } from '../v3/client/condition.js';
import type { Etcd } from '../v3/client/etcd.js';
import type { Transaction } from '../v3/client/transaction.js';

/**
 * A lock or a leadership that is held. It is a belief, and a belief can be outdated: let the cluster check each change
 * that only the holder may make, with {@link transaction} or with the {@link token}, which is the revision that created
 * its key.
 */
export class EtcdLease<V = Uint8Array> extends ProvenLease {
  /** The key that stands for it. */
  readonly key: string;
  readonly #etcd: Pick<Etcd<string, V>, 'transaction'>;

  /** @internal */
  constructor(etcd: Pick<Etcd<string, V>, 'transaction'>, tenure: Tenure) {
    super(tenure);
    this.#etcd = etcd;
    this.key = tenure.name;
  }

  /** The condition that this is held: the arguments for `when` of a transaction. */
  get isOwner(): readonly [key: string, condition: Condition<V>] {
    return [this.key, { createRevision: Number(this.token) }];
  }

  /**
   * A transaction whose operations happen only while this is held. Its result says with `succeeded: false` that it is
   * held no more, and then nothing has changed.
   *
   * @example
   * ```ts
   * import { lock, whileHeld } from 'quorum-rx/etcd';
   *
   * lock(etcd, 'locks/report')
   *   .pipe(whileHeld((held) => held.transaction().do((t) => t.put('report', data)).commit()))
   *   .subscribe(({ succeeded }) => console.log(succeeded ? 'written' : 'too late'));
   * ```
   */
  transaction(): Transaction<[], [], string, V> {
    return this.#etcd.transaction().when(...this.isOwner);
  }
}
