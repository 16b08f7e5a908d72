import {
  EMPTY,
  type Observable,
  catchError,
  concat,
  defer,
  distinctUntilChanged,
  exhaustMap,
  filter,
  finalize,
  find,
  map,
  of,
  repeat,
  scan,
  switchMap,
  throwError,
  timer,
} from 'rxjs';
import { isCoordinationError } from '../../../core/errors.js';
import { dueAt } from '../../../operators/dueAt.js';
import type { SessionState } from '../../sessionState.js';
import { retryIdempotent } from '../support/callPolicy.js';
import { HORIZON, Lease, PROVE_EVERY } from './lease.js';
import { LeaseError } from './leaseError.js';
import type { OwnNode } from '../support/ownNode.js';
import type { LockClient } from './waitInLine.js';

/** How a lease stands: held for sure; in doubt; or over, while the node may stand yet. */
export interface ProvenLease {
  readonly lease: Lease;
  readonly standing: 'held' | 'doubt' | 'over';
}

/** A committed write that checked our node. */
interface Proof {
  readonly kind: 'proved';
  readonly sent: number;
  readonly timeout: number;
}
/** What happens to a tenure. */
type Happening = Proof | { readonly kind: 'granted'; readonly timeout: number } | { readonly kind: 'doubt' | 'over' };

const OVER: Happening = { kind: 'over' };

/**
 * Holds what our node is first in line for, and keeps proving it.
 *
 * That the servers answer a ping proves nothing: in a quorum, a follower that is cut off from the leader does, while
 * the leader lets the session run out. A transaction that checks our node is a committed write: it proves that the
 * leader had a quorum, the session and the node at some moment after it was sent. So every quarter of the timeout one
 * is sent, and for half a timeout after the newest that was answered nobody else can hold the lease: the session cannot
 * end sooner than 3/4 of the timeout after it, less the quarter between two of them. An answer that comes later than
 * that proves nothing: another is asked for at once.
 *
 * - **Emits** `held` with the first proof, and whenever a doubt is over; `doubt` when the link is lost; `over` when the
 *   last proof is too old to hold. When a later one comes, because the node still stands, a new lease begins.
 * - **Errors** with `LEASE_LOST` when there is no such node, and with what else the servers refuse; the loss of the
 *   session shows elsewhere.
 * - **Unsubscribing** ends the lease.
 */
export function provenLease(zk: LockClient, node: OwnNode): Observable<ProvenLease> {
  return defer(() => {
    let lease = new Lease(zk, node);
    const step = (last: ProvenLease | undefined, happening: Happening): ProvenLease | undefined => {
      if (happening.kind === 'proved') {
        if (last?.standing === 'over') lease = new Lease(zk, node);
        lease.proved(happening.sent, happening.timeout);
        return last?.lease === lease && last.standing === 'held' ? last : { lease, standing: 'held' };
      }
      if (happening.kind === 'granted') {
        lease.granted(happening.timeout);
        return last;
      }
      if (last === undefined || last.standing === 'over') return last; // never held, or no longer
      if (happening.kind === 'over')
        lease.end(new LeaseError('LEASE_LOST', `${node.path}: not proved in time`, { path: node.path }));
      return { lease, standing: happening.kind };
    };
    const happening$ = zk.state$.pipe(
      switchMap((state) =>
        serves(state)
          ? concat(of<Happening>({ kind: 'granted', timeout: state.timeout }), proofs(zk, node, state.timeout))
          : of<Happening>({ kind: 'doubt' })
      )
    );
    return happening$.pipe(
      withHorizon(zk),
      scan(step, undefined),
      filter((now) => now !== undefined),
      distinctUntilChanged(),
      finalize(() => lease.end(new LeaseError('LEASE_LOST', `${node.path}: no longer held`, { path: node.path })))
    );
  });
}

function serves(state: SessionState): state is Extract<SessionState, { kind: 'connected' }> {
  return state.kind === 'connected' && !state.readOnly;
}

/** One proof at once, and then one every quarter of the timeout, for as long as the link stands. */
function proofs(zk: LockClient, { path }: OwnNode, timeout: number): Observable<Happening> {
  const proof$ = defer(() => {
    const sent = zk.scheduler.now();
    return zk
      .transaction()
      .check(path)
      .commit()
      .pipe(map((): Proof => ({ kind: 'proved', sent, timeout })));
  });
  const proved$ = proof$.pipe(
    // one that went astray, while the link stands
    retryIdempotent(zk, { backoff: { min: timeout / 40, max: timeout * PROVE_EVERY } }),
    repeat(), // one that took so long that it proves nothing any more: at once again
    find(({ sent }) => zk.scheduler.now() < sent + timeout * HORIZON),
    filter((proof) => proof !== undefined),
    catchError((error: unknown) => unproved(error, path))
  );
  return timer(0, timeout * PROVE_EVERY, zk.scheduler).pipe(exhaustMap(() => proved$));
}

/** Why there is no proof: for want of the node, or for what the state says too. */
function unproved(error: unknown, path: string): Observable<never> {
  if (isCoordinationError(error, 'NO_NODE'))
    return throwError(() => new LeaseError('LEASE_LOST', `${path}: the node was deleted`, { path, cause: error }));
  return isCoordinationError(error) && error.layer !== 'server' && error.code !== 'ABORTED'
    ? EMPTY
    : throwError(() => error);
}

/**
 * Adds the moment at which the newest proof no longer holds: also where a timer is late, before anything else happens.
 */
function withHorizon({ scheduler }: LockClient): (happening$: Observable<Happening>) => Observable<Happening> {
  let horizon = Infinity;
  let sent = Infinity; // the newest proof
  return switchMap((happening) => {
    const past$ = horizon <= scheduler.now() ? of(OVER) : EMPTY;
    if (happening.kind === 'proved') {
      sent = happening.sent;
      horizon = sent + happening.timeout * HORIZON;
      // a server may grant less than the last one
    } else if (happening.kind === 'granted') horizon = Math.min(horizon, sent + happening.timeout * HORIZON);
    const over$ = horizon === Infinity ? EMPTY : dueAt(horizon, scheduler).pipe(map(() => OVER));
    return concat(past$, of(happening), over$);
  });
}
