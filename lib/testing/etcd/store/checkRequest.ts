import type { DeleteRangeRequest, PutRequest, RangeRequest } from '../../../etcd/v3/protocol/kv.js';
import type { Message } from '../../../etcd/v3/protocol/message.js';
import { Refusals } from '../etcdRefusal.js';

type ValueOfMessage<M> = M extends Message<infer T> ? T : never;
export type Put = ValueOfMessage<typeof PutRequest>;
export type DeleteRange = ValueOfMessage<typeof DeleteRangeRequest>;

export function checkRange({ key }: RangeRequest): void {
  if (key.length === 0) throw Refusals.emptyKey;
}

export function checkPut({ key, value, lease, ignoreValue, ignoreLease }: Put): void {
  if (key.length === 0) throw Refusals.emptyKey;
  if (ignoreValue && value.length > 0) throw Refusals.valueProvided;
  if (ignoreLease && lease !== 0n) throw Refusals.leaseProvided;
}

export function checkDelete({ key }: DeleteRange): void {
  if (key.length === 0) throw Refusals.emptyKey;
}
