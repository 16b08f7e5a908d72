import { EMPTY, Observable, type SchedulerLike, finalize, mergeMap, timer } from 'rxjs';
import { removeWatches } from '../protocol/ops/watches.js';
import { Arming, endWatch } from './arming.js';
import type { Channel } from './channel.js';
import { LONGEST_PAUSE, pauseAfter } from './pauseAfter.js';
import type { WatchedPath } from './watchedPath.js';

/**
 * Arms a path on the server, as {@link Arming} does. **Completes** when armed, or when the server has refused this
 * path; **errors** only with the link.
 */
export function armWatch(channel: Channel, entry: WatchedPath): Observable<never> {
  return new Observable((subscriber) => new Arming(channel, entry, subscriber).begin());
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
          return entry.watched && entry.refusals > 0 ? armWatch(channel, entry) : EMPTY;
        }),
        finalize(() => (entry.waiting = false))
      );
    })
  );
}

/** Removes the watch, where no other one could go with it by mistake. **Completes** in any case. */
export function disarmWatch(channel: Channel, path: string): Observable<never> {
  return channel.sender.server.knows(removeWatches) ? endWatch(channel, path, 'any') : EMPTY;
}
