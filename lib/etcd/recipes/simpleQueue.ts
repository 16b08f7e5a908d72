import {
  EMPTY,
  NEVER,
  type Observable,
  concat,
  concatMap,
  defer,
  from,
  ignoreElements,
  of,
  repeat,
  take,
  takeUntil,
  tap,
  throwError,
  throwIfEmpty,
  timer,
} from 'rxjs';
import { closed } from '../../client/interruption.js';
import { bytes, knownKeys, patience } from '../../core/check.js';
import { isCoordinationError, situated } from '../../core/errors.js';
import type { Etcd } from '../v3/client/etcd.js';
import type { KeyValue } from '../v3/client/keyValue.js';
import { checkName } from './lock.js';
import { type LockClient, rawView } from './lockClient.js';
import { type Item, type ItemOptions, type QueueOrder, SORTS, checkOrder, itemOf, putItem } from './putItem.js';
import { retryIdempotent } from './retryIdempotent.js';

/** A queue from which items are taken out before they are worked on. */
export interface SimpleQueue {
  /**
   * Puts something in. **Emits** the name of its key. **When the reply is lost**, it errors with effect `'unknown'`,
   * and the item may be there.
   */
  put(data: Uint8Array, options?: ItemOptions): Observable<string>;
  /**
   * Takes the first item out; `repeat()` takes one after the other.
   *
   * - **Emits** one item, as soon as there is one, and completes. Without an item it **completes** after `timeout`.
   * - **Errors** with effect `'unknown'` when a reply was lost and the item has gone since: we may have taken it out,
   *   or another; the error's `path` is its key. Then `retryIf({ idempotent: true })` takes another. With `CLOSED` when
   *   the client is closed, which is the end of `repeat()`.
   * - **Unsubscribing** ends the wait. An item that is just being taken out may be lost: to wait for so long, use
   *   `timeout`.
   *
   * @param options.timeout milliseconds; 0 does not wait at all. Default: as long as it takes
   */
  take(options?: { readonly timeout?: number }): Observable<Item>;
}

/** Of the first items, so many are tried before looking again: others are at the first ones too. */
const TRIES = 8;

/**
 * A queue whose items are given at most once: an item is removed, and then given. When the taker dies, the item is
 * lost; where that must not be, use `consume`. The keys are those of clientv3's `Queue` and `PriorityQueue`, with whose
 * programs it works.
 *
 * **When the connection is lost**, a wait goes on, and a removal is asked for again when it is back: an item is given
 * to the one client whose removal is acknowledged.
 *
 * @example
 * ```ts
 * import { simpleQueue } from 'quorum-rx/etcd';
 * import { concatMap, repeat } from 'rxjs';
 *
 * const mails = simpleQueue(etcd, 'mails', { order: 'priority' });
 * mails.put(new TextEncoder().encode('to everybody'), { priority: 5 }).subscribe();
 * mails
 *   .take()
 *   .pipe(
 *     concatMap((item) => work(item.data)),
 *     repeat() // the next one is taken when the work has completed
 *   )
 *   .subscribe();
 * ```
 *
 * @param options.order default `'arrival'`
 */
export function simpleQueue(
  etcd: Pick<LockClient<never>, 'with'>,
  name: string,
  options: { readonly order?: QueueOrder } = {}
): SimpleQueue {
  const parts = () => {
    const { order = 'arrival' } = knownKeys('options', options, ['order']);
    return { raw: rawView(etcd), prefix: `${checkName(name)}/`, order: checkOrder(order) };
  };
  return {
    put: (data, item = {}) =>
      defer(() => {
        const { raw, order } = parts();
        const { priority } = knownKeys('options', item, ['priority']);
        return putItem(raw, name, bytes('data', data), order, priority);
      }),
    take: (waiting = {}) =>
      defer(() => {
        const { raw, prefix, order } = parts();
        const { timeout } = knownKeys('options', waiting, ['timeout']);
        if (timeout !== undefined) patience('options.timeout', timeout);
        return taken(raw, prefix, order, timeout);
      }),
  };
}

/** One item, as soon as there is one. */
function taken(etcd: Etcd, prefix: string, order: QueueOrder, timeout = Infinity): Observable<Item> {
  const { scheduler } = etcd;
  const until = scheduler.now() + timeout;
  const left = () => until - scheduler.now();
  const late$ = defer(() => (timeout === Infinity ? NEVER : timer(Math.max(0, left()), scheduler)));
  const look$ = defer(() => etcd.range({ prefix }, { limit: TRIES, sort: SORTS[order] })).pipe(
    retryIdempotent(etcd),
    takeUntil(timeout === 0 ? NEVER : late$)
  );
  return look$.pipe(
    concatMap(({ entries, more, revision }) => {
      const came$ = etcd
        .events({ prefix }, { from: revision + 1, only: 'put' })
        .pipe(take(1), throwIfEmpty(closed), ignoreElements(), takeUntil(late$));
      // the wait ends in time, and not a removal: a removal tells the fate of its item
      return concat(from(entries).pipe(concatMap((entry) => removed(etcd, prefix, entry))), more ? EMPTY : came$);
    }),
    repeat({ delay: () => (left() > 0 ? of(undefined) : EMPTY) }),
    take(1)
  );
}

/** Removes an item. **Emits** it if it was us who removed it. **Errors** if that is in doubt. */
function removed(etcd: Etcd, prefix: string, entry: KeyValue): Observable<Item> {
  return defer(() => {
    const { key, modRevision } = entry;
    let doubt: unknown;
    return etcd
      .transaction()
      .when(key, { modRevision })
      .do((t) => t.delete(key))
      .commit()
      .pipe(
        tap({
          error: (error: unknown) => {
            if (isCoordinationError(error) && error.effect === 'unknown') doubt = situated(error, { path: key });
          },
        }),
        retryIdempotent(etcd),
        concatMap(({ succeeded }) => {
          if (succeeded) return of(itemOf(prefix, entry));
          return doubt === undefined ? EMPTY : throwError(() => doubt);
        })
      );
  });
}
