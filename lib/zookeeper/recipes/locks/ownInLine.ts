import {
  type MonoTypeOperatorFunction,
  type Observable,
  defaultIfEmpty,
  defer,
  finalize,
  forkJoin,
  map,
  of,
} from 'rxjs';
import { LeaseError } from '../../../lease/leaseError.js';
import type { Stat } from '../../types.js';
import { isOwn } from '../support/ownNode.js';
import { type Contender, wordOf } from './contenders.js';
import type { LockClient } from './lockClient.js';

/**
 * The names, which are unique, of nodes of this process that stand in line. Other nodes of the same session are being
 * given back.
 */
const standing = new Set<string>();

/** Counts a node as one that stands in line, for as long as it is subscribed to. */
export function inLine<T>(name: string): MonoTypeOperatorFunction<T> {
  return (place$) =>
    defer(() => {
      standing.add(name);
      return place$.pipe(finalize(() => standing.delete(name)));
    });
}

/**
 * Leaves out the nodes of this session. Throws when we hold with one that others, of another kind, wait behind: they
 * cannot be waited for.
 *
 * @param holds the node that we hold with
 */
export function ofOthers(
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
export function refused(
  zk: LockClient,
  ahead: readonly Contender[],
  blocker: (ahead: readonly Contender[]) => Contender | 'anyone' | undefined
): Observable<readonly Contender[]> {
  const [head] = ahead;
  if (head === undefined || blocker(ahead) === undefined || blocker(ahead) === head) return of(ahead);
  return zk.exists(head.path).pipe(
    map((stat) => {
      if (stat !== null) refuseOwn(zk, head, stat);
      return ahead;
    })
  );
}

/** Throws `REENTRANT` when this node of another in line is of this session, and not being given back. */
export function refuseOwn(zk: LockClient, who: Contender, { ephemeralOwner }: Stat): void {
  if (standing.has(who.name) && isOwn(zk, ephemeralOwner)) throw reentrant(who);
}

function reentrant({ path }: Contender): LeaseError {
  return new LeaseError('REENTRANT', `${path} is of this very session, which would wait for itself`, { path });
}
