import {
  EMPTY,
  type MonoTypeOperatorFunction,
  type Observable,
  ReplaySubject,
  catchError,
  concatMap,
  connect,
  defer,
  distinctUntilChanged,
  filter,
  finalize,
  ignoreElements,
  isObservable,
  map,
  merge,
  of,
  skip,
  startWith,
  switchMap,
  take,
  tap,
  throwError,
} from 'rxjs';
import { knownKeys } from '../../../core/check.js';
import { isCoordinationError } from '../../../core/errors.js';
import { bracket } from '../../../operators/bracket.js';
import { conflateMap } from '../../../operators/conflateMap.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { checkPath, inChroot } from '../../path.js';
import { ofOpen } from '../../watch/closed.js';
import { CUSTODY, type Custody, charged } from '../../session/custody.js';
import type { Acl } from '../../types.js';
import { restartAfterLoss, untilClosed } from '../support/sessionScope.js';
import { retryIdempotent, valueOnError, withoutLimits } from '../support/callPolicy.js';
import { identified, isOwn, type OwnNode, ownNodeLost, removeOwn } from '../support/ownNode.js';
import { LeaseError } from '../../../lease/leaseError.js';
import { equalBytes } from '../../../bytes/equalBytes.js';

/** The part of a client that {@link persistentNode} needs. */
export type PresenceClient = Pick<
  ZooKeeper,
  'create' | 'delete' | 'exists' | 'transaction' | 'watch' | 'state' | 'state$' | 'scheduler' | 'root'
>;

/** The options of {@link persistentNode}. */
export interface PersistentNodeOptions {
  /**
   * The data of the node. Of an Observable, always its newest value: the node is made with the first, and then changed.
   * Default: nothing.
   */
  readonly data?: Uint8Array | null | Observable<Uint8Array | null>;
  /** The access control list of the node. Default: anyone may do anything. */
  readonly acl?: readonly Acl[];
  /**
   * The access control list of the nodes above it, where they have to be made. Default: anyone may do anything, for
   * others need them too.
   */
  readonly parentsAcl?: readonly Acl[];
}

/**
 * An ephemeral node that is there for as long as you are subscribed: made again when it is deleted, and after its
 * session was lost. Where the node of an earlier session still stands, as after a crash, it is waited for to go.
 *
 * - **Emits** the transaction that created the node, each time that it was made.
 * - **Completes** when the client is closed. **Errors** with refusals of the server, such as `NO_AUTH`, and with the
 *   data; with `REENTRANT` while the same session keeps the same node already.
 * - **Unsubscribing** deletes the node, also while it is being created.
 *
 * **When the link is lost**, the node stays as long as the session does. **When the session is lost**, the node is made
 * again with the next one. **When the reply to the create is lost**, the node is known by its owner.
 *
 * @example
 * ```ts
 * import { persistentNode } from 'quorum-rx';
 *
 * persistentNode(zk, '/workers/worker-7', { data: new TextEncoder().encode('10.0.0.7:80') }).subscribe();
 * ```
 */
export function persistentNode(
  zk: PresenceClient,
  path: string,
  options: PersistentNodeOptions = {}
): Observable<bigint> {
  return defer(() => {
    checkPath(path);
    const { data = null, acl, parentsAcl } = knownKeys('options', options, ['data', 'acl', 'parentsAcl']);
    const acls = { ...(acl && { acl }), ...(parentsAcl && { parentsAcl }) };
    const data$ = isObservable(data) ? data : of(data);
    const presence = (newest$: Observable<Uint8Array | null>) =>
      // first an error of the data: it is no loss
      merge(newest$.pipe(ignoreElements()), incarnation(zk, path, newest$, acls).pipe(restartAfterLoss(zk)));
    return data$.pipe(connect(presence, { connector: () => new ReplaySubject(1) }), untilClosed(zk), once(zk, path));
  }).pipe(ofOpen(zk, 'presence', { operation: 'persistentNode', path }));
}

