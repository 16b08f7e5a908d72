import { flag, show } from '../../../core/check.js';
import { UsageError } from '../../../core/errors.js';
import type { Draft } from '../protocol/message.js';
import type { DeleteRangeResponse, PutRequest, PutResponse } from '../protocol/kv.js';
import type { DeleteResult, PutOptions, PutResult } from './requestOptions.js';
import type { ViewCodec } from './viewCodec.js';

/** The options of a write that are no options of a call. */
export const PUT_KEYS = ['lease', 'keepLease', 'previous'] as const;

/** What a write asks for. Throws a `UsageError` about an option. */
export function putRequest(key: Uint8Array, value: Uint8Array, options: PutOptions): Draft<PutRequest> {
  const { lease, keepLease = false, previous = false } = options;
  if (flag('options.keepLease', keepLease) && lease !== undefined)
    throw new UsageError('options.lease', 'cannot be given together with keepLease');
  return {
    key,
    value,
    ...(lease !== undefined && { lease: leaseId('options.lease', lease) }),
    ...(keepLease && { ignoreLease: true }),
    ...(flag('options.previous', previous) && { prevKv: true }),
  };
}

export function putResult<K, V>({ header, prevKv }: PutResponse, code: ViewCodec<K, V>): PutResult<K, V> {
  return { revision: header?.revision ?? 0, previous: code.keyValueIfAny(prevKv) };
}

export function deleteResult<K, V>(
  { header, deleted, prevKvs }: DeleteRangeResponse,
  code: ViewCodec<K, V>
): DeleteResult<K, V> {
  return { revision: header?.revision ?? 0, deleted, previous: prevKvs.map(code.keyValueOf) };
}

/** The id of a lease. */
export function leaseId(argument: string, id: bigint): bigint {
  if (typeof id === 'bigint' && id > 0n && id < 1n << 63n) return id;
  throw new UsageError(argument, `must be the id of a lease, a bigint from 1 to 2^63 - 1, not ${show(id)}`);
}
