import { EMPTY, type Observable, type SchedulerLike, catchError, concatMap, expand, filter, from, ignoreElements, map, mergeMap, of, switchMap, throwError, timer } from 'rxjs';
import { type ServerError, isCoordinationError } from '../../core/errors.js';
import { conflateMap } from '../../operators/conflateMap.js';
import type { ZooKeeper } from '../client/zooKeeper.js';
import { joinPath, nameOf } from '../path.js';
import { despite } from './despite.js';
import { ENTRY, entryPrefix } from './entryPrefix.js';
import { insist } from './insist.js';
import { watchList } from './watchList.js';

/** The part of a client that {@link promote} needs. */
export type Promoting = Pick<ZooKeeper, 'create' | 'get' | 'transaction' | 'watchChildren' | 'scheduler'>;

/** A wall clock can be set, and a machine can sleep: so often, in milliseconds, it is looked at while something is not due yet. */
const LOOK_AGAIN = 60_000;
/** Items that are moved at a time. */
const WIDTH = 16;

/** What stands before the number of an item that is not due: its priority, and its time in hexadecimal, between bars as with Curator. */
export function delayedPrefix(priority: number, at: number): string {
  return `${entryPrefix(priority)}|${at.toString(16).toUpperCase().padStart(12, '0')}|`;
}

const DELAYED_NAME = new RegExp(`^${ENTRY}(\\d{3})-\\|([0-9A-F]{12,14})\\|`);

/**
 * Moves items from one node to another when they are due, each in one transaction: as many may do it at a time as like,
 * and each is moved once. **Emits** nothing. **Completes** with the client, and **errors** with what the server refuses.
 *
 * @param now the wall clock
 */
export function promote(zk: Promoting, delayed: string, entries: string, now: () => number): Observable<never> {
  return watchList(zk, delayed).pipe(
    filter(({ stale }) => !stale),
    switchMap(({ names }) => due(names, now, zk.scheduler)),
    conflateMap((names) => from(names).pipe(mergeMap((name) => moved(zk, joinPath(delayed, name), entries), WIDTH))),
    ignoreElements()
  );
}

/** Those of these items that are due, the earliest first: now, and again when others are. */
function due(names: readonly string[], now: () => number, scheduler: SchedulerLike): Observable<readonly string[]> {
  const items = names.flatMap((name) => {
    const [, , hex] = DELAYED_NAME.exec(name) ?? [];
    return hex === undefined ? [] : [{ name, at: Number.parseInt(hex, 16) }];
  });
  items.sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1));
  const untilNext = () => {
    const next = items.find(({ at }) => at > now());
    return next === undefined ? EMPTY : timer(Math.min(next.at - now(), LOOK_AGAIN), scheduler);
  };
  return of(0).pipe(
    expand(untilNext),
    map(() => items.filter(({ at }) => at <= now()).map(({ name }) => name)),
    filter((found) => found.length > 0)
  );
}

function moved(zk: Promoting, item: string, entries: string): Observable<unknown> {
  const [, priority] = DELAYED_NAME.exec(nameOf(item))!;
  const entry = joinPath(entries, entryPrefix(Number(priority)));
  return zk.get(item).pipe(
    concatMap(({ value }) => zk.transaction().delete(item).create(entry, value, { mode: 'persistentSequential' }).commit()),
    catchError((error: unknown, again$) => {
      const homeless = isCoordinationError(error, 'NO_NODE') && (error as ServerError).index === 1;
      return homeless ? zk.create(entries, null, { parents: true }).pipe(despite('NODE_EXISTS'), concatMap(() => again$)) : throwError(() => error);
    }),
    insist(zk),
    despite('NO_NODE') // another has moved it, or we have, and the reply was lost
  );
}
