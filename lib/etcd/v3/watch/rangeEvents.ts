import { type Observable, concat, map, mergeMap, of, takeWhile } from 'rxjs';
import type { KeyValue as RawKeyValue } from '../protocol/kv.js';
import { range as rangeMethod } from '../protocol/methods.js';
import type { Event } from '../protocol/watch.js';
import type { Session } from '../session/session.js';
import type { WatchHub } from './watchHub.js';
import type { WatchRequest } from './watcher.js';

/** The events of a range: those of one revision, or all of its keys when events were forgotten. */
export type RangeEvents<C, E> =
  | { readonly kind: 'changes'; readonly revision: number; readonly changes: readonly C[] }
  /** The cluster has forgotten events that are missing here: these are all keys that there are now. */
  | { readonly kind: 'resync'; readonly revision: number; readonly entries: readonly E[] };

/** How raw events become those of a view. */
export interface EventView<C, E> {
  changeOf(event: Event): C;
  entryOf(kv: RawKeyValue): E;
}

/** Every event of a range, each once, over lost connections and compactions. */
export function rangeEvents<C, E>(
  session: Session,
  hub: WatchHub,
  request: WatchRequest,
  start: number,
  view: EventView<C, E>
): Observable<RangeEvents<C, E>> {
  const { key, rangeEnd } = request;
  const from = (next: number): Observable<RangeEvents<C, E>> =>
    hub.watch(request, next).pipe(
      takeWhile(({ kind }) => kind !== 'compacted', true),
      mergeMap((step): Observable<RangeEvents<C, E>> | readonly RangeEvents<C, E>[] => {
        if (step.kind === 'compacted') return resync();
        if (step.kind !== 'changes') return [];
        return [{ kind: 'changes', revision: step.revision, changes: step.events.map(view.changeOf) }];
      })
    );
  const resync = (): Observable<RangeEvents<C, E>> =>
    session.exchange(rangeMethod, { key, rangeEnd }, { operation: 'events' }).pipe(
      map(({ kvs, header }) => ({ kvs, revision: header?.revision ?? 0 })),
      mergeMap(({ kvs, revision }) =>
        concat(of<RangeEvents<C, E>>({ kind: 'resync', revision, entries: kvs.map(view.entryOf) }), from(revision + 1))
      )
    );
  return from(start);
}
