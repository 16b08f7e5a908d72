import {
  EMPTY,
  NEVER,
  type Observable,
  catchError,
  concat,
  concatMap,
  concatWith,
  defer,
  find,
  map,
  of,
  repeat,
  take,
  throwError,
} from 'rxjs';
import { callable, integer, knownKeys } from '../../../core/check.js';
import { type Codec, ValueError, json, utf8 } from '../../../core/codecs.js';
import { UsageError } from '../../../core/errors.js';
import { wallClock } from '../../../transport/wallClock.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { checkPath, joinPath } from '../../path.js';
import type { Acl } from '../../types.js';
import { ofOpen, orClosed } from '../../watch/closed.js';
import { retryIdempotent, valueOnError } from '../support/callPolicy.js';
import { lockByKazooNames } from './lock.js';
import type { LockClient } from './lockClient.js';
import { whileHeld } from '../../../lease/whileHeld.js';

/** The part of a client that {@link timeLease} needs. */
export type TimeLeaseClient = LockClient & Pick<ZooKeeper, 'get'>;

/** Who wants a time lease, and for how long. */
export interface TimeLeaseOptions {
  /** Our name. The same holder renews its lease, also from another process; others are refused. */
  readonly holder: string;
  /** Milliseconds from now; the end is kept in whole seconds, rounded down. */
  readonly duration: number;
  /** So many may hold one at a time, at `path/0`, `path/1` and so on. Default: one, at `path` itself. */
  readonly leases?: number;
  /** The access control list of the nodes. Default: anyone may do anything. */
  readonly acl?: readonly Acl[];
  /** The access control list of the nodes above them, where they are missing. Default: anyone may do anything. */
  readonly parentsAcl?: readonly Acl[];
  /** The time of day, in milliseconds since the epoch. Default: the system's. */
  readonly now?: () => number;
}

/** A lease that was obtained. */
export interface TimeLease {
  /** The node that says so. */
  readonly path: string;
  /** When it ends, by the wall clock. */
  readonly until: number;
}

/** The data of the node, as kazoo writes it: `end` is UTC, without fractions and without a zone. */
interface Holding {
  readonly version: number;
  readonly holder: string;
  readonly end: string;
}

const VERSION = 1;
const LONGEST = 100 * 365 * 24 * 3_600_000;
const endOf = ({ end }: Holding) => Date.parse(`${end}Z`);

const holding: Codec<Holding> = {
  encode: (value) => json<Holding>().encode(value),
  decode(bytes) {
    const value = json<Holding | null>().decode(bytes);
    const wellFormed =
      typeof value?.version === 'number' &&
      (value.version !== VERSION || (typeof value.holder === 'string' && !Number.isNaN(endOf(value))));
    if (!wellFormed) throw new ValueError('time lease: the data does not say who holds it until when');
    return value;
  },
};

/**
 * Asks for a lease by the clock, and does not wait for it: it is for the job that one of many machines should do, and
 * the same one again tomorrow. It ends with its time alone, and not with the session; asking again as the same holder
 * renews.
 *
 * - **Emits** once the lease, or `undefined` when another holder has it; and completes. It may wait for others who just
 *   ask.
 * - **Errors** as a read and a write do, with `BAD_VALUE` for a node with other data, or with `LEASE_LOST` where the
 *   session is lost before anything was written. **Unsubscribing** ends the attempt.
 *
 * **When the link is lost**, reads are repeated. **When the reply to the write is lost**, it errors with effect
 * `'unknown'`: asking again as the same holder does no harm.
 *
 * Its end is a time of day: it works only as well as the wall clocks of all who ask agree, and it does not fence. For
 * work that two must never do at a time, use {@link lock}. It is kazoo's `NonBlockingLease`, and with `leases` its
 * `MultiNonBlockingLease`: both ask for the same.
 *
 * @example
 * ```ts
 * import { timeLease } from 'quorum-rx';
 * import { concatMap } from 'rxjs';
 *
 * timeLease(zk, '/leases/cleanup', { holder: 'host-7', duration: 70 * 60_000 })
 *   .pipe(concatMap((lease) => (lease === undefined ? [] : work(lease.until))))
 *   .subscribe();
 * ```
 */
export function timeLease(
  zk: TimeLeaseClient,
  path: string,
  options: TimeLeaseOptions
): Observable<TimeLease | undefined> {
  return defer(() => {
    checkPath(path);
    const {
      holder,
      duration,
      leases,
      now = wallClock,
    } = knownKeys('options', options, ['holder', 'duration', 'leases', 'acl', 'parentsAcl', 'now']);
    if (typeof holder !== 'string' || holder === '') throw new UsageError('options.holder', 'must say who asks');
    integer('options.duration', duration, 1000, LONGEST);
    callable('options.now', now);
    if (leases === undefined) return attempt(zk, path, options);
    integer('options.leases', leases, 1, 1000);
    return concat(...Array.from({ length: leases }, (_, i) => attempt(zk, joinPath(path, String(i)), options))).pipe(
      find((lease) => lease !== undefined)
    );
  }).pipe(ofOpen(zk, 'wait', { operation: 'timeLease', path }));
}

/**
 * Looks who holds one lease, and takes it if it is free or ours; under kazoo's lock, since kazoo deletes and creates.
 */
function attempt(
  zk: TimeLeaseClient,
  path: string,
  { holder, duration, acl, parentsAcl, now: clock = wallClock }: TimeLeaseOptions
): Observable<TimeLease | undefined> {
  return defer(() => {
    const node = joinPath(path, 'lease_holder');
    let asked = false; // from then on only the reply to the write can tell
    const read$ = zk.get(node, { codec: holding }).pipe(valueOnError('NO_NODE'), retryIdempotent(zk));
    return lockByKazooNames(zk, path, {
      data: utf8.encode(holder),
      ...(acl && { acl }),
      ...(parentsAcl && { parentsAcl }),
    }).pipe(
      catchError((error: unknown) => (asked ? NEVER : throwError(() => error))),
      concatWith(defer(() => (asked ? NEVER : EMPTY))),
      whileHeld((lease) =>
        read$.pipe(
          concatMap((found) => {
            const now = clock();
            if (
              found !== undefined &&
              (found.value.version !== VERSION || (found.value.holder !== holder && now < endOf(found.value)))
            )
              return of(undefined);
            asked = true;
            const value: Holding = {
              version: VERSION,
              holder,
              end: new Date(now + duration).toISOString().slice(0, 19),
            };
            const data = holding.encode(value);
            const guarded = lease.transaction();
            const write$: Observable<unknown> =
              found === undefined
                ? guarded.create(node, data, acl && { acl }).commit()
                : guarded.set(node, data, { version: found.stat.version }).commit();
            return write$.pipe(map((): TimeLease => ({ path: node, until: endOf(value) })));
          }),
          repeat(), // a lease that has run out before we hear of it is asked for again
          find((found) => found === undefined || clock() < found.until)
        )
      ),
      take(1),
      orClosed({ operation: 'timeLease', path }, zk)
    );
  });
}
