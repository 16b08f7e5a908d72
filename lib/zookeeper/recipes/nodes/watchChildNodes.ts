import {
  type Observable,
  connect,
  defer,
  distinctUntilChanged,
  filter,
  map,
  merge,
  mergeMap,
  takeUntil,
  tap,
} from 'rxjs';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { joinPath } from '../../path.js';
import type { CoordinationError } from '../../../core/errors.js';
import { type Freshness, freshness, sameElements } from '../../../core/watched.js';
import { orClosed } from '../../watch/closed.js';
import type { WatchedChildren } from '../../watch/watchChildren.js';
import type { WatchedNode } from '../../watch/watchNode.js';
import { watchChildrenOrFail } from '../support/watchChildrenOrFail.js';

/** The children of a node, with a value for each. */
export type ChildNodes<T> = Freshness & {
  /** In the order in which they were first seen. */
  readonly nodes: readonly T[];
  /** The names of those that may not be read, or that nothing could be made of. */
  readonly unreadable: readonly string[];
};

/** A child that is there. */
export type Child = Extract<WatchedNode, { readonly kind: 'present' }>;

/**
 * The children of a node with their data: one watch for each, so that a change costs one read.
 *
 * - **Emits** all of them, now and after every change; `read` makes a value of each state of a child, and the values of
 *   those that have not changed are the same. None where there is no such path.
 * - **Completes** and **errors** as `ZooKeeper.watchChildren` does, and with `NO_AUTH` where the list may not be read.
 *
 * @param read `undefined` where nothing can be made of it
 */
export function watchChildNodes<T>(
  zk: Pick<ZooKeeper, 'watch' | 'watchChildren'>,
  path: string,
  read: (name: string, node: Child) => T | undefined
): Observable<ChildNodes<T>> {
  return defer(() => {
    const table = new Table(read);
    const child = (name: string, left$: Observable<unknown>) =>
      zk.watch(joinPath(path, name)).pipe(
        takeUntil(left$),
        tap((node) => table.put(name, node))
      );
    return watchChildrenOrFail(zk, path).pipe(
      map((children) => table.list(children)),
      connect((added$) =>
        merge(
          added$,
          added$.pipe(
            mergeMap((names) => names),
            mergeMap((name) => child(name, added$.pipe(filter(() => !table.has(name)))))
          )
        )
      ),
      map(() => table.shown()),
      filter((shown) => shown !== undefined),
      distinctUntilChanged(),
      orClosed({ path })
    );
  });
}

/** The known state of a child; `undefined` until it is read for the first time. */
type Row<T> = { readonly node: WatchedNode; readonly value: T | undefined } | undefined;

/** All children, and how many of them are in doubt. */
class Table<T> {
  readonly #read: (name: string, node: Child) => T | undefined;
  readonly #rows = new Map<string, Row<T>>();
  #listCause: CoordinationError | undefined;
  #unread = 0;
  #stale = 0;
  #shown: ChildNodes<T> | undefined;

  constructor(read: (name: string, node: Child) => T | undefined) {
    this.#read = read;
  }

  has(name: string): boolean {
    return this.#rows.has(name);
  }

  /** Returns the names that are new. */
  list({ names, cause }: WatchedChildren): readonly string[] {
    const there = new Set(names);
    for (const [name, row] of this.#rows) {
      if (there.has(name)) continue;
      this.#count(row, -1);
      this.#rows.delete(name);
    }
    const added = names.filter((name) => !this.#rows.has(name));
    for (const name of added) this.#set(name, undefined);
    this.#listCause = cause;
    return added;
  }

  put(name: string, node: WatchedNode): void {
    const old = this.#rows.get(name);
    this.#count(old, -1);
    const kept = old?.node.kind === 'present' && node.kind === 'present' && old.node.stat.mzxid === node.stat.mzxid;
    this.#set(name, { node, value: kept ? old.value : node.kind === 'present' ? this.#read(name, node) : undefined });
  }

  /** The newest state that is whole and fresh, or the last one that was. */
  shown(): ChildNodes<T> | undefined {
    const last = this.#shown;
    if (this.#listCause !== undefined || this.#stale > 0)
      return last === undefined || last.stale ? last : (this.#shown = { ...last, ...freshness(this.#cause()) });
    if (this.#unread > 0) return last;
    const nodes = kept(last?.nodes, [...this.#rows.values()].flatMap((row) => row?.value ?? []) as readonly T[]);
    const unreadable = kept(
      last?.unreadable,
      [...this.#rows].flatMap(([name, row]) => (row?.node.kind !== 'absent' && row?.value === undefined ? name : []))
    );
    return last?.stale === false && last.nodes === nodes && last.unreadable === unreadable
      ? last
      : (this.#shown = { nodes, unreadable, stale: false });
  }

  /** Why something is in doubt. */
  #cause(): CoordinationError | undefined {
    if (this.#listCause !== undefined) return this.#listCause;
    for (const row of this.#rows.values()) if (row?.node.cause !== undefined) return row.node.cause;
    return undefined;
  }

  #set(name: string, row: Row<T>): void {
    this.#rows.set(name, row);
    this.#count(row, 1);
  }

  #count(row: Row<T>, by: 1 | -1): void {
    if (row === undefined) this.#unread += by;
    else if (row.node.stale) this.#stale += by;
  }
}

/** The old list, if the new one is the same. */
function kept<T>(old: readonly T[] | undefined, next: readonly T[]): readonly T[] {
  return old !== undefined && sameElements(old, next) ? old : next;
}
