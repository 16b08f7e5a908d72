import { randomUUID } from 'node:crypto';
import {
  type Observable,
  Subject,
  catchError,
  combineLatest,
  concat,
  concatMap,
  defer,
  filter,
  map,
  of,
  takeUntil,
  tap,
  throwError,
} from 'rxjs';
import { isCoordinationError } from '../../../core/errors.js';
import { bracket } from '../../../operators/bracket.js';
import { conflateMap } from '../../../operators/conflateMap.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { joinPath } from '../../path.js';
import { CUSTODY, type Custody, charged } from '../../session/custody.js';
import { retryIdempotent, valueOnError, withoutLimits } from '../support/callPolicy.js';
import { type OwnNode, isOwn, removeOwn } from '../support/ownNode.js';
import { withinSession } from '../support/sessionScope.js';
import { watchChildrenOrFail } from '../support/watchChildrenOrFail.js';
import { entriesInOrder } from './entriesInOrder.js';

/** The part of a client that queues need. */
export type QueueClient = Pick<
  ZooKeeper,
  'create' | 'delete' | 'exists' | 'get' | 'transaction' | 'watch' | 'watchChildren' | 'state' | 'state$' | 'scheduler'
>;

/** The nodes of kazoo's `LockingQueue`: for items, and for their takers. */
export const ENTRIES = 'entries';
const TAKEN = 'taken';
/** Of those that seem to be free, so many are tried before looking again: others are at the first ones too. */
const TRIES = 8;

/** An item that this client has taken: the node that says so. */
export interface Claim extends OwnNode {
  readonly name: string;
}

/**
 * Takes the first item that is free, as soon as there is one. **Unsubscribing** ends the wait, and puts a taken item
 * back.
 */
export function claimedItem(zk: QueueClient, path: string): Observable<Claim> {
  return defer(() => {
    const found$ = new Subject<void>(); // the lists are not needed after that
    const names = (kind: string) =>
      watchChildrenOrFail(zk, joinPath(path, kind)).pipe(
        filter(({ stale }) => !stale),
        map((children) => children.names)
      );
    const held = (name: string) => {
      const claimWith = (custody: Custody) =>
        claim(zk, path, name, custody).pipe(
          withinSession(zk),
          valueOnError('LEASE_LOST'),
          filter((found) => found !== undefined)
        );
      return bracket(charged(claimWith), (it) => removeOwn(zk, it)).pipe(tap(() => found$.next()));
    };
    const lists$ = combineLatest([names(ENTRIES), names(TAKEN)]).pipe(takeUntil(found$));
    return lists$.pipe(
      map(([all, taken]) => free(all, new Set(taken))),
      filter((found) => found.length > 0),
      conflateMap((found) => concat(...found.slice(0, TRIES).map(held)))
    );
  });
}

function free(names: readonly string[], taken: ReadonlySet<string>): readonly string[] {
  return entriesInOrder(names.filter((name) => !taken.has(name)));
}

/** Takes one item; `undefined` when another has it. */
function claim(zk: QueueClient, path: string, name: string, custody: Custody): Observable<Claim | undefined> {
  const mark = randomUUID();
  const taken = joinPath(joinPath(path, TAKEN), name);
  const read$ = zk.get(taken, withoutLimits).pipe(
    map(({ value, stat: { ephemeralOwner, czxid } }) =>
      isOwn(zk, ephemeralOwner) && new TextDecoder().decode(value ?? undefined) === mark
        ? { path: taken, name, czxid }
        : undefined
    ),
    valueOnError('NO_NODE')
  );
  const create$ = zk.create(taken, new TextEncoder().encode(mark), {
    mode: 'ephemeral',
    parents: true,
    ...withoutLimits,
    [CUSTODY]: custody,
  });
  return create$.pipe(
    concatMap(({ stat }) => (stat === undefined ? read$ : of({ path: taken, name, czxid: stat.czxid }))),
    // ours, if a reply was lost
    catchError((error: unknown) => (isCoordinationError(error, 'NODE_EXISTS') ? read$ : throwError(() => error))),
    retryIdempotent(zk)
  );
}
