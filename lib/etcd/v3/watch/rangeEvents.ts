import { type Observable, type ObservableInput, concat, defer, filter, map, mergeMap, of, takeWhile } from 'rxjs';
import type { KeyValue as RawKeyValue } from '../protocol/kv.js';
import { range as rangeMethod } from '../protocol/methods.js';
import type { Event } from '../protocol/watch.js';
import type { Session } from '../session/session.js';
import type { WatchHub } from './watchHub.js';
import type { WatchRequest } from './watcher.js';

/** The events of a range: those of one revision, or all of its keys when events were forgotten. */
export type RangeEvents<C, E> =
  | { readonly kind: 'changes'; readonly revision: number; readonly changes: readonly C[] }
  /** The cluster has forgotten events, or was restored from older data: these are all keys that there are now. */
  | { readonly kind: 'resync'; readonly revision: number; readonly entries: readonly E[] };

/** How raw events become those of a view. */
export interface EventView<C, E> {
  changeOf(event: Event): C;
  entryOf(kv: RawKeyValue): E;
}

/** The cluster has no more of the events that come next. */
const FORGOTTEN = 'forgotten';

/** Every event of a range, each once, over lost connections, compactions, and clusters that were restored. */
export function rangeEvents<C, E>(
  session: Session,
  hub: WatchHub,
  request: WatchRequest,
  start: number,
  view: EventView<C, E>
): Observable<RangeEvents<C, E>> {
  const { key, rangeEnd } = request;
  const from = (next: number): Observable<RangeEvents<C, E>> =>
    defer(() => {
      let seen = 0; // the newest revision of the cluster
      return hub.watch(request, next).pipe(
        mergeMap((step): ObservableInput<RangeEvents<C, E> | typeof FORGOTTEN> => {
          if (step.kind === 'down') return [];
          if (step.kind === 'created' && step.revision < seen) return restored(seen);
          if (step.kind === 'compacted') return [FORGOTTEN];
          seen = Math.max(seen, step.revision);
          if (step.kind !== 'changes') return [];
          return [{ kind: 'changes', revision: step.revision, changes: step.events.map(view.changeOf) }];
        }),
        takeWhile((it) => it !== FORGOTTEN, true),
        mergeMap((it) => (it === FORGOTTEN ? resync() : of(it)))
      );
    });
  /** A member that is behind catches up. But if the cluster itself is behind, it was restored from older data. */
  const restored = (seen: number): Observable<typeof FORGOTTEN> =>
    session.exchange(rangeMethod, { key, rangeEnd, countOnly: true }, { operation: 'events' }).pipe(
      filter(({ header }) => (header?.revision ?? 0) < seen),
      map(() => FORGOTTEN)
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
