import { type Observable, defer, merge, of, take } from 'rxjs';
import { array, holdsOptions } from '../../../core/check.js';
import { UsageError } from '../../../core/errors.js';
import type { Transaction } from '../../client/transaction.js';
import { checkPath } from '../../path.js';
import { ofOpen, orClosed } from '../../watch/closed.js';
import type { Held, Lease } from './lease.js';
import { LeaseError } from './leaseError.js';
import { type LockOptions, lock } from './lock.js';
import type { LockClient } from './waitInLine.js';
import { whileHeld } from './whileHeld.js';

/** Several locks that are held together: lost as soon as one of them is. */
export class MultiLease implements Held {
  /** Each for itself, in the order in which they were taken: that of their paths. */
  readonly leases: readonly Lease[];
  readonly signal: AbortSignal;
  readonly revoked$: Observable<void>;

  /** @internal */
  constructor(leases: readonly Lease[]) {
    this.leases = leases;
    this.signal = AbortSignal.any(leases.map(({ signal }) => signal));
    this.revoked$ = merge(...leases.map(({ revoked$ }) => revoked$)).pipe(take(1));
  }

  /** The fencing tokens, one for each lock: a store that is guarded by one of the locks wants that one's. */
  get tokens(): readonly bigint[] {
    return this.leases.map(({ token }) => token);
  }

  get validUntil(): number {
    return Math.min(...this.leases.map(({ validUntil }) => validUntil));
  }

  get valid(): boolean {
    return this.leases.every(({ valid }) => valid);
  }

  get lost(): LeaseError | undefined {
    return this.leases.find(({ lost }) => lost !== undefined)?.lost;
  }

  transaction(): Transaction<readonly void[]> {
    const [first, ...others] = this.leases;
    return others.reduce((all: Transaction<readonly void[]>, { path }) => all.check(path), first!.transaction());
  }
}

/**
 * Several locks at once: all of them are held, or none. They are taken one after the other in the order of their paths,
 * however they are given: where everybody takes them in one order, no two can each hold what the other waits for.
 *
 * - **Emits** one {@link MultiLease}, when the last of them is held.
 * - **Completes** when the client is closed while all are held. **Errors** as {@link lock} does, as soon as one of them
 *   is lost, after all were given back; with
 *   `NOT_ACQUIRED` when not all could be had within `timeout`.
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
    const timeout = holdsOptions(options) ? options.timeout : undefined; // what is no options, the first lock refuses
    const begun = zk.scheduler.now();
    const rest = () =>
      timeout === undefined ? options : { ...options, timeout: Math.max(0, begun + timeout - zk.scheduler.now()) };
    const all = ([path, ...others]: readonly string[], held: readonly Lease[] = []): Observable<MultiLease> => {
      if (path === undefined) return of(inTime(new MultiLease(held)));
      return lock(zk, path, held.length === 0 ? options : rest()).pipe(
        whileHeld((lease) => all(others, [...held, lease]))
      );
    };
    return all(inOrder(paths)).pipe(orClosed({ operation: 'multiLock' }, zk));
  }).pipe(ofOpen(zk, 'value', { operation: 'multiLock' }));
}

/** One of the first may have run out while the last was waited for, and not have said so yet. */
function inTime(lease: MultiLease): MultiLease {
  const [late] = lease.leases.filter(({ valid }) => !valid);
  if (late !== undefined) throw new LeaseError('LEASE_LOST', `${late.path}: not proved in time`, { path: late.path });
  return lease;
}

function inOrder(paths: readonly string[]): readonly string[] {
  if (array('paths', paths).length === 0) throw new UsageError('paths', 'must name at least one lock');
  for (const [i, path] of paths.entries()) {
    checkPath(path, `paths[${i}]`);
    if (paths.indexOf(path) < i) throw new UsageError(`paths[${i}]`, 'is there twice', { path });
  }
  return [...paths].sort();
}
