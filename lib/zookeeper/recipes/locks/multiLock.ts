import { type Observable, defer, map, merge, take } from 'rxjs';
import { array, holdsOptions } from '../../../core/check.js';
import { UsageError } from '../../../core/errors.js';
import { ProvenMultiHold, allHeld, stillValid } from '../../../lease/multiHold.js';
import type { EmptyTransaction } from '../../client/transaction.js';
import { checkPath } from '../../path.js';
import { ofOpen, orClosed } from '../../watch/closed.js';
import { type Lease, lostNode } from './lease.js';
import { type LockOptions, lock } from './lock.js';
import type { LockClient } from './lockClient.js';

/** Several locks that are held together: lost as soon as one of them is. */
export class MultiLease extends ProvenMultiHold<Lease> {
  /** **Emits** once when another client asks for one of them; completes then, or when they are no longer held. */
  readonly revoked$: Observable<void>;

  /** @internal */
  constructor(leases: readonly Lease[]) {
    super(leases);
    this.revoked$ = merge(...leases.map(({ revoked$ }) => revoked$)).pipe(take(1));
  }

  /**
   * A transaction that happens only while all are held: the server also checks each of their nodes. Otherwise as the
   * `transaction` of one lease.
   */
  transaction(): EmptyTransaction {
    const [first, ...others] = this.leases;
    return others.reduce((all, { path }) => all.check(path).guarding(lostNode), first!.transaction());
  }
}

/**
 * Several locks at once: all of them are held, or none. They are taken one after the other in the order of their paths,
 * however they are given: where all clients take them in one order, no two can each hold a lock that the other waits
 * for.
 *
 * - **Emits** one {@link MultiLease}, when the last of them is held.
 * - **Completes** when the client is closed while all are held. **Errors** as {@link lock} does, as soon as one of them
 *   is lost, after all were given back; with `NOT_ACQUIRED` when not all could be had within `timeout`.
 * - **Unsubscribing** gives them back, the last one first, also while one is being acquired.
 *
 * While the later ones are waited for, the earlier ones are held. **When the link, the session or the reply to a create
 * is lost**, all is as with one lock. Other kinds, such as the sides of a `readWriteLock`, nest with `whileHeld`.
 *
 * @example
 * ```ts
 * import { multiLock, whileHeld } from 'quorum-rx';
 *
 * multiLock(zk, ['/accounts/7/lock', '/accounts/8/lock'])
 *   .pipe(whileHeld((held) => held.transaction().set('/accounts/7', data).set('/accounts/8', data).commit()))
 *   .subscribe();
 * ```
 */
export function multiLock(zk: LockClient, paths: readonly string[], options: LockOptions = {}): Observable<MultiLease> {
  return defer(() => {
    // the first lock refuses a value that is no options
    const timeout = holdsOptions(options) ? options.timeout : undefined;
    const begun = zk.scheduler.now();
    const rest = () =>
      timeout === undefined ? options : { ...options, timeout: Math.max(0, begun + timeout - zk.scheduler.now()) };
    return allHeld(inOrder(paths), (path, index) => lock(zk, path, index === 0 ? options : rest())).pipe(
      map((leases) => new MultiLease(stillValid(leases, ({ path }) => path))),
      orClosed({ operation: 'multiLock' }, zk)
    );
  }).pipe(ofOpen(zk, 'value', { operation: 'multiLock' }));
}

function inOrder(paths: readonly string[]): readonly string[] {
  if (array('paths', paths).length === 0) throw new UsageError('paths', 'must name at least one lock');
  for (const [i, path] of paths.entries()) {
    checkPath(path, `paths[${i}]`);
    if (paths.indexOf(path) < i) throw new UsageError(`paths[${i}]`, 'is there twice', { path });
  }
  return [...paths].sort();
}
