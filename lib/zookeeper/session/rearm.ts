import { EMPTY, type Observable, catchError, defer, ignoreElements, merge, throwError } from 'rxjs';
import { isCoordinationError } from '../../core/errors.js';
import { watchChildrenOnce } from '../protocol/ops/getChildren.js';
import { existsWatched } from '../protocol/ops/exists.js';
import { chunked, setWatches } from '../protocol/ops/setWatches.js';
import { addWatch, removeWatches } from '../protocol/ops/watches.js';
import type { Channel } from './channel.js';
import type { Entry, WatchRegistry } from './watchRegistry.js';

/** What a server without persistent watches answers (`WatchManagerOptimized`, or one that is not Apache's). */
const NO_PERSISTENT = new Set(['UNIMPLEMENTED', 'BAD_ARGUMENTS', 'MARSHALLING_ERROR', 'SYSTEM_ERROR']);
/** What cannot be watched now shows in the read that follows. */
const HARMLESS = new Set(['NO_NODE', 'NO_AUTH', 'NO_WATCHER']);

/**
 * Arms a path on the server: one persistent watch where there are such (3.6), else the one-shot watches that report the
 * same; those must be armed again after every event. **Completes** when armed; **errors** only with the link.
 */
export function armed(channel: Channel, entry: Entry): Observable<never> {
  const persistent = channel.sender.version >= addWatch.since! && !channel.oneShotOnly;
  return persistent ? persistently(channel, entry) : once(channel, entry);
}

/** Removes the watch, where no other one could go with it by mistake. **Completes** in any case. */
export function disarmed(channel: Channel, path: string): Observable<never> {
  if (channel.sender.version < removeWatches.since!) return EMPTY;
  return channel.request(removeWatches, { path, type: 'any' }).pipe(
    ignoreElements(),
    catchError(() => EMPTY) // it had fired already (-121), or the link is gone and the watch with it
  );
}

/**
 * Sets all watches again on a new connection, of whichever session. One-shot lists catch up with what was missed, which
 * persistent watches do not (ZOOKEEPER-4698), so everything is set one-shot; a path gets its persistent watch back when
 * its first event comes.
 */
export function rearm(channel: Channel, watches: WatchRegistry, zxid: bigint, maxBytes: number, report: (watches: number, requests: number) => void): Observable<never> {
  return defer(() => {
    const { oneShot, direct } = watches.rearming(zxid);
    const chunks = chunked(oneShot, maxBytes);
    report(watches.size, chunks.length + direct.length);
    return merge(...chunks.map((chunk) => channel.request(setWatches, chunk)), ...direct.map((entry) => armed(channel, entry))).pipe(ignoreElements());
  });
}

function persistently(channel: Channel, entry: Entry): Observable<never> {
  const mode = entry.wants('recursive') ? 'persistentRecursive' : 'persistent';
  entry.persistent = true;
  return channel.request(addWatch, { path: entry.path, mode }).pipe(
    ignoreElements(),
    catchError((error: unknown) => {
      if (!isCoordinationError(error) || !NO_PERSISTENT.has(error.code)) return throwError(() => error);
      channel.oneShotOnly = true;
      return once(channel, entry);
    })
  );
}

function once(channel: Channel, entry: Entry): Observable<never> {
  entry.persistent = false;
  for (const watcher of [...entry.watchers]) watcher.onlyOnce?.();
  const exists$ = channel.request(existsWatched, entry.path);
  const children$ = channel.request(watchChildrenOnce, entry.path).pipe(catchError((error: unknown) => (isHarmless(error) ? EMPTY : throwError(() => error))));
  return (entry.wants('children') ? merge(exists$, children$) : exists$).pipe(ignoreElements());
}

function isHarmless(error: unknown): boolean {
  return isCoordinationError(error) && HARMLESS.has(error.code);
}
