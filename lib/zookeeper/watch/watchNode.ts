import { type Observable, map } from 'rxjs';
import { type Codec, decodedBy } from '../../core/codecs.js';
import { type NodeReading, readNode } from '../protocol/ops/readNode.js';
import type { Stat } from '../types.js';
import type { CellKind, WatchCells } from './cell.js';
import { orClosed } from './closed.js';

/**
 * A node as a watch shows it. That there is no node, or that it may not be read, are values too; so is doubt: `stale`
 * is true while there is no connection, and whatever is shown is the last that was known.
 */
export type WatchedNode<T = Uint8Array | null> = {
  readonly path: string;
  readonly stale: boolean;
  readonly zxid: bigint;
} & (
  | { readonly exists: true; readonly value: T; readonly stat: Stat }
  | { readonly exists: false; readonly value?: undefined; readonly stat?: undefined }
  /** The identity of this connection may not read it. */
  | { readonly exists: 'denied'; readonly value?: undefined; readonly stat?: undefined }
);

const kind: CellKind<NodeReading> = {
  name: 'node',
  op: readNode,
  wants: { data: true },
  concerns: ({ type }) => type !== 'childrenChanged',
  same: (a, b) => a.exists === b.exists && (a.exists !== true || a.stat.mzxid === (b as typeof a).stat.mzxid),
};

/** Follows a node's data. What it promises is said at `ZooKeeper.watch`. */
export function watchNode<T>(
  cells: WatchCells,
  path: string,
  codec: Codec<T> | undefined,
  shownPath = path
): Observable<WatchedNode<T>> {
  return cells.watch(kind, path).pipe(
    orClosed({ operation: 'watch', path: shownPath }),
    map(({ reading, stale }) => {
      const common = { path: shownPath, stale, zxid: reading.zxid };
      if (reading.exists !== true) return { ...common, exists: reading.exists };
      const value = codec === undefined ? (reading.value as T) : decodedBy(codec, reading.value, 'watch', shownPath);
      return { ...common, exists: true, value, stat: reading.stat };
    })
  );
}
