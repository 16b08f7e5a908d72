import {
  EMPTY,
  type Observable,
  type ObservableInput,
  concat,
  concatMap,
  defer,
  endWith,
  from,
  ignoreElements,
  map,
  merge,
  repeat,
  switchMap,
  takeWhile,
} from 'rxjs';
import { callable, integer, knownKeys } from '../../../core/check.js';
import { UsageError } from '../../../core/errors.js';
import { wallClock } from '../../../transport/wallClock.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { checkPath, joinPath, nameOf } from '../../path.js';
import { ofOpen } from '../../watch/closed.js';
import { restartAfterLoss, untilClosed, withinSession } from '../support/sessionScope.js';
import { retryIdempotent, valueOnError } from '../support/callPolicy.js';
import { delayedPrefix, entryPrefix } from './entriesInOrder.js';
import { ownNodeLost } from '../support/ownNode.js';
import { type Claim, ENTRIES, type QueueClient, claimedItem } from './claimedItem.js';
import { delayedItems } from './delayedItems.js';

/** Something to be done. */
export interface Item {
  /** The name of its node: its priority, and its number. */
  readonly name: string;
  readonly data: Uint8Array | null;
}

/** The options of an item. */
export interface EnqueueOptions {
  /** 0 to 999; low ones first. Default 100. */
  readonly priority?: number;
  /** Delay before the item becomes available, in milliseconds. Default 0. */
  readonly delay?: number;
  /** The time at which the item becomes available: a `Date`, or milliseconds since the epoch. */
  readonly at?: Date | number;
  /** The wall clock. Default `Date.now`. */
  readonly now?: () => number;
}

/** How to work off a queue. */
export interface ConsumeOptions {
  /** The wall clock, by which delayed items are due. Default `Date.now`. */
  readonly now?: () => number;
}

/** Our node for items that are not due, beside those of kazoo's `LockingQueue`. */
const DELAYED = 'delayed';
/** The last moment that a `Date` can tell. */
const LATEST = 8.64e15;

/**
 * Puts something into a queue. **Emits** the name of its node. As any create: **when the reply is lost**, it errors
 * with effect `'unknown'`, and the item may be there. **Errors** with `NUMBER_TAKEN` if the queue has no more numbers.
 *
 * With `delay` or `at`, the item waits beside the queue until those who {@link consume} move it in, by their own wall
 * clocks: one of them at least must be of this library. Among those that are due, the earliest come first.
 */
export function enqueue(
  zk: Pick<ZooKeeper, 'create'>,
  path: string,
  data: Uint8Array | null,
  options: EnqueueOptions = {}
): Observable<string> {
  return defer(() => {
    checkPath(path);
    const { priority = 100, now = wallClock } = knownKeys('options', options, ['priority', 'delay', 'at', 'now']);
    const at = dueTime(options, callable('options.now', now));
    const [folder, prefix] = at <= now() ? [ENTRIES, entryPrefix(priority)] : [DELAYED, delayedPrefix(priority, at)];
    return zk
      .create(joinPath(joinPath(path, folder), prefix), data, { mode: 'persistentSequential', parents: true })
      .pipe(map(({ path: made }) => nameOf(made)));
  });
}

function dueTime({ delay, at }: EnqueueOptions, now: () => number): number {
  if (at === undefined)
    return delay === undefined ? 0 : Math.ceil(now()) + integer('options.delay', delay, 0, LATEST / 2);
  if (delay !== undefined) throw new UsageError('options.at', 'is for items without a delay; give one or the other');
  return integer('options.at', at instanceof Date ? at.getTime() : at, 0, LATEST);
}

/**
 * Works off a queue, one item after the other. Any number of clients may do so. An item is taken while it is worked on,
 * by a node that goes with the session, and removed in one transaction with that when the work completes. So an item is
 * done at least once, and twice only where a session was lost over it: changes by the work should then carry a mark of
 * the item.
 *
 * - **Emits** the values of the work. **Completes** when the client is closed.
 * - **Errors** with the work, after the item was put back for others; `retry()` goes on.
 * - **Unsubscribing** ends the work, and puts the item back.
 *
 * **When the link is lost**, the work goes on, and is marked as done when the link is back. **When the session is
 * lost**, the work is unsubscribed, for another may have the item. **When the reply to a taking is lost**, the owner of
 * the node decides. **When a machine's clock is wrong**, delayed items come early or late by as much. ZooKeeper is no
 * message broker: keep queues below some thousands.
 *
 * @example
 * ```ts
 * import { consume, enqueue } from 'quorum-rx';
 *
 * enqueue(zk, '/jobs', new TextEncoder().encode('resize 7')).subscribe();
 * consume(zk, '/jobs', (item) => work(item.data)).subscribe();
 * ```
 */
export function consume<T>(
  zk: QueueClient,
  path: string,
  work: (item: Item) => ObservableInput<T>,
  options: ConsumeOptions = {}
): Observable<T> {
  return defer(() => {
    checkPath(path);
    const { now = wallClock } = knownKeys('options', options, ['now']);
    callable('options.now', now);
    callable('work', work);
    const one$ = claimedItem(zk, path).pipe(
      switchMap((claim) => {
        const lost$ = ownNodeLost(zk, claim).pipe(
          valueOnError('LEASE_LOST'),
          map(() => END)
        ); // another has it, or may have
        return merge(lost$, working(zk, path, claim, work).pipe(endWith(END)));
      }),
      takeWhile((value): value is T => value !== END)
    );
    const promoted$ = delayedItems(zk, joinPath(path, DELAYED), joinPath(path, ENTRIES), now).pipe(
      restartAfterLoss(zk)
    );
    return merge(promoted$, one$.pipe(repeat())).pipe(untilClosed(zk));
  }).pipe(ofOpen(zk, 'presence', { operation: 'consume', path }));
}

/** The end of one item. */
const END = Symbol('end of an item');

/** Works on an item, and marks it as done. */
function working<T>(
  zk: QueueClient,
  path: string,
  { name, path: taken }: Claim,
  work: (item: Item) => ObservableInput<T>
): Observable<T> {
  const entry = joinPath(joinPath(path, ENTRIES), name);
  const done$ = zk
    .transaction()
    .delete(entry)
    .delete(taken)
    .commit()
    .pipe(retryIdempotent(zk), withinSession(zk), valueOnError('NO_NODE'), ignoreElements());
  return zk.get(entry).pipe(
    valueOnError('NO_NODE'),
    retryIdempotent(zk),
    withinSession(zk),
    concatMap((node) => (node === undefined ? EMPTY : concat(from(work({ name, data: node.value })), done$)))
  );
}
