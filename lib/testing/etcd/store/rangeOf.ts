import type { Header, KeyValue, RangeRequest, RangeResponse } from '../../../etcd/v3/protocol/kv.js';
import { Refusals } from '../etcdRefusal.js';
import { type Draft } from '../../../etcd/v3/protocol/message.js';
import { NO_BYTES } from './keySpace.js';

type Sorting = Pick<RangeRequest, 'sortOrder' | 'sortTarget'>;

/** Answers a range request from the keys of its range: filters, sorts and cuts them as a real server does. */
export function rangeOf(
  found: readonly KeyValue[],
  request: RangeRequest,
  header: Draft<Header>
): Draft<RangeResponse> {
  const { limit, keysOnly, countOnly, sortOrder } = request;
  if (countOnly) return { header, count: found.length };
  let kvs = found;
  // a real server reads only one key more than the limit, if nothing that it knows of needs all of them
  if (limit > 0 && sortOrder === 'none' && !hasBounds(request)) kvs = kvs.slice(0, limit + 1);
  kvs = sort(hasBounds(request) ? kvs.filter((kv) => isWithin(kv, request)) : kvs, request);
  const more = limit > 0 && kvs.length > limit;
  if (more) kvs = kvs.slice(0, limit);
  if (keysOnly) kvs = kvs.map((kv) => ({ ...kv, value: NO_BYTES }));
  return { header, kvs, more, count: found.length };
}

function hasBounds(request: RangeRequest): boolean {
  const { minModRevision, maxModRevision, minCreateRevision, maxCreateRevision } = request;
  return minModRevision !== 0 || maxModRevision !== 0 || minCreateRevision !== 0 || maxCreateRevision !== 0;
}

/** Whether the revisions of a key are within the bounds of the request; 0 is no bound. */
function isWithin({ modRevision, createRevision }: KeyValue, request: RangeRequest): boolean {
  const { minModRevision, maxModRevision, minCreateRevision, maxCreateRevision } = request;
  return (
    (minModRevision === 0 || modRevision >= minModRevision) &&
    (maxModRevision === 0 || modRevision <= maxModRevision) &&
    (minCreateRevision === 0 || createRevision >= minCreateRevision) &&
    (maxCreateRevision === 0 || createRevision <= maxCreateRevision)
  );
}

function sort(found: readonly KeyValue[], { sortOrder, sortTarget }: Sorting): readonly KeyValue[] {
  const order = ORDERS[sortTarget];
  if (order === undefined) throw Refusals.invalidSort;
  if (sortTarget === 'key') return sortOrder === 'descend' ? found.toReversed() : found;
  return sortOrder === 'descend' ? found.toSorted((a, b) => order(b, a)) : found.toSorted(order);
}

const ORDERS: Readonly<Record<string, (a: KeyValue, b: KeyValue) => number>> = {
  key: (a, b) => Buffer.compare(a.key, b.key),
  version: (a, b) => a.version - b.version,
  create: (a, b) => a.createRevision - b.createRevision,
  mod: (a, b) => a.modRevision - b.modRevision,
  value: (a, b) => Buffer.compare(a.value, b.value),
};
