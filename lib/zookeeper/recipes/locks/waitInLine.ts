import {
  type MonoTypeOperatorFunction,
  NEVER,
  type Observable,
  concatMap,
  defaultIfEmpty,
  defer,
  expand,
  filter,
  finalize,
  forkJoin,
  map,
  merge,
  of,
  switchMap,
  take,
} from 'rxjs';
import { bracket } from '../../../operators/bracket.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { joinPath, nameOf } from '../../path.js';
import { CUSTODY, charged } from '../../session/custody.js';
import type { Acl } from '../../types.js';
import { type Contender, contenders, wordOf } from './contenders.js';
import { isOwn, type OwnNode, ownNodeLost } from '../support/ownNode.js';
import { retryIdempotent, retryWhileSessionLives, valueOnError, withoutLimits } from '../support/callPolicy.js';
import { LeaseError } from '../../../lease/leaseError.js';
import { eldestFirst } from './eldestFirst.js';
import { watchChildrenOrFail } from '../support/watchChildrenOrFail.js';
import { withinSession } from '../support/sessionScope.js';

/** The part of a client that recipes about holding something need. */
export type LockClient = Pick<
  ZooKeeper,
  | 'create'
  | 'delete'
  | 'exists'
  | 'getChildren'
  | 'watch'
  | 'watchChildren'
  | 'transaction'
  | 'state'
  | 'state$'
  | 'scheduler'
  | 'root'
>;

/** How to wait in line. */
export interface QueueOptions {
  /** The word in our node's name, before its number. */
  readonly word: string;
  /** The words in the names of all contenders. Default: the same word. */
  readonly words?: readonly string[];
  readonly data: Uint8Array | null;
  readonly acl: readonly Acl[] | undefined;
  readonly parentsAcl: readonly Acl[] | undefined;
  /** Of those who came before, who must go first: one, or `'anyone'` of them; `undefined` when it is our turn. */
  readonly blocker: (ahead: readonly Contender[]) => Contender | 'anyone' | undefined;
  /** The choice for nodes of our own session that came before: wait for them too, refuse, or ignore them. */
  readonly own: 'wait' | 'refuse' | 'share';
  /** A node that we hold with: who came after it, and is of another kind, waits for it, and cannot be waited for. */
  readonly holds?: string | undefined;
}

/** Where we stand. */
export interface Place {
  readonly node: OwnNode;
  /** Those who came before us, first come first. */
  readonly ahead: readonly Contender[];
  /** Who has to go before it is our turn; `undefined` when it is. */
  readonly blocker: Contender | 'anyone' | undefined;
}

/**
 * Waits in line with a node of our own: the primitive of all locks and elections.
 *
 * - **Emits** where we stand, when it is known and whenever who blocks us has changed.
 * - **Completes** when the client was closed before the node was made. **Errors** with `LEASE_LOST` when the node or
 *   the session has gone; with `REENTRANT`.
 * - **Unsubscribing** gives the node back, also while it is being created.
 */
export function waitInLine(zk: LockClient, parent: string, options: QueueOptions): Observable<Place> {
  const { word, data, acl, parentsAcl } = options;
  const mode = 'ephemeralSequential';
  const joined$ = charged((custody) =>
    zk
      .create(joinPath(parent, word), data, {
        mode,
        parents: true,
        protect: true,
        ...withoutLimits,
        ...(acl && { acl }),
        ...(parentsAcl && { parentsAcl }),
        [CUSTODY]: custody,
      })
      .pipe(
        concatMap(({ path, stat }) =>
          (stat === undefined
            ? zk.exists(path, withoutLimits).pipe(
                retryWhileSessionLives(zk),
                map((found) => found?.czxid ?? 0n)
              )
            : of(stat.czxid)
          ).pipe(map((czxid) => ({ path, czxid })))
        ),
        withinSession(zk)
      )
  );
  return bracket(joined$, ({ path }) => zk.delete(path, withoutLimits).pipe(retryWhileSessionLives(zk))).pipe(
    switchMap((node) => merge(ownNodeLost(zk, node), places(zk, parent, node, options)).pipe(inLine(nameOf(node.path))))
  );
}

/**
 * The names, which are unique, of nodes of this process that stand in line. Other nodes of the same session are being
 * given back.
 */
const standing = new Set<string>();

