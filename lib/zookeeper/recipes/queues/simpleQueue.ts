import {
  EMPTY,
  type Observable,
  catchError,
  concat,
  concatMap,
  defer,
  filter,
  from,
  map,
  take,
  takeLast,
  takeUntil,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { knownKeys, patience } from '../../../core/check.js';
import { isCoordinationError } from '../../../core/errors.js';
import { conflateMap } from '../../../operators/conflateMap.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { checkPath, joinPath, nameOf } from '../../path.js';
import { closed } from '../../../client/interruption.js';
import { restartAfterLoss } from '../support/sessionScope.js';
import { retryIdempotent, valueOnError } from '../support/callPolicy.js';
import { entriesInOrder, entryPrefix } from './entriesInOrder.js';
import type { Item } from './queue.js';
import { watchChildrenOrFail } from '../support/watchChildrenOrFail.js';

/** A queue from which items are taken out before they are worked on. */
export interface SimpleQueue {
  /**
   * Puts something in. **Emits** the name of its node. As any create: **when the reply is lost**, it errors with effect
   * `'unknown'`, and the item may be there. **Errors** with `NUMBER_TAKEN` when the queue has no more numbers.
   *
   * @param options.priority 0 to 999; low ones first. Default 100
   */
  put(data: Uint8Array | null, options?: { readonly priority?: number }): Observable<string>;
  /**
   * Takes the first item out; `repeat()` takes one after the other.
   *
   * - **Emits** one item, as soon as there is one, and completes. Without an item it **completes** after `timeout`.
   * - **Errors** with effect `'unknown'` when a reply was lost and the item has gone since: we may have taken it out,
   *   or another; the error's `path` is its node. Then `retryIf({ idempotent: true })` takes another. With `CLOSED`
   *   when the client is closed, which is the end of `repeat()`.
   * - **Unsubscribing** ends the wait. An item that is just being taken out may be lost: to wait for so long, use
   *   `timeout`.
   *
   * @param options.timeout milliseconds; 0 does not wait at all. Default: as long as it takes
   */
  take(options?: { readonly timeout?: number }): Observable<Item>;
}

/**
 * A queue whose items are given at most once: an item is removed, and then given. When the taker dies, the item is
 * lost; where that must not be, use `consume`. The nodes are those of kazoo's `Queue`.
 *
 * **When the link is lost**, a wait goes on, and a removal is asked for again when it is back: an item is given to the
 * one client whose removal is acknowledged. **When the session is lost**, likewise with the next one. ZooKeeper is no
 * message broker: keep queues below some thousands.
 *
 * @example
 * ```ts
 * import { simpleQueue } from 'quorum-rx';
 * import { concatMap, repeat } from 'rxjs';
 *
 * const mails = simpleQueue(zk, '/mails');
 * mails.put(new TextEncoder().encode('to everybody')).subscribe();
 * mails
 *   .take()
 *   .pipe(
 *     concatMap((item) => work(item.data)),
 *     repeat() // the next one is taken when the work has completed
 *   )
 *   .subscribe();
 * ```
 */
export function simpleQueue(
  zk: Pick<ZooKeeper, 'create' | 'delete' | 'get' | 'watchChildren' | 'state$' | 'scheduler'>,
  path: string
): SimpleQueue {
  return {
    put: (data, options = {}) =>
      defer(() => {
        checkPath(path);
        const { priority = 100 } = knownKeys('options', options, ['priority']);
        return zk
          .create(joinPath(path, entryPrefix(priority)), data, { mode: 'persistentSequential', parents: true })
          .pipe(map(({ path: made }) => nameOf(made)));
      }),
    take: (options = {}) =>
      defer(() => {
        const { timeout } = knownKeys('options', options, ['timeout']);
        if (timeout !== undefined) patience('options.timeout', timeout);
        let [end, given] = [undefined as unknown, false];
        // the wait ends here, and not a removal: a removal reports the fate of its item
        const names$ = concat(watchChildrenOrFail(zk, path), throwError(closed)).pipe(
          filter(({ stale }) => !stale),
          map(({ names }) => entriesInOrder(names)),
          catchError((error: unknown) => ((end = error), EMPTY))
        );
        const waiting$ =
          timeout === undefined
            ? names$
            : names$.pipe(timeout === 0 ? take(1) : takeUntil(timer(timeout, zk.scheduler)));
        const item$ = waiting$.pipe(
          conflateMap((names) => from(names).pipe(concatMap((name) => removed(zk, joinPath(path, name))))),
          take(1),
          // the wait ends before the item is emitted: closing the client inside `next` is no error
          takeLast(1),
          tap(() => (given = true))
        );
        return concat(
          item$,
          defer(() => (given || end === undefined ? EMPTY : throwError(() => end)))
        );
      }),
  };
}

/** Reads an item and removes it. **Emits** it if it was us who removed it. **Errors** if that is in doubt. */
function removed(zk: Pick<ZooKeeper, 'delete' | 'get' | 'state$' | 'scheduler'>, node: string): Observable<Item> {
  return defer(() => {
    let doubt: unknown;
    const removal$ = zk.delete(node).pipe(
      tap({
        error: (error: unknown) => void (isCoordinationError(error) && error.effect === 'unknown' && (doubt = error)),
      }),
      retryIdempotent(zk),
      // that it has gone does not say who removed it
      catchError((error: unknown) => (doubt === undefined ? throwError(() => error) : EMPTY))
    );
    return concat(
      zk.get(node).pipe(
        retryIdempotent(zk),
        concatMap(({ value }) => removal$.pipe(map((): Item => ({ name: nameOf(node), data: value })))),
        valueOnError('NO_NODE'),
        filter((item) => item !== undefined),
        tap(() => (doubt = undefined)),
        restartAfterLoss(zk)
      ),
      // whatever else has ended meanwhile
      defer(() => (doubt === undefined ? EMPTY : throwError(() => doubt)))
    );
  });
}
