import type { Observable } from 'rxjs';
import { type ChildrenReading, readChildren } from '../protocol/ops/getChildren.js';
import type { CoordinationError } from '../../core/errors.js';
import { type Freshness, freshness } from '../../core/watched.js';
import type { Stat } from '../types.js';
import type { CellKind } from './cellKind.js';
import { outOfNumbers } from './outOfNumbers.js';
import type { WatchCells } from './watchCells.js';

/**
 * The children of a node as a watch shows them, by name and in no order. `kind` and `stale` are as for `WatchedNode`;
 * `'unreadable'` is a list that is larger than `maxReplyBytes`. Without a list, `names` is empty.
 */
export type WatchedChildren = Freshness & {
  readonly path: string;
  /** The state of the store that was read: the last transaction that the server had applied. */
  readonly zxid: bigint;
  readonly names: readonly string[];
} & (
    | { readonly kind: 'present'; readonly stat: Stat; readonly error?: undefined }
    | { readonly kind: 'absent' | 'denied'; readonly stat?: undefined; readonly error?: undefined }
    | { readonly kind: 'unreadable'; readonly stat?: undefined; readonly error: CoordinationError }
  );

const NONE: readonly string[] = [];

const kind: CellKind<ChildrenReading, WatchedChildren> = {
  operation: 'watchChildren',
  op: readChildren,
  wants: { children: true },
  concerns: ({ type }) => type !== 'dataChanged',
  same: (a, b) => a.kind !== 'present' || sameChildren(a.stat, (b as typeof a).stat),
  missable: (reading) => reading.kind === 'present' && outOfNumbers(reading.stat),
  shown(reading, cause, { path }) {
    const { kind, zxid } = reading;
    if (kind === 'unreadable') return { kind, path, zxid, names: NONE, error: reading.error, ...freshness(cause) };
    if (kind !== 'present') return { kind, path, zxid, names: NONE, ...freshness(cause) };
    const { names, stat } = reading;
    return cause === undefined
      ? { kind, path, zxid, names, stat, stale: false }
      : { kind, path, zxid, names, stat, stale: true, cause };
  },
};

/** A parent that has numbered 2^31 nodes keeps its `pzxid` when it gets another: only their count tells. */
function sameChildren(a: Stat, b: Stat): boolean {
  return a.pzxid === b.pzxid && a.numChildren === b.numChildren;
}

/** Follows a node's list of children. See `ZooKeeper.watchChildren`. */
export function watchChildren(cells: WatchCells, path: string, shownPath = path): Observable<WatchedChildren> {
  return cells.watch(kind, path, { path: shownPath, codec: undefined });
}
