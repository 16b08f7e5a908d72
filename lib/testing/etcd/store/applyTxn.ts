import type {
  Header,
  PutRequest,
  RangeResponse,
  RequestOp,
  ResponseOp,
  TxnRequest,
  TxnResponse,
} from '../../../etcd/v3/protocol/kv.js';
import type { Draft } from '../../../etcd/v3/protocol/message.js';
import { Refusals } from '../etcdRefusal.js';
import type { DeleteRange } from './checkRequest.js';
import type { Mvcc } from './mvcc.js';
import { rangeOf } from './rangeOf.js';
import { type TxnPath, txnPath } from './txnPath.js';
import type { Writing } from './writing.js';

/** The store with a transaction under way. */
export interface TxnGround {
  readonly store: Mvcc;
  readonly writing: Writing;
  hasLease(id: bigint): boolean;
}

/** Does a transaction, with those inside it. A refused one has changed nothing. The answer has no header. */
export function applyTxn(ground: TxnGround, request: TxnRequest): Draft<TxnResponse> {
  const path = txnPath(ground.store, request);
  checkPath(ground, path, checkPutOf);
  checkPath(ground, path, checkRangeOf);
  return applyPath(ground, path);
}

/** Refuses operations that cannot be done, before any is done. */
function checkPath(
  ground: TxnGround,
  { ops, inner }: TxnPath,
  check: (ground: TxnGround, op: RequestOp) => void
): void {
  ops.forEach((op, i) => {
    const path = inner[i];
    if (path === undefined) check(ground, op);
    else checkPath(ground, path, check);
  });
}

function checkPutOf(ground: TxnGround, { requestPut }: RequestOp): void {
  if (requestPut === undefined) return;
  const { key, ignoreValue, ignoreLease, lease } = requestPut;
  if ((ignoreValue || ignoreLease) && ground.writing.get(key) === undefined) throw Refusals.keyNotFound;
  if (lease !== 0n && !ground.hasLease(lease)) throw Refusals.leaseNotFound;
}

function checkRangeOf({ store }: TxnGround, { requestRange }: RequestOp): void {
  if (requestRange !== undefined) store.checkRevision(requestRange.revision);
}

function applyPath(ground: TxnGround, { succeeded, ops, inner }: TxnPath): Draft<TxnResponse> {
  const responses = ops.map((op, i): Draft<ResponseOp> => {
    const path = inner[i];
    if (path !== undefined) return { responseTxn: { header: {}, ...applyPath(ground, path) } };
    if (op.requestRange !== undefined) return { responseRange: applyRange(ground, op.requestRange) };
    if (op.requestPut !== undefined) return { responsePut: applyPut(ground, op.requestPut) };
    return { responseDeleteRange: applyDelete(ground, op.requestDeleteRange!) };
  });
  return { succeeded, responses };
}

function applyRange(ground: TxnGround, request: NonNullable<RequestOp['requestRange']>): Draft<RangeResponse> {
  const { store, writing } = ground;
  const { revision } = request;
  // an older revision is one of the store, not of this transaction
  const found = revision > 0 ? store.range(request, revision) : writing.range(request);
  return rangeOf(found, request, headerOf(ground));
}

/** Writes a key. The header of the answer has the revision alone. */
export function applyPut(ground: TxnGround, request: PutRequest): NonNullable<Draft<ResponseOp>['responsePut']> {
  const { writing } = ground;
  const { key, prevKv, ignoreValue, ignoreLease, lease } = request;
  const before = writing.get(key);
  if (lease !== 0n && !ground.hasLease(lease)) throw Refusals.leaseNotFound;
  if ((ignoreValue || ignoreLease) && before === undefined) throw Refusals.keyNotFound;
  const value = ignoreValue ? before!.value : request.value;
  writing.put(key, value, ignoreLease ? before!.lease : lease);
  return { header: headerOf(ground), ...(prevKv && before !== undefined && { prevKv: before }) };
}

/** Deletes a range. The header of the answer has the revision alone. */
export function applyDelete(
  ground: TxnGround,
  request: DeleteRange
): NonNullable<Draft<ResponseOp>['responseDeleteRange']> {
  const deleted = ground.writing.delete(request);
  return { header: headerOf(ground), deleted: deleted.length, prevKvs: request.prevKv ? deleted : [] };
}

function headerOf({ writing }: TxnGround): Draft<Header> {
  return { revision: writing.revision };
}
