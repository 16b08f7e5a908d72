import { EMPTY, type Observable, catchError, defer, from, ignoreElements, mergeAll, tap, throwError } from 'rxjs';
import { existsWatched } from '../protocol/ops/exists.js';
import { type SetWatchesRequest, chunked, setWatches } from '../protocol/ops/setWatches.js';
import { armWatch } from './armWatch.js';
import { isRefusal, watchList } from './arming.js';
import type { Channel } from './channel.js';
import type { WatchRegistry } from './watchRegistry.js';

/**
 * Sets all watches again on a new connection, of whichever session. One-shot lists catch up with missed changes, which
 * persistent watches do not (ZOOKEEPER-4698), so everything is set one-shot; a path gets its persistent watch back when
 * its first event comes. Watches that the server refuses to set again are armed one by one, and their nodes are read
 * again.
 */
export function restoreWatches(
  channel: Channel,
  watches: WatchRegistry,
  zxid: bigint,
  maxBytes: number,
  report: (watches: number, requests: number) => void
): Observable<never> {
  return defer(() => {
    const { oneShot, direct } = watches.rearming(zxid);
    const armed$ = direct.map((entry) => armWatch(channel, entry));
    if (!channel.sender.server.knows(setWatches)) {
      const reads = rereading(channel, watches, oneShot);
      report(watches.size, reads.length + direct.length);
      return all([...reads, ...armed$]);
    }
    const chunks = chunked(oneShot, maxBytes);
    report(watches.size, chunks.length + direct.length);
    const pieces = chunks.map((chunk) =>
      channel.request(setWatches, chunk).pipe(
        catchError((error: unknown) => {
          if (!isRefusal(error)) return throwError(() => error);
          watches.missed(chunk);
          return EMPTY;
        })
      )
    );
    return all([...pieces, ...armed$]);
  });
}

/** All of them at once, however many: they are too many for the arguments of a call. */
function all(requests: readonly Observable<unknown>[]): Observable<never> {
  return from(requests).pipe(mergeAll(), ignoreElements());
}

/**
 * The same where there is no `setWatches`: each path is watched by reading it. The lists of children come first, so
 * that a change after them is an event, and one before them shows in the metadata.
 */
function rereading(
  channel: Channel,
  watches: WatchRegistry,
  { zxid, data, exist, children }: SetWatchesRequest
): Observable<unknown>[] {
  const [ofData, missing, ofChildren] = [new Set(data), new Set(exist), new Set(children)];
  const refused = (missed: Partial<SetWatchesRequest>) => (error: unknown) => {
    if (!isRefusal(error)) return throwError(() => error);
    watches.missed({ zxid, data: [], exist: [], children: [], ...missed });
    return EMPTY;
  };
  const lists = children.map((path) => watchList(channel, path).pipe(catchError(refused({ children: [path] }))));
  const nodes = [...new Set([...data, ...exist, ...children])].map((path) =>
    channel.request(existsWatched, path).pipe(
      tap((stat) => {
        if (stat === null) return missing.has(path) ? undefined : watches.dispatch({ type: 'deleted', path });
        if (missing.has(path)) return watches.dispatch({ type: 'created', path });
        if (ofData.has(path) && stat.mzxid > zxid) watches.dispatch({ type: 'dataChanged', path });
        if (ofChildren.has(path) && stat.pzxid > zxid) watches.dispatch({ type: 'childrenChanged', path });
      }),
      catchError(refused({ data: [path] }))
    )
  );
  return [...lists, ...nodes];
}
