import { randomUUID } from 'node:crypto';
import {
  EMPTY,
  type Observable,
  combineLatest,
  concat,
  concatMap,
  connect,
  debounceTime,
  defer,
  distinctUntilChanged,
  endWith,
  ignoreElements,
  map,
  materialize,
  merge,
  of,
  switchMap,
  tap,
  throwError,
} from 'rxjs';
import { array, integer, knownKeys } from '../../../core/check.js';
import { UsageError } from '../../../core/errors.js';
import { checkPath, joinPath, nameOf } from '../../path.js';
import { ofOpen } from '../../watch/closed.js';
import { restartAfterLoss, untilClosed } from '../support/sessionScope.js';
import { checkName } from '../support/checkName.js';
import { lockByKazooNames } from './lock.js';
import type { Lease } from './lease.js';
import { stillValid } from '../../../lease/multiHold.js';
import { type PresenceClient, persistentNode } from '../presence/persistentNode.js';
import type { ContendOptions, LockClient } from './lockClient.js';
import { watchChildrenOrFail } from '../support/watchChildrenOrFail.js';

/** The part of a client that {@link setPartitioner} needs. */
export type PartitionerClient = LockClient & PresenceClient;

/** How to take part in dividing a set. */
export interface SetPartitionerOptions extends ContendOptions {
  /** A name that no other member has; shares are dealt in the order of names. Default: a random one. */
  readonly name?: string;
  /**
   * Milliseconds without a change of members before shares are dealt again, so that a rollout of many is one change.
   * Default 1000.
   */
  readonly settle?: number;
}

/** One item of the set, and the lease on it. */
export interface Part {
  readonly item: string;
  readonly lease: Lease;
}

const NOTHING: readonly Part[] = [];

/**
 * Divides a set among all members: each item is held by one member at a time. Shares are dealt again when members come
 * or go.
 *
 * - **Emits** our parts when all of them are held, and before any of them is given back an empty list: the next
 *   emission should unsubscribe the work on the parts, as `switchMap` does. Then no two work on one item.
 * - **Completes** when the client is closed, after an empty list. **Errors** with refusals of the server, such as
 *   `NO_AUTH`.
 * - **Unsubscribing** gives all back, and leaves.
 *
 * A change that leaves our share as it is goes unnoticed. **When the link is lost**, the parts are held as long as no
 * other member can have them, at most half a session timeout; then the list is empty until they are held again. **When
 * the session is lost**, or a lock deleted, so are all parts; we take part again with the next session. **When the
 * reply to a create is lost**, the node is found again.
 *
 * The nodes are those of kazoo's `SetPartitioner`, which deals the same shares to the same names, so that both can take
 * part. Each item is guarded by a lock of its own. The list of members only says which items to ask for.
 *
 * @example
 * ```ts
 * import { setPartitioner } from 'quorum-rx';
 * import { merge, switchMap } from 'rxjs';
 *
 * setPartitioner(zk, '/mailers', ['a-h', 'i-p', 'q-z'])
 *   .pipe(switchMap((parts) => merge(...parts.map(({ item, lease }) => work([item, lease.token])))))
 *   .subscribe();
 * ```
 *
 * @param set the names of nodes to divide. All members must name the same
 */
export function setPartitioner(
  zk: PartitionerClient,
  path: string,
  set: readonly string[],
  options: SetPartitionerOptions = {}
): Observable<readonly Part[]> {
  return defer(() => {
    const [party, locks] = [joinPath(path, 'party'), joinPath(path, 'locks')];
    checkPath(path);
    for (const [i, item] of array('set', set).entries()) {
      checkName(item, `set[${i}]`);
      if (set.indexOf(item) < i) throw new UsageError(`set[${i}]`, 'is there twice');
    }
    const items = [...set].sort();
    const {
      name = randomUUID(),
      settle = 1000,
      ...contend
    } = knownKeys('options', options, ['name', 'settle', 'data', 'acl', 'parentsAcl']);
    integer('options.settle', settle, 0, 2 ** 31 - 1);
    checkName(name, 'options.name');
    const own = joinPath(party, `${randomUUID().replaceAll('-', '')}-${name}`);
    const share$ = watchChildrenOrFail(zk, party).pipe(
      debounceTime(settle, zk.scheduler),
      map(({ names }) => dealt(items, names, nameOf(own))),
      distinctUntilChanged((a, b) => a.join('/') === b.join('/'))
    );
    const held = (share: readonly string[]) =>
      holdAll(
        share.map((item) =>
          lockByKazooNames(zk, joinPath(locks, item), contend).pipe(map((lease) => ({ item, lease })))
        )
      );
    const parts$ = share$.pipe(
      connect((dealt$) =>
        merge(
          dealt$.pipe(map(() => NOTHING)),
          dealt$.pipe(switchMap((share) => held(share).pipe(restartAfterLoss(zk))))
        )
      ) // first let go, then give back
    );
    return merge(persistentNode(zk, own, contend).pipe(ignoreElements()), parts$).pipe(
      untilClosed(zk),
      endWith(NOTHING),
      distinctUntilChanged((a, b) => a.length === 0 && b.length === 0)
    );
  }).pipe(ofOpen(zk, 'presence', { operation: 'setPartitioner', path }));
}

/** All of them, when all are held; an empty list before the first loss makes an end of all. */
function holdAll(part$s: readonly Observable<Part>[]): Observable<readonly Part[]> {
  return combineLatest(part$s).pipe(
    tap((parts) =>
      stillValid(
        parts.map(({ lease }) => lease),
        ({ path }) => path
      )
    ),
    materialize(),
    concatMap((now) =>
      now.kind === 'N'
        ? of(now.value)
        : now.kind === 'E'
          ? concat(
              of(NOTHING),
              throwError(() => now.error as unknown)
            )
          : EMPTY
    )
  );
}

/** A member: its name, after an id that makes its node unique. */
const MEMBER = /^[0-9a-f]{32}-(.+)$/s;

/**
 * Our share of the items: as cards are dealt, in the order of names. Of two with one name, as after a restart, each has
 * a place.
 */
function dealt(items: readonly string[], nodes: readonly string[], own: string): readonly string[] {
  const members = nodes
    .flatMap((node) => ({ node, name: MEMBER.exec(node)?.[1] }))
    .filter(({ name }) => name !== undefined);
  members.sort((a, b) => compare(a.name!, b.name!) || compare(a.node, b.node));
  const place = members.findIndex(({ node }) => node === own);
  return place < 0 ? [] : items.filter((_, i) => i % members.length === place);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