/**
 * The nodes of each session, by its states, which all its views share: the owner of a node does not tell two of these
 * apart.
 */
const sessions = new WeakMap<PresenceClient['state$'], Map<string, object>>();

/** Refuses a path that this session keeps already. */
function once<T>({ state$, root }: PresenceClient, path: string): MonoTypeOperatorFunction<T> {
  return (source$) =>
    defer(() => {
      const kept = sessions.get(state$) ?? new Map<string, object>();
      sessions.set(state$, kept);
      const full = inChroot(root, path);
      if (kept.has(full)) throw new LeaseError('REENTRANT', `${path} is kept by this very session already`, { path });
      const own = {};
      const free = () => void (kept.get(full) === own && kept.delete(full));
      kept.set(full, own);
      // a subscriber that hears of the end may start again
      return source$.pipe(tap({ error: free, complete: free }), finalize(free));
    });
}

type Acls = Pick<PersistentNodeOptions, 'acl' | 'parentsAcl'>;

/** A node of ours, with its data. */
interface Made extends OwnNode {
  readonly data: Uint8Array | null;
}

/** The node from its making to its loss, which is an error. */
function incarnation(
  zk: PresenceClient,
  path: string,
  newest$: Observable<Uint8Array | null>,
  acls: Acls
): Observable<bigint> {
  return bracket(
    charged<Made | undefined>((custody) => made(zk, path, newest$, acls, custody).pipe(retryIdempotent(zk))),
    (it) => (it === undefined ? EMPTY : removeOwn(zk, it))
  ).pipe(
    switchMap((it) =>
      it === undefined ? freed(zk, path) : merge(ownNodeLost(zk, it), of(it.czxid), renewed(zk, it, newest$))
    )
  );
}

/** **Emits** our node, or `undefined` where another client's stands. */
function made(
  zk: PresenceClient,
  path: string,
  newest$: Observable<Uint8Array | null>,
  acls: Acls,
  custody: Custody
): Observable<Made | undefined> {
  const create = (data: Uint8Array | null) =>
    zk.create(path, data, { mode: 'ephemeral', parents: true, ...withoutLimits, ...acls, [CUSTODY]: custody }).pipe(
      concatMap((created) => identified(zk, created)),
      map((node): Made => ({ ...node, data }))
    );
  const made$: Observable<Made | undefined> = newest$.pipe(
    take(1),
    concatMap(create),
    catchError((error: unknown) => (isCoordinationError(error, 'NODE_EXISTS') ? existing$ : throwError(() => error)))
  );
  /** Ours, if a reply was lost. */
  const existing$ = zk.watch(path).pipe(
    filter(({ stale }) => !stale),
    take(1),
    concatMap((node) => {
      if (node.kind === 'absent') return made$;
      if (node.kind === 'unreadable') throw node.error;
      return of(
        node.kind === 'present' && isOwn(zk, node.stat.ephemeralOwner)
          ? { path, czxid: node.stat.czxid, data: node.value }
          : undefined
      );
    })
  );
  return made$;
}

/** Waits for another client's node to go, which is the end of this attempt. */
function freed(zk: PresenceClient, path: string): Observable<never> {
  return zk.watch(path).pipe(
    filter(({ kind, stale }) => kind === 'absent' && !stale),
    map(() => {
      throw new LeaseError('LEASE_LOST', `${path}: held by another until now`, { path });
    })
  );
}

/** Writes data that is newer than the data of the node. */
function renewed(zk: PresenceClient, { path, data }: Made, newest$: Observable<Uint8Array | null>): Observable<never> {
  return newest$.pipe(
    startWith(data),
    distinctUntilChanged(equalBytes),
    skip(1),
    // it is made again then
    conflateMap((newest) =>
      zk.transaction().set(path, newest).commit().pipe(retryIdempotent(zk), valueOnError('NO_NODE'))
    ),
    ignoreElements()
  );
}
