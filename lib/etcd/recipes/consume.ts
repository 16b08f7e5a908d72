import {
  EMPTY,
  type Observable,
  type ObservableInput,
  concat,
  defer,
  distinctUntilChanged,
  from,
  ignoreElements,
  map,
  takeUntil,
  tap,
} from 'rxjs';
import { callable, duration, knownKeys } from '../../core/check.js';
import { switchWork } from '../../operators/switchWork.js';
import type { Etcd } from '../v3/client/etcd.js';
import { type Claim, claims } from './claims.js';
import { heldLeases, untilClosed } from './heldLeases.js';
import { keyGone } from './keyGone.js';
import { checkName } from './lock.js';
import { type LockClient, rawView } from './lockClient.js';
import { type Item, type QueueOrder, checkOrder } from './putItem.js';
import { retryIdempotent } from './retryIdempotent.js';

/** How to work off a queue. */
export interface ConsumeOptions {
  /** Default `'arrival'`. */
  readonly order?: QueueOrder;
  /** The time to live of our lease, in milliseconds: how long an item waits for one who has died. Default 10,000. */
  readonly ttl?: number;
}

/**
 * Works off a queue, one item after the other. Any number of clients may do so. An item is taken while it is worked on,
 * by a key that goes with a lease, and removed in one transaction with that when the work completes. So an item is done
 * at least once, and twice only where a lease was lost over it: changes by the work should then carry a mark of the
 * item, such as its `createRevision`.
 *
 * Programs of clientv3 may put items in; all that take some out must be of this library.
 *
 * - **Emits** the values of the work. **Completes** when the client is closed.
 * - **Errors** with the work, after the item was put back for others; `retry()` goes on.
 * - **Unsubscribing** ends the work, and puts the item back.
 *
 * **When the connection is lost**, the work goes on, and is marked as done when there is one again. **When the lease is
 * lost, or may have run out**, the work is unsubscribed, for another may have the item. etcd is no message broker: keep
 * queues below some thousands.
 *
 * @example
 * ```ts
 * import { consume, enqueue } from 'quorum-rx/etcd';
 *
 * enqueue(etcd, 'jobs', new TextEncoder().encode('resize 7')).subscribe();
 * consume(etcd, 'jobs', (item) => work(item.data)).subscribe();
 * ```
 */
export function consume<T>(
  etcd: Pick<LockClient<never>, 'with'>,
  name: string,
  work: (item: Item) => ObservableInput<T>,
  options: ConsumeOptions = {}
): Observable<T> {
  return defer(() => {
    const raw = rawView(etcd);
    const { order = 'arrival', ttl = 10_000 } = knownKeys('options', options, ['order', 'ttl']);
    const queue = { name: checkName(name), order: checkOrder(order) };
    callable('work', work);
    duration('options.ttl', ttl);
    return heldLeases(raw, ttl).pipe(
      map((standing) => (standing.kind === 'held' ? standing.id : undefined)),
      distinctUntilChanged(),
      switchWork((lease) =>
        lease === undefined ? EMPTY : claims(raw, queue, lease, (claim) => working(raw, claim, work))
      ),
      untilClosed(raw)
    );
  });
}

/** Works on an item, and marks it as done. **Completes** early when it is taken no more. */
function working<T>(etcd: Etcd, claim: Claim, work: (item: Item) => ObservableInput<T>): Observable<T> {
  const { key, createRevision, itemKey, item } = claim;
  const done$ = defer(() =>
    etcd
      .transaction()
      .when(key, { createRevision })
      .do((t) => t.delete(itemKey).delete(key))
      .commit()
  ).pipe(
    retryIdempotent(etcd),
    tap(() => (claim.isOver = true)),
    ignoreElements()
  );
  const lost$ = keyGone(etcd, claim); // another has it, or may have
  return concat(
    defer(() => from(work(item))),
    done$
  ).pipe(takeUntil(lost$));
}
