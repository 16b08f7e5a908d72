import type { RequestOp } from '../../../etcd/v3/protocol/kv.js';
import type { Draft } from '../../../etcd/v3/protocol/message.js';
import { Refusals } from '../etcdRefusal.js';
import type { Ground } from './served.js';

/** Bytes that a real server reckons for a key beside its own. */
const KEY_COST = 256;
/** Bytes that it reckons for a lease. */
export const LEASE_COST = 64;

/** Bytes that operations may add to the store. */
export function costOf(ops: readonly Draft<RequestOp>[]): number {
  let cost = 0;
  for (const { requestPut, requestTxn } of ops) {
    if (requestPut !== undefined) cost += KEY_COST + (requestPut.key?.length ?? 0) + (requestPut.value?.length ?? 0);
    if (requestTxn !== undefined) cost += Math.max(costOf(requestTxn.success ?? []), costOf(requestTxn.failure ?? []));
  }
  return cost;
}

/** Refuses a write for which there is no space, and raises the alarm. Until it is cleared, all writes are refused. */
export function refuseFull({ core, member }: Ground, cost: number): void {
  if (cost === 0) return;
  if (core.store.fileSize + cost >= core.settings.quota) core.alarms.raise({ memberId: member.id, alarm: 'no-space' });
  if (core.alarms.has('no-space')) throw Refusals.noSpace;
}
