import { type Observable, catchError, concatMap, defer, filter, map, merge, of, switchMap, take, takeUntil, throwError } from 'rxjs';
import { isCoordinationError } from '../../core/errors.js';
import { bracket } from '../../operators/bracket.js';
import { retryIf } from '../../operators/retryIf.js';
import type { ZooKeeper } from '../client/zooKeeper.js';
import { checkPath } from '../path.js';
import { gone } from './gone.js';
import type { ContendOptions } from './queueUp.js';

/** The part of a client that {@link present} needs. */
export type Appearing = Pick<ZooKeeper, 'create' | 'delete' | 'exists' | 'watch' | 'state' | 'state$' | 'scheduler'>;

/**
 * An ephemeral node that is there for as long as you are subscribed: made again when somebody deletes it, and after its
 * session was lost. Where the node of an earlier session still stands, as after a crash, it is waited for to go.
 *
 * - **Emits** the transaction that created the node, each time that it was made.
 * - **Completes** when the client is closed. **Errors** with what the server refuses, such as `NO_AUTH`.
 * - **Unsubscribing** deletes the node, also while it is being created.
 *
 * **When the link is lost**, the node stays as long as the session does. **When the session is lost**, the node is made
 * anew with the next one. **When the reply to the create is lost**, the node is known by its owner.
 *
 * @example
 * ```ts
 * import { present } from 'quorum-rx';
 *
 * present(zk, '/workers/worker-7', { data: new TextEncoder().encode('10.0.0.7:80') }).subscribe();
 * ```
 */
export function present(zk: Appearing, path: string, { data = null, acl }: ContendOptions = {}): Observable<bigint> {
  return defer(() => {
    checkPath(path);
    const create$ = zk.create(path, data, { mode: 'ephemeral', parents: true, ...(acl && { acl }) });
    const made$: Observable<bigint> = create$.pipe(
      concatMap(({ stat }) => (stat === undefined ? zk.exists(path).pipe(map((found) => found?.czxid ?? 0n)) : of(stat.czxid))),
      catchError((error: unknown) => (isCoordinationError(error, 'NODE_EXISTS') ? existing$ : throwError(() => error)))
    );
    const existing$: Observable<bigint> = zk.watch(path).pipe(
      filter((node) => !node.stale && (node.exists !== true || isOwn(zk, node.stat.ephemeralOwner))),
      take(1),
      concatMap((node) => (node.exists === true ? of(node.stat.czxid) : made$))
    );
    const incarnation$ = bracket(made$.pipe(retryIf({ idempotent: true, scheduler: zk.scheduler })), () => removed(zk, path)).pipe(
      switchMap((czxid) => merge(of(czxid), gone(zk, { path, czxid })))
    );
    return incarnation$.pipe(
      catchError((error: unknown, again$) => (isCoordinationError(error, 'LEASE_LOST') ? again$ : throwError(() => error))),
      takeUntil(zk.state$.pipe(filter(({ kind }) => kind === 'closed')))
    );
  });
}

function isOwn({ state }: Appearing, session: bigint): boolean {
  return state.kind === 'connected' && state.id === session;
}

/** Deletes the node, unless it is somebody else's by now. */
function removed(zk: Appearing, path: string): Observable<unknown> {
  return zk.exists(path).pipe(
    filter((stat) => stat !== null && isOwn(zk, stat.ephemeralOwner)),
    concatMap(() => zk.delete(path)),
    retryIf({ idempotent: true, scheduler: zk.scheduler })
  );
}
