import { NEVER, type Observable, concatMap, defer, expand, filter, map, merge, of, switchMap, take } from 'rxjs';
import { bracket } from '../../../operators/bracket.js';
import { joinPath, nameOf } from '../../path.js';
import { CUSTODY, charged } from '../../session/custody.js';
import type { Acl } from '../../types.js';
import { type Contender, contenders } from './contenders.js';
import { type OwnNode, identified, ownNodeLost } from '../support/ownNode.js';
import { retryIdempotent, retryWhileSessionLives, valueOnError, withoutLimits } from '../support/callPolicy.js';
import { LeaseError } from '../../../lease/leaseError.js';
import { eldestFirst } from './eldestFirst.js';
import type { LockClient } from './lockClient.js';
import { inLine, ofOthers, refuseOwn, refused } from './ownInLine.js';
import { watchChildrenOrFail } from '../support/watchChildrenOrFail.js';
import { withinSession } from '../support/sessionScope.js';

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
        concatMap((created) => identified(zk, created).pipe(retryWhileSessionLives(zk))),
        withinSession(zk)
      )
  );
  return bracket(joined$, ({ path }) => zk.delete(path, withoutLimits).pipe(retryWhileSessionLives(zk))).pipe(
    switchMap((node) => merge(ownNodeLost(zk, node), places(zk, parent, node, options)).pipe(inLine(nameOf(node.path))))
  );
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

/** Emits when the node of another is no longer there. */
function leaves(zk: LockClient, who: Contender, own: QueueOptions['own']): Observable<unknown> {
  return zk.watch(who.path).pipe(
    filter((node) => {
      if (own === 'refuse' && node.kind === 'present' && !node.stale) refuseOwn(zk, who, node.stat);
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
