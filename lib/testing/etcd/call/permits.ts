import type { PutRequest, RequestOp, TxnRequest } from '../../../etcd/v3/protocol/kv.js';
import type { DeleteRange } from '../store/checkRequest.js';
import { NO_BYTES, onlyKey } from '../store/keySpace.js';
import type { Ground } from './served.js';

type User = string | undefined;

/** The cluster, for an administrator. */
export function administered({ core, user }: Ground): Ground['core'] {
  core.auth.permitAdmin(user);
  return core;
}

/** Refuses a token that is not good. Otherwise every user may do it. */
export function permitAll(ground: Ground): void {
  void ground.user; // throws
}

/** Refuses a put that the user may not do: the key, the value before, and all keys of the lease. */
export function permitPut({ core }: Ground, user: User, { key, lease, prevKv }: PutRequest): void {
  const range = { key, rangeEnd: NO_BYTES };
  core.auth.permit(user, 'write', range);
  permitLease({ core }, user, lease);
  if (prevKv) core.auth.permit(user, 'read', range);
}

export function permitDelete({ core }: Ground, user: User, request: DeleteRange): void {
  core.auth.permit(user, 'write', request);
  if (request.prevKv) core.auth.permit(user, 'read', request);
}

export function permitTxn(ground: Ground, user: User, { compare, success, failure }: TxnRequest): void {
  for (const one of compare) ground.core.auth.permit(user, 'read', one);
  for (const op of [...success, ...failure]) permitOp(ground, user, op);
}

/** Refuses to end a lease with keys that the user may not write. */
export function permitLease({ core }: Pick<Ground, 'core'>, user: User, id: bigint): void {
  for (const key of core.leases.get(id)?.keys ?? []) core.auth.permit(user, 'write', onlyKey(key));
}

function permitOp(ground: Ground, user: User, op: RequestOp): void {
  const { requestRange, requestPut, requestDeleteRange, requestTxn } = op;
  if (requestRange !== undefined) ground.core.auth.permit(user, 'read', requestRange);
  if (requestPut !== undefined) permitPut(ground, user, requestPut);
  if (requestDeleteRange !== undefined) permitDelete(ground, user, requestDeleteRange);
  if (requestTxn !== undefined) permitTxn(ground, user, requestTxn);
}
