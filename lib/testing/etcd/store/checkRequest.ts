import type { PutRequest, RangeRequest, RequestOp } from '../../../etcd/v3/protocol/kv.js';
import { Refusals } from '../etcdRefusal.js';

export type DeleteRange = NonNullable<RequestOp['requestDeleteRange']>;

export function checkRange({ key }: RangeRequest): void {
  if (key.length === 0) throw Refusals.emptyKey;
}

export function checkPut({ key, value, lease, ignoreValue, ignoreLease }: PutRequest): void {
  if (key.length === 0) throw Refusals.emptyKey;
  if (ignoreValue && value.length > 0) throw Refusals.valueProvided;
  if (ignoreLease && lease !== 0n) throw Refusals.leaseProvided;
}

export function checkDelete({ key }: DeleteRange): void {
  if (key.length === 0) throw Refusals.emptyKey;
}
