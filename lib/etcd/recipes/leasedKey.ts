import { type Observable, map } from 'rxjs';
import type { Etcd } from '../v3/client/etcd.js';
import type { Transaction } from '../v3/client/transaction.js';
import type { CreatedKey } from './keyGone.js';
import { retryIdempotent } from './retryIdempotent.js';

/** The key that is there after an attempt to create it. */
export interface LeasedKey extends CreatedKey {
  /** Whether it goes with our lease. If not, another client has it, or a condition did not hold. */
  readonly isOurs: boolean;
  /** The revision of the store at that time. */
  readonly revision: number;
}

/**
 * Creates a key that goes with our lease, unless it exists already. Tries again when the answer is lost: the second try
 * finds the key with our lease.
 *
 * @param conditions further conditions
 */
export function leasedKey(
  etcd: Pick<Etcd, 'transaction' | 'scheduler'>,
  key: string,
  value: Uint8Array,
  lease: bigint,
  conditions: Transaction<[], [], string, Uint8Array> = etcd.transaction()
): Observable<LeasedKey> {
  return conditions
    .when(key, { exists: false })
    .do((t) => t.put(key, value, { lease }))
    .otherwise((t) => t.get(key))
    .commit()
    .pipe(
      retryIdempotent(etcd),
      map((done) => {
        const { revision } = done;
        const found = done.succeeded ? undefined : done.results[0];
        const isOurs = done.succeeded || found?.lease === lease;
        return { key, createRevision: found?.createRevision ?? revision, isOurs, revision };
      })
    );
}
