import { randomUUID } from 'node:crypto';
import { type Observable, concatMap, of } from 'rxjs';
import { optimistic } from '../../client/optimistic.js';
import { integer, oneOf } from '../../core/check.js';
import { ValueError } from '../../core/codecs.js';
import { UsageError } from '../../core/errors.js';
import type { Branch } from '../v3/client/branch.js';
import type { Etcd } from '../v3/client/etcd.js';
import type { KeyValue } from '../v3/client/keyValue.js';
import type { RangeOptions, RangeResult } from '../v3/client/requestOptions.js';

/**
 * In which order the items of a queue are done: as they have come, or low priorities first, and those of one priority
 * as they have come. The keys are those of clientv3's `Queue` and `PriorityQueue`. All who use a queue must say the
 * same.
 */
export type QueueOrder = 'arrival' | 'priority';

/** Something to be done. */
export interface Item {
  /** The end of its key, after the name of the queue. */
  readonly name: string;
  readonly data: Uint8Array;
  /** The revision that created it: no two items have the same. */
  readonly createRevision: number;
}

/** The options of an item. */
export interface ItemOptions {
  /** 0 to 65,535; low ones first. For queues in the order `'priority'` alone; there the default is 100. */
  readonly priority?: number;
}

/** How the first items are read. */
export const SORTS: Readonly<Record<QueueOrder, NonNullable<RangeOptions['sort']>>> = {
  arrival: { by: 'createRevision' },
  priority: { by: 'key' },
};
const NOTHING = new Uint8Array(0);
const PRIORITY_DIGITS = 5;
const NUMBER_DIGITS = 16;

/** Which order is meant. Throws a `UsageError`. */
export function checkOrder(order: QueueOrder): QueueOrder {
  return oneOf('options.order', order, ['arrival', 'priority']);
}

/** An item, as its key and value show it. */
export function itemOf(prefix: string, { key, value, createRevision }: KeyValue): Item {
  return { name: key.slice(prefix.length), data: value, createRevision };
}

/** Puts an item into a queue. **Emits** the end of its key. */
export function putItem(
  etcd: Etcd,
  name: string,
  data: Uint8Array,
  order: QueueOrder,
  priority: number | undefined
): Observable<string> {
  if (order === 'priority') return numbered(etcd, name, data, priority ?? 100);
  if (priority !== undefined) throw new UsageError('options.priority', "is for queues in the order 'priority'");
  const suffix = randomUUID();
  return etcd.put(`${name}/${suffix}`, data).pipe(concatMap(() => of(suffix)));
}

/**
 * Puts an item with the number that follows the last one of its priority. A key beside the queue says when such a
 * number was last given: without it, the number of an item that has been taken since could be given twice.
 */
function numbered(etcd: Etcd, name: string, data: Uint8Array, priority: number): Observable<string> {
  integer('options.priority', priority, 0, 65_535);
  const suffix = String(priority).padStart(PRIORITY_DIGITS, '0');
  const prefix = `${name}/${suffix}/`;
  const guard = `__${name}/${suffix}`;
  const last = (branch: Branch<[]>) => branch.range({ prefix }, { limit: 1, sort: { by: 'key', order: 'descending' } });
  type Seen = { readonly revision: number; readonly results: readonly [RangeResult<KeyValue>] };
  const read$ = etcd.transaction().do(last).commit() as Observable<Seen>;
  return optimistic(
    etcd,
    () => guard,
    {},
    read$,
    ({ revision, results }, next) => {
      const number = String(numberAfter(prefix, results[0].entries[0]?.key)).padStart(NUMBER_DIGITS, '0');
      return etcd
        .transaction()
        .when(guard, { modRevision: { below: revision + 1 } })
        .do((t) => t.put(guard, NOTHING).put(prefix + number, data))
        .otherwise(last)
        .commit()
        .pipe(concatMap((done) => (done.succeeded ? of(`${suffix}/${number}`) : next(of(done)))));
    }
  );
}

function numberAfter(prefix: string, key: string | undefined): number {
  if (key === undefined) return 0;
  const digits = key.slice(prefix.length);
  const next = Number(digits) + 1;
  if (/^\d{1,16}$/.test(digits) && Number.isSafeInteger(next)) return next;
  throw new ValueError(`queue: the last key below ${prefix} has no number that another can follow`);
}
