import { flag, integer, knownKeys, oneOf } from '../../../core/check.js';
import type { Draft } from '../protocol/message.js';
import type { RangeRequest, RangeResponse } from '../protocol/kv.js';
import type { RangeOptions, RangeResult, ReadOptions } from './requestOptions.js';
import { type RawRange, revisionOf } from './viewCodec.js';

const LONGEST = 2 ** 31 - 1;
const TARGETS = {
  key: 'key',
  version: 'version',
  createRevision: 'create',
  modRevision: 'mod',
  value: 'value',
} as const;
const ORDERS = { ascending: 'ascend', descending: 'descend' } as const;
const BOUNDS = ['minModRevision', 'maxModRevision', 'minCreateRevision', 'maxCreateRevision'] as const;

/** The options of reads that are no options of a call. */
export const READ_KEYS = ['revision', 'serializable'] as const;
export const RANGE_KEYS = [...READ_KEYS, 'limit', 'sort', ...BOUNDS] as const;

/** What a read asks for. Throws a `UsageError` about an option. */
export function readRequest(range: RawRange, { revision, serializable }: ReadOptions): Draft<RangeRequest> {
  return {
    ...range,
    ...(revision !== undefined && { revision: revisionOf('options.revision', revision) }),
    ...(serializable !== undefined && { serializable: flag('options.serializable', serializable) }),
  };
}

/** What a read of a range asks for. Throws a `UsageError` about an option. */
export function rangeRequest(range: RawRange, options: RangeOptions): Draft<RangeRequest> {
  const { limit, sort } = options;
  const request: Record<string, unknown> = { ...readRequest(range, options) };
  if (limit !== undefined) request['limit'] = integer('options.limit', limit, 1, LONGEST);
  for (const bound of BOUNDS)
    if (options[bound] !== undefined) request[bound] = revisionOf(`options.${bound}`, options[bound]);
  if (sort !== undefined) {
    const { by, order = 'ascending' } = knownKeys('options.sort', sort, ['by', 'order']);
    request['sortTarget'] = TARGETS[oneOf('options.sort.by', by, Object.keys(TARGETS) as (keyof typeof TARGETS)[])];
    request['sortOrder'] = ORDERS[oneOf('options.sort.order', order, ['ascending', 'descending'])];
  }
  return request;
}

/** The answer to a read of a range. */
export function rangeResult<T>(
  { kvs, count, more, header }: RangeResponse,
  entry: (raw: RangeResponse['kvs'][number]) => T
): RangeResult<T> {
  return { entries: kvs.map(entry), count, more, revision: header?.revision ?? 0 };
}
