import { randomUUID } from 'node:crypto';
import {
  EMPTY,
  type Observable,
  concat,
  concatMap,
  defer,
  filter,
  map,
  of,
  repeat,
  switchMap,
  take,
  takeUntil,
  takeWhile,
  throwError,
  timeout as inTime,
  timer,
} from 'rxjs';
import { reportedLease } from '../../client/reportedLease.js';
import { meterOf } from '../../client/stateFeed.js';
import { duration, knownKeys } from '../../core/check.js';
import { UsageError } from '../../core/errors.js';
import { LeaseError } from '../../lease/leaseError.js';
import { CHARGED, type Charged, bracket } from '../../operators/bracket.js';
import { Custody } from '../session/custody.js';
import { changeLock } from './changeLock.js';
import { HeldLock } from './heldLock.js';
import { type LockClient, lockStates } from './lockState.js';
import { ofOpen, untilClosed, whenClosed } from './polling.js';

/** How to contend for a lock. */
export interface LockOptions {
  /** Our name, for readers of the key. Without line breaks. Default: the lock's own id alone. */
  readonly owner?: string;
  /** Milliseconds between two looks at the key: while it is waited for, and while it is held. Default 1000. */
  readonly every?: number;
  /** Milliseconds after which waiting is given up with `NOT_ACQUIRED`. Default: as long as it takes. */
  readonly timeout?: number;
}

/**
 * A lock that is one key. The client that changes it from free to its own name, by `testAndSet`, has it.
 *
 * **It has no expiry.** Arakoon has no sessions, so nothing takes the lock from a process that has crashed: it stays
 * until an operator breaks it, see {@link breakLock}. Nor is there a line: each waiting client looks at the key every
 * so often, and the first to look when it is free has it.
 *
 * - **Emits** one {@link HeldLock}, when it is ours.
 * - **Completes** when it was given back with its `release()`, or its client is closed while it is held; else never,
 *   for it is held while subscribed.
 * - **Errors** with `LEASE_LOST` when another client has broken it, which is noticed within `every`; with
 *   `NOT_ACQUIRED` after `timeout`; with `CLOSED` when the client is closed while the lock is waited for; with
 *   `BAD_VALUE` where the key is no lock; with refusals of the servers. A `signal` of the view does not end it.
 * - **Unsubscribing** gives it back, also while it is being acquired. A client that is closed at the same moment
 *   cannot: where both end together, `release()` first.
 *
 * **When the link or the master is lost**, it is still held, and still waited for. **When the reply to `testAndSet` is
 * lost**, it is sent again, until the key itself shows its holder: every attempt has its own name, so it finds itself
 * where it was done, and two are never taken for one.
 *
 * @example
 * ```ts
 * import { lock, steps, whileHeld } from 'quorum-rx/arakoon';
 *
 * lock(arakoon, '/locks/report', { owner: 'host-7' })
 *   .pipe(whileHeld((held) => held.sequence([steps.set('/report', data)])))
 *   .subscribe({ complete: () => console.log('the key is free') });
 * ```
 */
export function lock<K, V>(arakoon: LockClient<K, V>, key: K, options: LockOptions = {}): Observable<HeldLock<K, V>> {
  return defer(() => {
    const { owner = '', every = 1000, timeout } = knownKeys('options', options, ['owner', 'every', 'timeout']);
    duration('options.every', every);
    if (timeout !== undefined) duration('options.timeout', timeout);
    if (typeof owner !== 'string' || /[\r\n]/.test(owner))
      throw new UsageError('options.owner', 'must be text without line breaks');
    const free$ = lockStates(arakoon, key, { every }).pipe(
      filter(({ seen }) => seen.holder === undefined),
      take(1)
    );
    const lock$ = free$.pipe(
      concatMap(({ seen: { token } }) => holding(arakoon, key, token, `${randomUUID()} ${owner}`.trim(), every)),
      repeat(), // another was faster
      takeWhile((value): value is HeldLock<K, V> => value !== RELEASED),
      untilClosed(),
      reportedLease(meterOf(arakoon.state$), ({ key: name }) => ({ event: 'held', name: String(name) }))
    );
    const late = () => {
      const { state } = arakoon;
      const cause = state?.kind === 'searching' ? state.cause : undefined;
      const why =
        state?.kind === 'searching'
          ? `no master within ${timeout} ms${cause === undefined ? '' : `: ${cause.message}`}`
          : `held by another for ${timeout} ms`;
      return new LeaseError('NOT_ACQUIRED', why, { operation: 'lock', path: String(key), cause });
    };
    return timeout === undefined
      ? lock$
      : lock$.pipe(inTime({ first: timeout, scheduler: arakoon.scheduler, with: () => throwError(late) }));
  }).pipe(ofOpen(arakoon, 'value', () => ({ operation: 'lock', path: String(key) })));
}

const RELEASED = Symbol('given back');

/** Completes where another was faster. */
function holding<K, V>(
  arakoon: LockClient<K, V>,
  key: K,
  last: bigint,
  holder: string,
  every: number
): Observable<HeldLock<K, V> | typeof RELEASED> {
  const [free, ours] = [
    { token: last, holder: undefined },
    { token: last + 1n, holder },
  ];
  const take = (custody: Custody) =>
    changeLock(arakoon, key, free, ours, custody).pipe(
      filter((done) => done),
      map(() => new HeldLock(arakoon, key, ours))
    );
  const charged = () => {
    const charge = new Custody();
    return { acquire$: take(charge), charge };
  };
  const taken$: Charged<HeldLock<K, V>> = Object.assign(
    defer(() => take(new Custody())),
    { [CHARGED]: charged }
  );
  const held$ = bracket(taken$, (held) => held.release());
  return held$.pipe(
    switchMap((held) =>
      concat(of(held), broken(arakoon, held, holder, every).pipe(takeUntil(held.over$)), of(RELEASED))
    )
  );
}

/**
 * **Errors** with `LEASE_LOST` when another client has broken the lock, once the lock itself knows; completes when we
 * have given it back.
 */
function broken<K, V>(
  arakoon: LockClient<K, V>,
  held: HeldLock<K, V>,
  holder: string,
  every: number
): Observable<never> {
  return timer(every, arakoon.scheduler).pipe(
    concatMap(() => lockStates(arakoon, held.key, { every })), // not at once: it has just been seen
    filter(({ seen }) => seen.holder !== holder || seen.token !== held.token),
    take(1),
    concatMap(() => {
      const error = new LeaseError('LEASE_LOST', `the lock with the token ${held.token} was broken`, {
        operation: 'lock',
        path: String(held.key),
      });
      return held.changed(error) ? EMPTY : throwError(() => error);
    }),
    takeUntil(whenClosed(arakoon))
  );
}
