import { type Observable, map } from 'rxjs';
import { type ChildrenReading, readChildren } from '../protocol/ops/getChildren.js';
import type { Stat } from '../types.js';
import type { CellKind, WatchCells } from './cell.js';
import { orClosed } from './closed.js';

/** The children of a node as a watch shows them: by name, in no order. `stale` as for `WatchedNode`. */
export type WatchedChildren = {
  readonly path: string;
  readonly stale: boolean;
  readonly zxid: bigint;
  readonly names: readonly string[];
} & ({ readonly exists: true; readonly stat: Stat } | { readonly exists: false | 'denied'; readonly stat?: undefined });

const NONE: readonly string[] = [];

const kind: CellKind<ChildrenReading> = {
  name: 'children',
  op: readChildren,
  wants: { children: true },
  concerns: ({ type }) => type !== 'dataChanged',
  same: (a, b) => a.exists === b.exists && (a.exists !== true || sameChildren(a.stat, (b as typeof a).stat)),
};

/** A parent that has numbered 2^31 nodes keeps its `pzxid` when it gets another: only their count tells. */
function sameChildren(a: Stat, b: Stat): boolean {
  return a.pzxid === b.pzxid && a.numChildren === b.numChildren;
}

/** Follows a node's list of children. What it promises is said at `ZooKeeper.watchChildren`. */
export function watchChildren(cells: WatchCells, path: string, shownPath = path): Observable<WatchedChildren> {
  return cells.watch(kind, path).pipe(
    orClosed({ operation: 'watchChildren', path: shownPath }),
    map(({ reading, stale }) => {
      const common = { path: shownPath, stale, zxid: reading.zxid };
      if (reading.exists !== true) return { ...common, exists: reading.exists, names: NONE };
      return { ...common, exists: true, names: reading.names, stat: reading.stat };
    })
  );
}
