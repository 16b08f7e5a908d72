import type { CallOptions } from '../../session/exchange.js';
import type { Children } from '../../protocol/ops/getChildren.js';
import type { Codec } from '../../../core/codecs.js';
import type { MultiReads, Read, Snapshot } from '../consistentReads.js';
import type { NodeData } from '../../protocol/ops/getData.js';
import type { Observable } from 'rxjs';
import type { ReadOptions } from '../viewOptions.js';
import type { Stat } from '../../types.js';

/** The reads of nodes. */
export interface ZooKeeperReads<V> {
  /**
   * Reads a node. With a `codec`, its value is decoded from the bytes.
   *
   * **Errors** with `NO_NODE`, `NO_AUTH`; with `BAD_VALUE` when the codec refuses the bytes.
   */
  get(path: string, options?: ReadOptions): Observable<NodeData<V>>;
  get<T>(path: string, options: ReadOptions & { readonly codec: Codec<T> }): Observable<NodeData<T>>;
  /**
   * Whether there is a node: its metadata, or `null`. **Errors** with `NO_AUTH` where READ is missing, but only from
   * 3.8.4 and, on the branch of 3.9, from 3.9.2 on: older servers answer everybody.
   */
  exists(path: string, options?: ReadOptions): Observable<Stat | null>;
  /**
   * The names of a node's children, in no order; with `stat: true`, also its metadata. **Errors** with `NO_NODE`,
   * `NO_AUTH`.
   */
  getChildren(path: string, options?: ReadOptions & { readonly stat?: false }): Observable<readonly string[]>;
  getChildren(path: string, options: ReadOptions & { readonly stat: true }): Observable<Children>;
  /** Nodes as they are at one moment: none of them is newer than another. A missing one is a value. Needs 3.6. */
  snapshot<const P extends readonly string[]>(paths: P, options?: CallOptions): Observable<Snapshot<P>>;
  /** Reads of both kinds in one request, each with its own outcome, all at one moment. Needs 3.6. */
  multiRead<const R extends readonly Read[]>(reads: R, options?: CallOptions): Observable<MultiReads<R>>;
  /** How many nodes there are below a path, at any depth. Needs 3.6. */
  getAllChildrenNumber(path: string, options?: CallOptions): Observable<number>;
  /** Paths of this session's ephemerals at or below a path. Needs 3.6. */
  getEphemerals(prefix?: string, options?: CallOptions): Observable<readonly string[]>;
}