function inLine<T>(name: string): MonoTypeOperatorFunction<T> {
  return (place$) =>
    defer(() => {
      standing.add(name);
      return place$.pipe(finalize(() => standing.delete(name)));
    });
}

function places(
  zk: LockClient,
  parent: string,
  node: OwnNode,
  { word, words = [word], blocker, own, holds }: QueueOptions
): Observable<Place> {
  const look$ = defer(() => zk.getChildren(parent)).pipe(
    valueOnError('NO_NODE'), // then our node has gone with its parent
    concatMap((names = []) => eldestFirst(zk, contenders(parent, names, words))),
    map((all) => before(node, all)),
    concatMap((ahead) =>
      own === 'share' ? ofOthers(zk, ahead, holds) : own === 'refuse' ? refused(zk, ahead, blocker) : of(ahead)
    ),
    retryIdempotent(zk), // with the link the question was lost, not the place
    map((ahead): Place => ({ node, ahead, blocker: blocker(ahead) }))
  );
  // who is gone is not all: another may have taken its place, so look again
  const change = ({ ahead, blocker: who }: Place) =>
    who === undefined ? NEVER : who === 'anyone' ? anyLeaves(zk, parent, ahead) : leaves(zk, who, own);
  return look$.pipe(expand((place) => change(place).pipe(concatMap(() => look$))));
}

function before({ path }: OwnNode, all: readonly Contender[]): readonly Contender[] {
  const own = all.findIndex((contender) => contender.path === path);
  if (own < 0) throw new LeaseError('LEASE_LOST', `${path}: the node was deleted`, { path });
  return all.slice(0, own);
}

function ofOthers(
  zk: LockClient,
  all: readonly Contender[],
  holds: string | undefined
): Observable<readonly Contender[]> {
  const owners$ = forkJoin(all.map(({ path }) => zk.exists(path)));
  return owners$.pipe(
    defaultIfEmpty([]),
    map((stats) => {
      const others = all.filter((_, i) => stats[i] != null && !isOwn(zk, stats[i].ephemeralOwner));
      const held = all.find(({ path }) => path === holds);
      if (
        held !== undefined &&
        others.some((other) => all.indexOf(other) > all.indexOf(held) && wordOf(other.name) !== wordOf(held.name))
      )
        throw reentrant(held);
      return others;
    })
  );
}

/** Who blocks us shows whose it is when it is watched; here it is the head of the line, for which all others wait. */
function refused(
  zk: LockClient,
  ahead: readonly Contender[],
  blocker: QueueOptions['blocker']
): Observable<readonly Contender[]> {
  const [head] = ahead;
  if (head === undefined || blocker(ahead) === undefined || blocker(ahead) === head) return of(ahead);
  return zk.exists(head.path).pipe(
    map((stat) => {
      if (stat !== null && standing.has(head.name) && isOwn(zk, stat.ephemeralOwner)) throw reentrant(head);
      return ahead;
    })
  );
}

function reentrant({ path }: Contender): LeaseError {
  return new LeaseError('REENTRANT', `${path} is of this very session, which would wait for itself`, { path });
}

/** Emits when the node of another is no longer there. */
function leaves(zk: LockClient, who: Contender, own: QueueOptions['own']): Observable<unknown> {
  return zk.watch(who.path).pipe(
    filter((node) => {
      if (
        own === 'refuse' &&
        standing.has(who.name) &&
        node.kind === 'present' &&
        !node.stale &&
        isOwn(zk, node.stat.ephemeralOwner)
      )
        throw reentrant(who);
      return node.kind === 'absent' && !node.stale;
    }),
    take(1)
  );
}

/** Emits when one of them is no longer there. */
function anyLeaves(zk: LockClient, parent: string, ahead: readonly Contender[]): Observable<unknown> {
  return watchChildrenOrFail(zk, parent).pipe(
    filter(({ names, stale }) => !stale && ahead.some(({ name }) => !names.includes(name))),
    take(1)
  );
}

/** The options of every recipe that waits. */
export interface ContendOptions {
  /** The data of our node, such as our name. Default: nothing. */
  readonly data?: Uint8Array | null;
  /** The access control list of our node. Default: anyone may do anything. */
  readonly acl?: readonly Acl[];
  /**
   * The access control list of the nodes above it, where they have to be made. Default: anyone may do anything, for
   * others need them too.
   */
  readonly parentsAcl?: readonly Acl[];
}
