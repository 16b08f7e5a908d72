import type { RequestOp, TxnRequest } from '../../../etcd/v3/protocol/kv.js';
import { Refusals } from '../etcdRefusal.js';
import { checkDelete, checkPut, checkRange } from './checkRequest.js';
import { keyOf } from '../../host/keyOf.js';
import type { KeyRange } from './keySpace.js';

/** The keys that one branch of a transaction writes, and the ranges that it deletes. */
interface Touched {
  readonly puts: Set<string>;
  readonly deletes: (readonly [start: string, end: string])[];
}

/**
 * Refuses a transaction that a real server refuses before it does anything: too many operations, a missing key, a key
 * that one branch writes twice, or that it writes and deletes.
 *
 * @param limit the most operations of one branch (`--max-txn-ops`); inner transactions share it
 */
export function checkTxn(request: TxnRequest, limit: number): void {
  checkOps(request, limit);
  touchedBy(request.success);
  touchedBy(request.failure);
}

function checkOps({ compare, success, failure }: TxnRequest, limit: number): void {
  const count = Math.max(compare.length, success.length, failure.length);
  if (count > limit) throw Refusals.tooManyOperations;
  if (compare.some(({ key }) => key.length === 0)) throw Refusals.emptyKey;
  for (const op of [...success, ...failure]) checkOp(op, limit - count);
}

function checkOp({ requestRange, requestPut, requestDeleteRange, requestTxn }: RequestOp, limit: number): void {
  if (requestRange !== undefined) checkRange(requestRange);
  else if (requestPut !== undefined) checkPut(requestPut);
  else if (requestDeleteRange !== undefined) checkDelete(requestDeleteRange);
  else if (requestTxn !== undefined) checkOps(requestTxn, limit);
  else throw Refusals.keyNotFound; // so says a real server of an operation without content
}

/** Inner transactions may write the same key in both of their branches, because only one of these is done. */
function touchedBy(ops: readonly RequestOp[]): Touched {
  const all: Touched = { puts: new Set(), deletes: [] };
  for (const { requestDeleteRange: range } of ops) if (range !== undefined) all.deletes.push(intervalOf(range));
  for (const { requestTxn } of ops) {
    if (requestTxn === undefined) continue;
    const branches = [touchedBy(requestTxn.success), touchedBy(requestTxn.failure)];
    for (const { puts } of branches) for (const key of puts) refuseDouble(key, all);
    for (const { puts, deletes } of branches) {
      for (const key of puts) all.puts.add(key);
      all.deletes.push(...deletes);
    }
  }
  for (const { requestPut } of ops) {
    if (requestPut === undefined) continue;
    const key = keyOf(requestPut.key);
    refuseDouble(key, all);
    all.puts.add(key);
  }
  return all;
}

function refuseDouble(key: string, { puts, deletes }: Touched): void {
  if (puts.has(key) || deletes.some(([start, end]) => key >= start && key < end)) throw Refusals.duplicateKey;
}

/** As a real server takes it here: an end of a zero byte, which means no end elsewhere, is before all keys. */
function intervalOf({ key, rangeEnd }: KeyRange): readonly [start: string, end: string] {
  const start = keyOf(key);
  return [start, rangeEnd.length === 0 ? `${start}\0` : keyOf(rangeEnd)];
}
