import {
  EMPTY,
  NEVER,
  type Observable,
  type SchedulerLike,
  catchError,
  concat,
  defer,
  distinctUntilChanged,
  exhaustMap,
  map,
  merge,
  of,
  scan,
  skipWhile,
  switchMap,
  takeUntil,
  takeWhile,
  throwError,
  timer,
} from 'rxjs';
import { isCoordinationError } from '../../../core/errors.js';
import { bracket } from '../../../operators/bracket.js';
import { dueAt } from '../../../operators/dueAt.js';
import type { Exchange } from '../session/exchange.js';
import { grantLease, keepLeaseAlive, revokeLease } from './leaseCalls.js';

/** Whether a lease lives. */
export type LeaseStanding =
  /** It lives at least until `validUntil`, on the client's clock. */
  | { readonly kind: 'held'; readonly id: bigint; readonly ttl: number; readonly validUntil: number }
  /**
   * No member has answered for almost a time to live: it may have run out, and its keys with it. Work that needs it
   * stops now. It may turn out that it lives.
   */
  | { readonly kind: 'suspect'; readonly id: bigint }
  /** It has run out, or was revoked. Its keys are gone. */
  | { readonly kind: 'lost'; readonly id: bigint };

/** The parts of a client that keep a lease alive. */
export interface LeaseGround {
  readonly exchange: Exchange;
  readonly scheduler: SchedulerLike;
  readonly random: () => number;
  /** Emits when the client is closed. */
  readonly closed$: Observable<unknown>;
}

/** How often it is kept alive, in times to live. */
const KEEP_EVERY = 1 / 3;
/**
 * How long it is sure to live, in times to live: the clocks of the client and of the server run apart, and that of the
 * client does not see each short time for which its machine stood still.
 */
const SURE = 19 / 20;

/**
 * A lease that lives as long as the subscription.
 *
 * - **Emits** `held` when it was granted, and when a doubt is over. A grant that took a whole time to live proves
 *   nothing: then `held` waits for the first keep-alive. `suspect` comes almost a time to live after the
 *   client sent the last keep-alive that a member answered. `lost` comes when a member says so. **Completes** after
 *   `lost`, and when the client is closed.
 * - **Errors** when it cannot be granted.
 * - **Unsubscribing** revokes it, and so deletes its keys.
 *
 * @param ttl the time to live, in milliseconds
 */
export function heldLease(ground: LeaseGround, ttl: number): Observable<LeaseStanding> {
  return defer(() => {
    const { exchange, scheduler, random, closed$ } = ground;
    const id = leaseId(random);
    const asked = scheduler.now();
    return bracket(grantLease(exchange, id, ttl).pipe(map((granted) => ({ id, ttl: granted, asked }))), () =>
      revokeLease(exchange, id)
    ).pipe(
      switchMap((granted) => standings(ground, granted)),
      takeWhile(({ kind }) => kind !== 'lost', true),
      takeUntil(closed$)
    );
  });
}

interface Granted {
  readonly id: bigint;
  readonly ttl: number;
  /** When it was asked for. */
  readonly asked: number;
}

/** The standing of a lease, which is kept alive. */
function standings(ground: LeaseGround, { id, ttl, asked }: Granted): Observable<LeaseStanding> {
  const { scheduler } = ground;
  const first = { sent: asked, ttl };
  const isFresh = scheduler.now() < asked + ttl * KEEP_EVERY;
  return concat(of(first), merge(keptAlive(ground, id, ttl, isFresh), NEVER)).pipe(
    scan((last, kept) => (kept.sent >= last.sent ? kept : last)),
    switchMap((kept): Observable<LeaseStanding> => {
      if (kept.ttl === 0) return of({ kind: 'lost', id });
      const validUntil = kept.sent + kept.ttl * SURE;
      const suspect$ = dueAt(validUntil, scheduler).pipe(map((): LeaseStanding => ({ kind: 'suspect', id })));
      return scheduler.now() < validUntil
        ? concat(of<LeaseStanding>({ kind: 'held', id, ttl: kept.ttl, validUntil }), suspect$)
        : of<LeaseStanding>({ kind: 'suspect', id });
    }),
    distinctUntilChanged((a, b) => a.kind === 'suspect' && b.kind === 'suspect'),
    skipWhile(({ kind }) => kind === 'suspect')
  );
}

/**
 * Keep-alives that were answered, and when they were sent. Failures show in the time that passes.
 *
 * @param isFresh whether the lease was granted just now
 */
function keptAlive(
  { exchange, scheduler }: LeaseGround,
  id: bigint,
  ttl: number,
  isFresh: boolean
): Observable<{ readonly sent: number; readonly ttl: number }> {
  const every = ttl * KEEP_EVERY;
  return timer(isFresh ? every : 0, every, scheduler).pipe(
    exhaustMap(() => {
      const sent = scheduler.now();
      return keepLeaseAlive(exchange, id, { timeout: every }).pipe(
        map((left) => ({ sent, ttl: left })),
        catchError((error: unknown) => (isCoordinationError(error) ? EMPTY : throwError(() => error)))
      );
    })
  );
}

/** An id of our own, so that a grant may be sent twice. */
function leaseId(random: () => number): bigint {
  const half = () => BigInt(Math.floor(random() * 2 ** 31));
  return (half() << 32n) | (half() << 1n) | 1n;
}
