import {
  type Observable,
  Subject,
  defer,
  distinctUntilChanged,
  filter,
  map,
  merge,
  scan,
  switchMap,
  tap,
  timer,
} from 'rxjs';
import { array, knownKeys } from '../../../core/check.js';
import type { Codec } from '../../../core/codecs.js';
import { type CoordinationError, UsageError } from '../../../core/errors.js';
import { type Found, type Freshness, decodedOrError, freshness } from '../../../core/watched.js';
import { conflateMap } from '../../../operators/conflateMap.js';
import type { Snapshot, SnapshotNode } from '../../client/consistentReads.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { checkPath } from '../../path.js';
import { LONGEST_PAUSE, pauseAfter } from '../../session/pauseAfter.js';
import type { Stat } from '../../types.js';
import { ofOpen, orClosed } from '../../watch/closed.js';
import { retryIdempotent } from '../support/callPolicy.js';
import { untilClosed } from '../support/sessionScope.js';

/** A node to watch with others: its path, or its path and codec. */
export type SnapshotPart = string | { readonly path: string; readonly codec: Codec<unknown> };

/** A node of a combination, told apart by `kind` as a `WatchedNode` is. */
export type WatchedSnapshotNode<T> = Found<T, { readonly stat: Stat }> & { readonly path: string };

/** Nodes as they were at one moment; `stale` while there is no connection. */
export type WatchedSnapshot<P extends readonly SnapshotPart[]> = Freshness & {
  /** That moment: the last transaction that the server had applied. */
  readonly zxid: bigint;
  readonly nodes: {
    readonly [K in keyof P]: WatchedSnapshotNode<
      P[K] extends { readonly codec: Codec<infer T> } ? T : Uint8Array | null
    >;
  };
};

/** A combination of whatever they are. */
type Shown = Freshness & { readonly zxid: bigint; readonly nodes: readonly WatchedSnapshotNode<unknown>[] };
/** What happens to a combination: it was read, or is in doubt for a reason. */
type Step = Snapshot<readonly string[]> | { readonly cause: CoordinationError };

/**
 * Nodes that belong together, as they were at one moment: a combination that never was is not shown, as it would be by
 * `combineLatest` over watches, which are read one by one. Needs 3.6.
 *
 * - **Emits** all of them, now and after every change of any; changes in quick succession may show as their last. With
 *   `stale: true` when the connection is lost. A node that has not changed keeps its identity.
 * - **Completes** when the client is closed; **errors** with `CLOSED` when that was before the first value. **Errors**
 *   with `UNSUPPORTED` on servers before 3.6, and when the session is over for good.
 * - **Unsubscribing** removes the watches.
 *
 * **When the link is lost**, or the session, missed changes show afterwards.
 *
 * @example
 * ```ts
 * import { watchSnapshot, json } from 'quorum-rx';
 *
 * const limits$ = watchSnapshot(zk, [{ path: '/limits', codec: json<{ max: number }>() }, '/flags']);
 * limits$.subscribe(({ nodes: [limits, flags], zxid }) => {
 *   console.log(zxid, limits.value?.max, flags.kind);
 * });
 * ```
 */
export function watchSnapshot<const P extends readonly SnapshotPart[]>(
  zk: Pick<ZooKeeper, 'events' | 'snapshot' | 'state' | 'state$' | 'scheduler'>,
  parts: P
): Observable<WatchedSnapshot<P>> {
  return defer(() => {
    const paths = array('parts', parts).map((part, i) => checkedPath(part, `parts[${i}]`));
    const changes$ = merge(...[...new Set(paths)].map((path) => zk.events(path))).pipe(
      filter(({ type }) => type !== 'childrenChanged')
    );
    const connected$ = zk.state$.pipe(filter(({ kind }) => kind === 'connected'));
    const doubts$ = zk.state$.pipe(
      filter((state) => state.kind === 'suspended'),
      map(({ cause }): Step => ({ cause }))
    );
    let denials = 0; // how often in a row a node was denied
    const denied$ = new Subject<void>();
    // no event tells when a node may be read
    const again$ = denied$.pipe(switchMap(() => timer(pauseAfter(denials, LONGEST_PAUSE), zk.scheduler)));
    const looks$ = merge(changes$, connected$, again$).pipe(
      conflateMap(() => zk.snapshot(paths).pipe(retryIdempotent(zk, { codes: ['EXPIRED'] }))),
      tap(({ nodes }) => {
        denials = nodes.some(({ kind }) => kind === 'denied') ? denials + 1 : 0;
        if (denials > 0) denied$.next();
      })
    );
    return merge(looks$, doubts$).pipe(
      scan(
        (last: Shown | undefined, step): Shown | undefined =>
          'cause' in step ? last && doubted(last, step.cause) : combined(parts, last, step),
        undefined
      ),
      filter((shown) => shown !== undefined),
      distinctUntilChanged((a, b) => a.stale === b.stale && a.nodes.every((node, i) => node === b.nodes[i])),
      map((shown) => shown as unknown as WatchedSnapshot<P>),
      untilClosed(zk),
      orClosed({ operation: 'watchSnapshot' }, zk)
    );
  }).pipe(ofOpen(zk, 'value', { operation: 'watchSnapshot' }));
}

function doubted({ zxid, nodes, cause }: Shown, newCause: CoordinationError): Shown {
  return { zxid, nodes, ...freshness(cause ?? newCause) };
}

function combined(
  parts: readonly SnapshotPart[],
  last: Shown | undefined,
  { zxid, nodes }: Snapshot<readonly string[]>
): Shown {
  return { zxid, stale: false, nodes: nodes.map((node, i) => kept(last?.nodes[i], node, parts[i]!)) };
}

/** The node as it is shown already, if nothing has changed. */
function kept(
  last: WatchedSnapshotNode<unknown> | undefined,
  node: SnapshotNode,
  part: SnapshotPart
): WatchedSnapshotNode<unknown> {
  if (
    last !== undefined &&
    last.stat?.mzxid === node.stat?.mzxid &&
    (last.stat !== undefined || last.kind === node.kind)
  )
    return last;
  if (node.kind !== 'present' || typeof part === 'string') return node;
  const { path, value, stat } = node;
  return { ...decodedOrError(part.codec, value, 'watchSnapshot', path), path, stat };
}

function checkedPath(part: SnapshotPart, argument: string): string {
  const path = typeof part === 'string' ? part : knownKeys(argument, part, ['path', 'codec']).path;
  checkPath(path, typeof part === 'string' ? argument : `${argument}.path`);
  if (typeof part !== 'string' && typeof part.codec?.decode !== 'function')
    throw new UsageError(`${argument}.codec`, 'must be a codec');
  return path;
}
