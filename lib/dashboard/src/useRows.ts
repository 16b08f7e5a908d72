import { useEffect, useRef, useState } from 'preact/hooks';
import { type Subscription, retry, timer } from 'rxjs';
import type { Row, RowsState, Seen } from '../../cli/dash/types.js';
import { isUnknown, server } from './server.js';

/** The rows of a page of the server. */
const PAGE = 100;
/** Pages that are kept, so that a quick scroll back shows them at once. */
const KEPT = 40;

/** The rows that are known, and the tree that they are of. */
export interface KnownRows {
  readonly tree: Seen<RowsState> | undefined;
  readonly error: Error | undefined;
  at(index: number): Row | undefined;
  /** The index of a path among the rows that are known. */
  indexOf(path: string): number | undefined;
}

/**
 * Follows those pages of the tree that have the rows from `first` to `last`. Each page is a value of its own, so a
 * change costs no more than the pages that show it.
 */
export function useRows(open: readonly string[], first: number, last: number): KnownRows {
  const [pages, setPages] = useState<ReadonlyMap<number, Seen<RowsState>>>(new Map());
  const [error, setError] = useState<Error>();
  const newest = useRef<Seen<RowsState> | undefined>(undefined);
  const subscriptions = useRef(new Map<number, Subscription>());
  const followed = useRef(open);
  const from = Math.floor(Math.max(0, first) / PAGE) * PAGE;
  const to = Math.floor(Math.max(0, last) / PAGE) * PAGE;

  useEffect(() => {
    const all = subscriptions.current;
    const outdated = followed.current !== open;
    followed.current = open;
    const old = [...all];
    if (outdated) all.clear();
    for (let page = from; page <= to; page += PAGE) {
      if (all.has(page)) continue;
      const subscription = server
        .value('rows', { open, from: page })
        .pipe(
          retry({
            delay: (reason: unknown) => {
              setError(reason as Error);
              if (isUnknown(reason)) throw reason;
              return timer(3000);
            },
          })
        )
        .subscribe({
          next(state) {
            newest.current = state;
            setError(undefined);
            setPages((known) => {
              const next = new Map(known);
              next.delete(page); // the newest is the last
              next.set(page, state);
              for (const old of next.keys()) if (next.size > KEPT) next.delete(old);
              return next;
            });
          },
          error: () => {},
        });
      all.set(page, subscription);
    }
    // after the new ones, so that the line stays
    for (const [page, subscription] of old)
      if (outdated || page < from || page > to) {
        subscription.unsubscribe();
        if (all.get(page) === subscription) all.delete(page);
      }
  }, [open, from, to]);
  useEffect(
    () => () => {
      for (const subscription of subscriptions.current.values()) subscription.unsubscribe();
    },
    []
  );

  return {
    tree: newest.current,
    error,
    at: (index) => pages.get(Math.floor(index / PAGE) * PAGE)?.rows[index % PAGE],
    indexOf(path) {
      for (let page = from; page <= to; page += PAGE) {
        const index = pages.get(page)?.rows.findIndex((row) => row.path === path) ?? -1;
        if (index >= 0) return page + index;
      }
      return undefined;
    },
  };
}
