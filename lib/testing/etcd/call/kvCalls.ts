import { PutRequest, TxnRequest } from '../../../etcd/v3/protocol/kv.js';
import type { RequestOp } from '../../../etcd/v3/protocol/kv.js';
import { encode } from '../../../etcd/v3/protocol/message.js';
import * as methods from '../../../etcd/v3/protocol/methods.js';
import { Refusals } from '../etcdRefusal.js';
import { applyDelete, applyPut, applyTxn } from '../store/applyTxn.js';
import { checkDelete, checkPut, checkRange } from '../store/checkRequest.js';
import { checkTxn } from '../store/checkTxn.js';
import { rangeOf } from '../store/rangeOf.js';
import { costOf, refuseFull } from './limits.js';
import { permitAll, permitDelete, permitPut, permitTxn } from './permits.js';
import { type Ground, unary } from './served.js';

/** Bytes that a request grows by on its way into the log of a real server. */
const ENTRY = 22;

const range = unary(
  methods.range,
  ({ serializable }) => !serializable,
  ({ core, member, user }, request) => {
    checkRange(request);
    core.auth.permit(user, 'read', request);
    const { revision } = member.hub; // a member that is cut off knows no later one
    if (request.revision > revision) throw Refusals.futureRevision;
    const at = request.revision > 0 ? request.revision : Math.max(revision, core.store.compacted);
    return rangeOf(core.store.range(request, at), request, core.header(member));
  }
);

const put = unary(methods.put, true, (ground, request) => {
  const { core, member, user } = ground;
  refuseFull(ground, costOf([{ requestPut: request }]));
  checkPut(request);
  refuseLarge(ground, encode(PutRequest, request));
  permitPut(ground, user, request);
  const answer = core.change((writing) => applyPut(txnGround(ground, writing), request));
  return { ...answer, header: core.header(member) };
});

const deleteRange = unary(methods.deleteRange, true, (ground, request) => {
  const { core, member, user } = ground;
  checkDelete(request);
  permitDelete(ground, user, request);
  const answer = core.change((writing) => applyDelete(txnGround(ground, writing), request));
  return { ...answer, header: core.header(member) };
});

const txn = unary(methods.txn, true, (ground, request) => {
  const { core, member, user } = ground;
  const isWrite = [...request.success, ...request.failure].some(changes);
  if (isWrite) refuseFull(ground, Math.max(costOf(request.success), costOf(request.failure)));
  checkTxn(request, core.settings.maxTxnOps);
  if (isWrite) refuseLarge(ground, encode(TxnRequest, request));
  permitTxn(ground, user, request);
  const answer = core.change((writing) => applyTxn(txnGround(ground, writing), request));
  return { ...answer, header: core.header(member) };
});

const compact = unary(methods.compact, true, (ground, { revision }) => {
  const { core, member } = ground;
  permitAll(ground);
  core.store.compact(revision);
  core.propose();
  return { header: core.header(member) };
});

/** Calls about keys. */
export const kvCalls = [range, put, deleteRange, txn, compact];

type TxnGround = Parameters<typeof applyTxn>[0];

function txnGround({ core }: Ground, writing: TxnGround['writing']): TxnGround {
  return { store: core.store, writing, hasLease: (id) => core.leases.get(id) !== undefined };
}

function changes({ requestRange, requestTxn }: RequestOp): boolean {
  if (requestTxn !== undefined) return [...requestTxn.success, ...requestTxn.failure].some(changes);
  return requestRange === undefined;
}

function refuseLarge({ core }: Ground, request: Buffer): void {
  if (request.length + ENTRY > core.settings.maxRequestBytes) throw Refusals.tooLarge;
}
