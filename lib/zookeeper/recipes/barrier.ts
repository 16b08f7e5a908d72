import { randomUUID } from 'node:crypto';
import { NEVER, type Observable, Subject, concatMap, defer, filter, ignoreElements, map, merge, take, takeUntil } from 'rxjs';
import { integer } from '../../core/check.js';
import type { ZooKeeper } from '../client/zooKeeper.js';
import { checkPath, joinPath } from '../path.js';
import { despite } from './despite.js';
import { type Appearing, present } from './present.js';
import type { ContendOptions } from './queueUp.js';

/** Something that holds everybody back until it is lifted. */
export interface Barrier {
  /** **Completes** when there is no barrier (any more). */
  readonly passed$: Observable<never>;
  /** Puts it up; it stays when this session goes. No error if it is up already. */
  raise(): Observable<void>;
  /** Takes it away. No error if it was not up. */
  lift(): Observable<void>;
}

/** All who were awaited are here. */
export interface Gathering {
  /** Leaves, and **completes** when all others have left too. */
  readonly left$: Observable<never>;
}

const READY = 'ready';

/**
 * A barrier: a node that, while it is there, holds back all who wait for it to go. As kazoo's `Barrier`.
 *
 * **When the link or the session is lost** while waiting, the wait goes on.
 *
 * @example
 * ```ts
 * import { barrier } from 'quorum-rx';
 *
 * barrier(zk, '/maintenance').passed$.subscribe({ complete: () => console.log('on we go') });
 * ```
 */
export function barrier(zk: Pick<ZooKeeper, 'create' | 'delete' | 'watch'>, path: string): Barrier {
  return {
    passed$: zk.watch(path).pipe(
      filter(({ exists, stale }) => exists === false && !stale),
      take(1),
      ignoreElements()
    ),
    raise: () => zk.create(path, null, { parents: true }).pipe(despite('NODE_EXISTS'), map(() => undefined)),
    lift: () => zk.delete(path).pipe(despite('NO_NODE')),
  };
}

/**
 * A double barrier: `count` programs begin together, and end together.
 *
 * - **Emits** once when so many have come; who comes later passes at once. **Completes** never.
 * - **Errors** with what the server refuses. **Unsubscribing** leaves, without waiting for the others.
 *
 * **When the session is lost**, one comes again with the next; the others, once they have passed, do not notice.
 *
 * @example
 * ```ts
 * import { doubleBarrier } from 'quorum-rx';
 * import { concat, switchMap } from 'rxjs';
 *
 * doubleBarrier(zk, '/race', 3).pipe(switchMap(({ left$ }) => concat(work('together'), left$))).subscribe();
 * ```
 */
export function doubleBarrier(zk: Appearing & Pick<ZooKeeper, 'watchChildren'>, path: string, count: number, options: ContendOptions = {}): Observable<Gathering> {
  return defer(() => {
    checkPath(path);
    integer('count', count, 1, 1_000_000);
    const own = randomUUID().replaceAll('-', '');
    const here$ = zk.watchChildren(path).pipe(filter(({ stale }) => !stale));
    const others = (names: readonly string[]) => names.filter((name) => name !== READY);
    const leaving$ = new Subject<void>();
    const left$ = defer(() => {
      leaving$.next();
      return here$.pipe(
        filter(({ names }) => others(names).length === 0),
        take(1),
        concatMap(() => zk.delete(joinPath(path, READY)).pipe(despite('NO_NODE'))), // so that it can be used again
        ignoreElements()
      );
    });
    const ready$ = here$.pipe(
      filter(({ names }) => names.includes(READY) || others(names).length >= count),
      take(1),
      concatMap(() => zk.create(joinPath(path, READY), null, { mode: 'ephemeral' }).pipe(despite('NODE_EXISTS'))),
      map((): Gathering => ({ left$ }))
    );
    return merge(present(zk, joinPath(path, own), options).pipe(takeUntil(leaving$), ignoreElements()), ready$, NEVER);
  });
}
