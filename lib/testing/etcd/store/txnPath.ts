import type { Compare, KeyValue, RequestOp, TxnRequest } from '../../../etcd/v3/protocol/kv.js';
import { NO_BYTES } from './keySpace.js';
import type { Mvcc } from './mvcc.js';

/** The outcome of the comparisons of a transaction, and of the inner ones in the branch that is done. */
export interface TxnPath {
  readonly succeeded: boolean;
  readonly ops: readonly RequestOp[];
  /** For each of `ops` that is a transaction, its path. */
  readonly inner: readonly (TxnPath | undefined)[];
}

/** Chooses the branches. All comparisons see the store as it is before the transaction, those inside too. */
export function txnPath(store: Mvcc, { compare, success, failure }: TxnRequest): TxnPath {
  const succeeded = compare.every((one) => holds(store, one));
  const ops = succeeded ? success : failure;
  const inner = ops.map(({ requestTxn }) => (requestTxn === undefined ? undefined : txnPath(store, requestTxn)));
  return { succeeded, ops, inner };
}

/** Whether a comparison holds for every key of its range. For a range without keys, numbers are compared with 0. */
function holds(store: Mvcc, compare: Compare): boolean {
  const found = store.range(compare);
  if (found.length === 0) return compare.target !== 'value' && holdsFor(undefined, compare);
  return found.every((kv) => holdsFor(kv, compare));
}

function holdsFor(kv: KeyValue | undefined, compare: Compare): boolean {
  const { result } = compare;
  const order = orderOf(kv, compare);
  if (result === 'equal') return order === 0;
  if (result === 'not-equal') return order !== 0;
  return result === 'greater' ? order > 0 : order < 0;
}

/** Below 0, 0 or above 0, as the key is less, equal or greater. */
function orderOf(kv: KeyValue | undefined, compare: Compare): number {
  switch (compare.target) {
    case 'version':
      return (kv?.version ?? 0) - (compare.version ?? 0);
    case 'create':
      return (kv?.createRevision ?? 0) - (compare.createRevision ?? 0);
    case 'mod':
      return (kv?.modRevision ?? 0) - (compare.modRevision ?? 0);
    case 'value':
      return Buffer.compare(kv!.value, compare.value ?? NO_BYTES);
    case 'lease':
      return Number(BigInt.asIntN(64, kv?.lease ?? 0n) - BigInt.asIntN(64, compare.lease ?? 0n));
  }
}
