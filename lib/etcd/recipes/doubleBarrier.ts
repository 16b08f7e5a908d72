import { randomUUID } from 'node:crypto';
import {
  EMPTY,
  type Observable,
  Subject,
  combineLatest,
  concat,
  concatMap,
  defer,
  filter,
  ignoreElements,
  map,
  merge,
  of,
  shareReplay,
  take,
  takeUntil,
  tap,
  throwIfEmpty,
} from 'rxjs';
import { closed } from '../../client/interruption.js';
import { integer, knownKeys } from '../../core/check.js';
import { bracket } from '../../operators/bracket.js';
import { conflateMap } from '../../operators/conflateMap.js';
import type { Etcd } from '../v3/client/etcd.js';
import { untilClosed } from './heldLeases.js';
import type { CreatedKey } from './keyGone.js';
import { keptKey } from './keptKey.js';
import { type ContendOptions, lineOf } from './lock.js';
import { type LockClient, rawView } from './lockClient.js';
import { retryIdempotent } from './retryIdempotent.js';
import { type WatchedEntries, watchEntries } from './watchEntries.js';

/** All who were awaited are here. */
export interface DoubleBarrierEntry {
  /**
   * Leaves, and **completes** when all others who were there have left too. Those who come later are not waited for.
   * **Errors** with `CLOSED` when the client was closed before.
   */
  readonly left$: Observable<never>;
}

/** The keys of a double barrier, as clientv3 names them. */
interface Keys {
  /** What the keys of all who have come begin with. */
  readonly waiters: string;
  readonly ready: string;
  readonly own: string;
}

const NOTHING = new Uint8Array(0);

/**
 * A double barrier: `count` programs begin together, and end together. As the `DoubleBarrier` of clientv3's recipes,
 * with whose programs it meets.
 *
 * - **Emits** once when so many have come; later ones pass at once while so many are there. **Completes** when the
 *   client is closed after that.
 * - **Errors** with refusals of the cluster; with `CLOSED` when the client was closed before all had come.
 * - **Unsubscribing** leaves, without waiting for the others.
 *
 * **When the lease is lost**, one comes again with the next; the others, once they have passed, do not notice.
 *
 * @example
 * ```ts
 * import { doubleBarrier } from 'quorum-rx/etcd';
 * import { concat, switchMap } from 'rxjs';
 *
 * doubleBarrier(etcd, 'race', 3).pipe(switchMap(({ left$ }) => concat(work('together'), left$))).subscribe();
 * ```
 */
export function doubleBarrier(
  etcd: Pick<LockClient<never>, 'with'>,
  name: string,
  count: number,
  options: ContendOptions = {}
): Observable<DoubleBarrierEntry> {
  return defer(() => {
    const raw = rawView(etcd);
    const { prefix, data, ttl } = lineOf(name, knownKeys('options', options, ['ttl', 'data']));
    integer('count', count, 1, 1_000_000);
    const waiters = `${prefix}waiters/`;
    const keys: Keys = { waiters, ready: `${prefix}ready`, own: `${waiters}${randomUUID()}` };
    const view$ = watchEntries(raw, prefix, 'doubleBarrier').pipe(
      filter(({ stale }) => !stale),
      shareReplay({ bufferSize: 1, refCount: true })
    );
    const leaving$ = new Subject<void>();
    let made = false;
    const own$ = keptKey(raw, keys.own, data, ttl).pipe(
      tap(() => (made = true)),
      shareReplay({ bufferSize: 1, refCount: true })
    );
    const leave$ = defer(() => {
      leaving$.next();
      return made ? gone(raw, keys) : EMPTY;
    });
    const left$ = view$.pipe(
      take(1),
      concatMap((view) => concat(leave$, othersGone(view$, keys, view))),
      ignoreElements()
    );
    const entry$ = combineLatest([own$, view$]).pipe(
      filter(([own, view]) => isOn(view, keys, own, count)),
      conflateMap(([own, view]) => opened(raw, keys, own, view)),
      take(1),
      map((): DoubleBarrierEntry => ({ left$ }))
    );
    const hold$ = bracket(of(undefined), () => leave$);
    return merge(
      hold$.pipe(ignoreElements()),
      own$.pipe(ignoreElements(), takeUntil(leaving$)),
      view$.pipe(ignoreElements()),
      entry$
    ).pipe(untilClosed(raw), throwIfEmpty(closed));
  });
}

/** Those who have come, with the revisions that created their keys. */
function waitersIn({ entries }: WatchedEntries, { waiters }: Keys): ReadonlyMap<string, number | undefined> {
  const all = [...entries].filter(([key]) => key.startsWith(waiters));
  return new Map(all.map(([key, { facts }]) => [key, facts?.createRevision]));
}

/** Whether the barrier was opened since our key is there. */
function isOpen({ entries }: WatchedEntries, { ready }: Keys, own: CreatedKey): boolean {
  return (entries.get(ready)?.facts?.modRevision ?? 0) > own.createRevision;
}

function isOn(view: WatchedEntries, keys: Keys, own: CreatedKey, count: number): boolean {
  const all = waitersIn(view, keys);
  return all.get(own.key) === own.createRevision && (all.size >= count || isOpen(view, keys, own));
}

/** Opens the barrier for the others. **Emits** when it is open; nothing, if our own key is gone. */
function opened(etcd: Etcd, keys: Keys, own: CreatedKey, view: WatchedEntries): Observable<unknown> {
  if (isOpen(view, keys, own)) return of(undefined);
  return etcd
    .transaction()
    .when(own.key, { createRevision: own.createRevision })
    .do((t) => t.put(keys.ready, NOTHING))
    .commit()
    .pipe(
      retryIdempotent(etcd),
      filter(({ succeeded }) => succeeded)
    );
}

/** Deletes our key; and, if it was the last one, that of the open barrier too, so that it can be used again. */
function gone(etcd: Etcd, { own, ready, waiters }: Keys): Observable<unknown> {
  const swept$ = etcd
    .transaction()
    .when({ prefix: waiters }, { exists: false })
    .do((t) => t.delete(ready))
    .commit();
  return concat(etcd.delete(own), swept$).pipe(retryIdempotent(etcd));
}

/** **Emits** when all the others who are there now have left. */
function othersGone(view$: Observable<WatchedEntries>, keys: Keys, now: WatchedEntries): Observable<unknown> {
  const round = [...waitersIn(now, keys)].filter(([key]) => key !== keys.own);
  const isOver = (all: ReadonlyMap<string, number | undefined>) =>
    round.every(([key, createRevision]) => all.get(key) !== createRevision);
  return view$.pipe(
    filter((view) => isOver(waitersIn(view, keys))),
    take(1),
    throwIfEmpty(closed)
  );
}
