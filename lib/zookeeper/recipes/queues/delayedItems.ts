import {
  EMPTY,
  type Observable,
  type SchedulerLike,
  catchError,
  concatMap,
  expand,
  filter,
  from,
  ignoreElements,
  map,
  mergeMap,
  of,
  switchMap,
  throwError,
  timer,
} from 'rxjs';
import { type ServerError, isCoordinationError } from '../../../core/errors.js';
import { conflateMap } from '../../../operators/conflateMap.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { joinPath, parentOf } from '../../path.js';
import { retryIdempotent, valueOnError } from '../support/callPolicy.js';
import { type DelayedEntry, delayedInOrder, entryPrefix } from './entriesInOrder.js';
import { watchChildrenOrFail } from '../support/watchChildrenOrFail.js';

/** The part of a client that {@link delayedItems} needs. */
export type DelayedItemsClient = Pick<ZooKeeper, 'create' | 'get' | 'transaction' | 'watchChildren' | 'scheduler'>;

/**
 * A wall clock can be set, and a machine can sleep: so often, in milliseconds, it is looked at while something is not
 * due yet.
 */
const LOOK_AGAIN = 60_000;
/** Items that are moved at a time. */
const WIDTH = 16;

/**
 * Moves items from one node to another when they are due, each in one transaction: any number of clients may do it at a
 * time, and each item is moved once. **Emits** nothing. **Completes** with the client, and **errors** with refusals of
 * the server.
 *
 * @param now the wall clock
 */
export function delayedItems(
  zk: DelayedItemsClient,
  delayed: string,
  entries: string,
  now: () => number
): Observable<never> {
  return watchChildrenOrFail(zk, delayed).pipe(
    filter(({ stale }) => !stale),
    switchMap(({ names }) => due(names, now, zk.scheduler)),
    conflateMap((items) =>
      from(items).pipe(
        mergeMap(
          ({ name, priority }) => moved(zk, joinPath(delayed, name), joinPath(entries, entryPrefix(priority))),
          WIDTH
        )
      )
    ),
    ignoreElements()
  );
}

/** Those of these items that are due, the earliest first: now, and again when others are. */
function due(
  names: readonly string[],
  now: () => number,
  scheduler: SchedulerLike
): Observable<readonly DelayedEntry[]> {
  const items = delayedInOrder(names);
  const untilNext = () => {
    const next = items.find(({ at }) => at > now());
    return next === undefined ? EMPTY : timer(Math.ceil(Math.min(next.at - now(), LOOK_AGAIN)), scheduler);
  };
  return of(0).pipe(
    expand(untilNext),
    map(() => items.filter(({ at }) => at <= now())),
    filter((found) => found.length > 0)
  );
}

function moved(zk: DelayedItemsClient, item: string, entry: string): Observable<unknown> {
  return zk.get(item).pipe(
    concatMap(({ value }) =>
      zk.transaction().delete(item).create(entry, value, { mode: 'persistentSequential' }).commit()
    ),
    catchError((error: unknown, again$) => {
      const homeless = isCoordinationError(error, 'NO_NODE') && (error as ServerError).index === 1;
      return homeless
        ? zk.create(parentOf(entry), null, { parents: true }).pipe(
            valueOnError('NODE_EXISTS'),
            concatMap(() => again$)
          )
        : throwError(() => error);
    }),
    // the number is taken, for the queue has run out of them: until that item is done
    retryIdempotent(zk, { codes: ['NUMBER_TAKEN'] }),
    valueOnError('NO_NODE') // another has moved it, or we have, and the reply was lost
  );
}
