import type { Observable } from 'rxjs';
import type { Codec } from '../../core/codecs.js';
import { type Watched, decodedOrError, freshness } from '../../core/watched.js';
import { type NodeReading, readNode } from '../protocol/ops/readNode.js';
import type { Stat } from '../types.js';
import type { CellKind } from './cellKind.js';
import type { WatchCells } from './watchCells.js';

/**
 * A node as a watch shows it, told apart by `kind`: `'present'` with `value` and `stat`, `'absent'`, `'denied'` where
 * this identity may not read it, or `'unreadable'` with the `error`, for bytes that the codec refused or that are more
 * than `maxReplyBytes`. While `stale` is true, it is the last state that was known, and `cause` says why.
 */
export type WatchedNode<T = Uint8Array | null> = Watched<T, { readonly stat: Stat }> & {
  readonly path: string;
  /** The state of the store that was read: the last transaction that the server had applied. */
  readonly zxid: bigint;
};

const kind: CellKind<NodeReading, WatchedNode<unknown>> = {
  operation: 'watch',
  op: readNode,
  wants: { data: true },
  concerns: ({ type }) => type !== 'childrenChanged',
  same: (a, b) => a.kind !== 'present' || a.stat.mzxid === (b as typeof a).stat.mzxid,
  // literals with the same fields in the same order: this runs for every change
  shown(reading, cause, { path, codec }): WatchedNode<unknown> {
    const { kind, zxid } = reading;
    if (kind === 'unreadable') return { kind, path, zxid, error: reading.error, ...freshness(cause) };
    if (kind !== 'present') return { kind, path, zxid, ...freshness(cause) };
    const { stat } = reading;
    const decoded = codec && decodedOrError(codec, reading.value, 'watch', path);
    if (decoded?.kind === 'unreadable') return { ...decoded, path, zxid, stat, ...freshness(cause) };
    const value = decoded === undefined ? reading.value : decoded.value;
    return cause === undefined
      ? { kind, path, zxid, value, stat, stale: false }
      : { kind, path, zxid, value, stat, stale: true, cause };
  },
};

/** Follows a node's data. See `ZooKeeper.watch`. */
export function watchNode<T>(
  cells: WatchCells,
  path: string,
  codec: Pick<Codec<T>, 'decode'> | undefined,
  shownPath = path
): Observable<WatchedNode<T>> {
  return cells.watch(kind, path, { path: shownPath, codec }) as Observable<WatchedNode<T>>;
}
