import {
  EMPTY,
  type Observable,
  type SchedulerLike,
  catchError,
  concat,
  defer,
  finalize,
  ignoreElements,
  merge,
  mergeMap,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { type CoordinationError, isCoordinationError } from '../../core/errors.js';
import { existsWatched } from '../protocol/ops/exists.js';
import { watchChildrenOnce } from '../protocol/ops/getChildren.js';
import { type WatcherType, addWatch, removeWatches } from '../protocol/ops/watches.js';
import { noRecursion } from '../protocol/opForVersion.js';
import type { Channel } from './channel.js';
import { LONGEST_PAUSE, pauseAfter } from './pauseAfter.js';
import type { WatchedPath } from './watchedPath.js';

/** The refusals of a server without persistent watches (`WatchManagerOptimized`, or one that is not Apache's). */
const NO_PERSISTENT = new Set(['UNIMPLEMENTED', 'BAD_ARGUMENTS', 'MARSHALLING_ERROR']);
/** An answer that may mean the same, and may mean this path alone. */
const PERHAPS_NONE = 'SYSTEM_ERROR';
/** From here on a path may be watched in several modes at once (3.9, ZOOKEEPER-4466). */
const COEXISTING = 30900;
/**
 * Errors of a list of children after which nothing can be missed. A node that does not exist has no list to watch; the
 * watch of its path tells when it is created, and then the list is watched. A list that is too large to read is watched
 * all the same. `NO_AUTH` is not among them: the server then watches no list, and the ACL may change at any time.
 */
const HARMLESS = new Set(['NO_NODE', 'REPLY_TOO_LARGE']);

/**
 * Arms a path on the server: one persistent watch where there are such (3.6), else the one-shot watches that report the
 * same; those must be armed again after every event. **Completes** when armed, or when the server has refused this
 * path; **errors** only with the link.
 */
export function armWatch(channel: Channel, entry: WatchedPath): Observable<never> {
  return defer(() => {
    const { server } = channel.sender;
    const { oneShotOnly } = channel.watches;
    const arming = entry.arming();
    const persistent = !oneShotOnly && (server.knows(addWatch) || (entry.insists && server.mayKnow(addWatch)));
    return concat(
      persistent
        ? persistently(channel, entry, arming)
        : once(channel, entry, oneShotOnly || server.lacks(addWatch), arming),
      defer(() => (entry.isNewest(arming) && entry.stands(), EMPTY))
    ).pipe(
      catchError((error: unknown) => {
        if (!isRefusal(error)) return throwError(() => error);
        if (entry.refuse(error, arming)) channel.watches.refused$.next(entry);
        return EMPTY;
      })
    );
  });
}

/**
 * Asks again for watches that the server has refused, after a while, for as long as they have subscribers. Never
 * completes; **errors** with the link.
 */
export function rearmRefused(channel: Channel, scheduler: SchedulerLike): Observable<never> {
  return channel.watches.refused$.pipe(
    mergeMap((entry) => {
      if (entry.waiting) return EMPTY;
      entry.waiting = true;
      return timer(pauseAfter(entry.refusals, LONGEST_PAUSE), scheduler).pipe(
        mergeMap(() => {
          entry.waiting = false;
          return entry.watchers.size > 0 && entry.refusals > 0 ? armWatch(channel, entry) : EMPTY;
        }),
        finalize(() => (entry.waiting = false))
      );
    })
  );
}

/** Removes the watch, where no other one could go with it by mistake. **Completes** in any case. */
export function disarmWatch(channel: Channel, path: string): Observable<never> {
  return channel.sender.server.knows(removeWatches) ? ended(channel, path, 'any') : EMPTY;
}

function persistently(channel: Channel, entry: WatchedPath, arming: number): Observable<never> {
  const mode = entry.wants('recursive') ? 'persistentRecursive' : 'persistent';
  entry.persistent = true;
  const coexisting = (channel.sender.server.version ?? 0) >= COEXISTING; // else the one takes the other's place
  const added$ = channel.request(addWatch, { path: entry.path, mode }).pipe(
    tap(() => {
      if (mode === 'persistent') entry.lists = 'always';
      else if (!coexisting) entry.lists = 'never';
    })
  );
  return (
    mode === 'persistent' && entry.recursive && coexisting
      ? merge(added$, ended(channel, entry.path, 'persistentRecursive'))
      : added$
  ).pipe(
    ignoreElements(),
    catchError((error: unknown) => {
      if (!isCoordinationError(error)) return throwError(() => error);
      if (NO_PERSISTENT.has(error.code)) channel.watches.oneShotOnly = true;
      else if (error.code !== PERHAPS_NONE || entry.insists) return throwError(() => error);
      if (!entry.isNewest(arming)) return throwError(() => error); // its place is taken
      entry.late = true;
      return once(channel, entry, true, arming);
    })
  );
}

/** Ends a watch. That it had fired already, or went with the link, is as good. */
function ended(channel: Channel, path: string, type: WatcherType): Observable<never> {
  return channel.request(removeWatches, { path, type }).pipe(
    ignoreElements(),
    catchError(() => EMPTY)
  );
}

/** @param lacking whether the server has no other watches, and that is known */
function once(channel: Channel, entry: WatchedPath, lacking: boolean, arming: number): Observable<never> {
  entry.persistent = false;
  for (const watcher of [...entry.watchers]) {
    watcher.onlyOnce?.();
    if (lacking && watcher.wants.recursive === true) watcher.unable?.(noRecursion(channel.sender.server.version));
  }
  if (!entry.isNewest(arming)) return EMPTY; // a watcher has asked for another watch, which this one would replace
  const exists$ = channel.request(existsWatched, entry.path).pipe(
    tap(() => (entry.stood = true)),
    ignoreElements()
  );
  if (!entry.wants('children')) return exists$;
  entry.lists = 'once'; // also where it was watched recursively a moment ago
  return merge(exists$, watchList(channel, entry.path));
}

/** Leaves a one-shot watch on a list of children. **Completes** when no change of the list can be missed. */
export function watchList(channel: Channel, path: string): Observable<never> {
  return channel.request(watchChildrenOnce, path).pipe(
    ignoreElements(),
    catchError((error: unknown) =>
      isCoordinationError(error) && HARMLESS.has(error.code) ? EMPTY : throwError(() => error)
    )
  );
}

/** Whether this is about one request, and says nothing of the link. */
export function isRefusal(error: unknown): error is CoordinationError {
  return isCoordinationError(error) && (error.layer === 'server' || error.layer === 'usage');
}
