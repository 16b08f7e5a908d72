import { randomUUID } from 'node:crypto';
import {
  EMPTY,
  NEVER,
  type Observable,
  Subject,
  concatMap,
  defer,
  filter,
  ignoreElements,
  map,
  merge,
  of,
  take,
  takeUntil,
  tap,
  throwIfEmpty,
} from 'rxjs';
import { integer, knownKeys } from '../../../core/check.js';
import { bracket } from '../../../operators/bracket.js';
import { retryIf } from '../../../operators/retryIf.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { checkPath, joinPath } from '../../path.js';
import { closed } from '../../../client/interruption.js';
import { ofOpen, orClosed } from '../../watch/closed.js';
import type { WatchedChildren } from '../../watch/watchChildren.js';
import { valueOnError, withoutLimits } from '../support/callPolicy.js';
import { type PresenceClient, persistentNode } from './persistentNode.js';
import type { ContendOptions } from '../locks/lockClient.js';
import { roundOver } from './roundOver.js';
import { untilClosed } from '../support/sessionScope.js';
import { watchChildrenOrFail } from '../support/watchChildrenOrFail.js';

/** Something that holds everybody back until it is lifted. */
export interface Barrier {
  /** **Completes** when there is no barrier (any more). **Errors** with `CLOSED` when the client was closed before. */
  readonly passed$: Observable<never>;
  /** Puts it up; it stays when this session goes. No error if it is up already. */
  raise(): Observable<void>;
  /** Takes it away. No error if it was not up. */
  lift(): Observable<void>;
}

/** All who were awaited are here. */
export interface DoubleBarrierEntry {
  /**
   * Leaves, and **completes** when all others of this round have left too. Members of the next round are not waited
   * for. **Errors** with `CLOSED` when the client was closed before.
   */
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
      filter(({ kind, stale }) => kind === 'absent' && !stale),
      take(1),
      throwIfEmpty(closed),
      ignoreElements()
    ),
    raise: () =>
      zk.create(path, null, { parents: true }).pipe(
        valueOnError('NODE_EXISTS'),
        map(() => undefined)
      ),
    lift: () => zk.delete(path).pipe(valueOnError('NO_NODE')),
  };
}

/**
 * A double barrier: `count` programs begin together, and end together.
 *
 * - **Emits** once when so many have come; later ones pass at once. **Completes** when the client is closed after that.
 * - **Errors** with refusals of the server; with `CLOSED` when the client was closed before all had come.
 * - **Unsubscribing** leaves, without waiting for the others.
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
export function doubleBarrier(
  zk: PresenceClient & Pick<ZooKeeper, 'watchChildren'>,
  path: string,
  count: number,
  options: ContendOptions = {}
): Observable<DoubleBarrierEntry> {
  return defer(() => {
    checkPath(path);
    integer('count', count, 1, 1_000_000);
    knownKeys('options', options, ['data', 'acl', 'parentsAcl']);
    const own = randomUUID().replaceAll('-', '');
    const ready = joinPath(path, READY);
    const once = (test: (names: readonly string[]) => boolean) =>
      watchChildrenOrFail(zk, path).pipe(
        filter(({ names, stale }) => !stale && test(names)),
        take(1)
      );
    const persistently = retryIf<unknown>({ idempotent: true, codes: ['EXPIRED'], scheduler: zk.scheduler });
    const lowered$ = zk.delete(ready, withoutLimits).pipe(valueOnError('NO_NODE')); // so that it can be used again
    const leaving$ = new Subject<void>();
    let known: WatchedChildren = { kind: 'absent', path, zxid: 0n, names: [], stale: false };
    const isOn = (names: readonly string[]) => names.includes(READY);
    let passed = false;
    // one who comes after the end of the round belongs to the next one
    const known$ = watchChildrenOrFail(zk, path).pipe(
      tap((list) => (!passed || list.names.includes(READY)) && (known = list)),
      ignoreElements()
    );
    const left$ = defer(() => {
      const round = new Set(known.names.filter((name) => name !== READY));
      leaving$.next();
      // one who comes during the round belongs to it, too; one who comes after it waits for the next, perhaps for us
      return roundOver(zk, path, round, known, isOn, (names) => !isOn(names) || others(names) === 0).pipe(
        throwIfEmpty(closed),
        concatMap(({ names }) => (names.includes(READY) ? lowered$ : of(undefined))),
        persistently,
        ignoreElements()
      );
    });
    const ready$ = once((names) => names.includes(READY) || others(names) >= count).pipe(
      throwIfEmpty(closed),
      concatMap(() => zk.create(ready, null, { mode: 'ephemeral', parents: true }).pipe(valueOnError('NODE_EXISTS'))),
      persistently,
      tap(() => (passed = true)),
      map((): DoubleBarrierEntry => ({ left$ }))
    );
    /** Who leaves without a word, and is the last one, leaves nothing behind either. */
    const swept$ = once((names) => !names.includes(own)).pipe(
      filter(({ names }) => others(names) === 0 && names.includes(READY)),
      concatMap(() => lowered$),
      persistently
    );
    let met = false; // a server: before, nothing can have been made
    const meeting$ = zk.state$.pipe(
      tap(({ kind }) => (met ||= kind === 'connected')),
      ignoreElements()
    );
    const here$ = persistentNode(zk, joinPath(path, own), options).pipe(takeUntil(leaving$));
    return merge(
      bracket(of(undefined), () => (met ? swept$ : EMPTY)).pipe(ignoreElements()),
      meeting$,
      here$.pipe(ignoreElements()),
      known$,
      ready$,
      NEVER
    ).pipe(untilClosed(zk), orClosed({ operation: 'doubleBarrier', path }, zk));
  }).pipe(ofOpen(zk, 'value', { operation: 'doubleBarrier', path }));
}

/** Those who have come: their nodes are named by a UUID, in our spelling and kazoo's, or in Curator's. */
const COMER = /^[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}$/;

function others(names: readonly string[]): number {
  return names.filter((name) => COMER.test(name)).length;
}
