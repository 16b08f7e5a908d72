import {
  EMPTY,
  type MonoTypeOperatorFunction,
  type Observable,
  type SchedulerLike,
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
import { isCoordinationError } from '../core/errors.js';
import { dueAt } from '../operators/dueAt.js';
import { retryIf } from '../operators/retryIf.js';
import { leaseLost } from './leaseError.js';
import { HORIZON, PROVE_EVERY, Tenure } from './tenure.js';

/** How one store proves that its client holds something. */
export interface Proof {
  /** The name of the thing that stands for it in the store: the path of a node, a key. */
  readonly name: string;
  readonly token: bigint;
  readonly scheduler: SchedulerLike;
  /**
   * A committed write that checks that we hold it. It **emits** once. It **errors** with `LEASE_LOST` when we do not.
   * It may be done twice.
   */
  prove(): Observable<unknown>;
  /** The timeout of the session in milliseconds while the link serves writes; `undefined` while it does not. */
  readonly link$: Observable<{ readonly timeout: number } | undefined>;
}

/** How a tenure stands: held for sure; in doubt; or over, though the thing may still be there. */
export interface TenureStanding {
  readonly tenure: Tenure;
  readonly standing: 'held' | 'doubt' | 'over';
}

/** A committed write that was answered. */
interface Proved {
  readonly kind: 'proved';
  readonly sent: number;
  readonly timeout: number;
}
/** An event of a tenure. */
type Happening = Proved | { readonly kind: 'granted'; readonly timeout: number } | { readonly kind: 'doubt' | 'over' };

const OVER: Happening = { kind: 'over' };

/**
 * Holds our entry, and proves it again and again.
 *
 * That the servers answer a ping proves nothing: in a quorum, a follower that is cut off from the leader does, while
 * the leader lets the session run out. A committed write that checks our entry proves that the leader had a quorum, the
 * session and the entry at some moment after it was sent. So every quarter of the timeout one is sent, and for half a
 * timeout after the newest answered one no other client can hold it: the session cannot end sooner than 3/4 of the
 * timeout after it, less the quarter between two of them. An answer that comes later than that proves nothing: another
 * is asked for at once.
 *
 * - **Emits** `held` with the first proof, and whenever a doubt is over; `doubt` when the link is lost; `over` when the
 *   last proof is too old to hold. When a later one comes, because the entry still stands, a new tenure begins.
 * - **Errors** with `LEASE_LOST` when the proof says so, and with other refusals of the servers; the loss of the
 *   session shows elsewhere.
 * - **Unsubscribing** ends the tenure.
 */
export function tenures(proof: Proof): Observable<TenureStanding> {
  return defer(() => {
    let tenure = new Tenure(proof);
    const step = (last: TenureStanding | undefined, happening: Happening): TenureStanding | undefined => {
      if (happening.kind === 'proved') {
        if (last?.standing === 'over') tenure = new Tenure(proof);
        tenure.proved(happening.sent, happening.timeout);
        return last?.tenure === tenure && last.standing === 'held' ? last : { tenure, standing: 'held' };
      }
      if (happening.kind === 'granted') {
        tenure.granted(happening.timeout);
        return last;
      }
      if (last === undefined || last.standing === 'over') return last; // never held, or no longer
      if (happening.kind === 'over') tenure.end(leaseLost(proof.name, 'not proved in time'));
      return { tenure, standing: happening.kind };
    };
    const happening$ = proof.link$.pipe(
      switchMap((link) =>
        link === undefined
          ? of<Happening>({ kind: 'doubt' })
          : concat(of<Happening>({ kind: 'granted', timeout: link.timeout }), proofs(proof, link.timeout))
      )
    );
    return happening$.pipe(
      withHorizon(proof),
      scan(step, undefined),
      filter((now) => now !== undefined),
      distinctUntilChanged(),
      finalize(() => tenure.end(leaseLost(proof.name, 'no longer held')))
    );
  });
}

/** One proof at once, and then one every quarter of the timeout, for as long as the link stands. */
function proofs(proof: Proof, timeout: number): Observable<Happening> {
  const { scheduler } = proof;
  const proof$ = defer(() => {
    const sent = scheduler.now();
    return proof.prove().pipe(map((): Proved => ({ kind: 'proved', sent, timeout })));
  });
  const waits = { min: timeout / 40, max: timeout * PROVE_EVERY };
  const proved$ = proof$.pipe(
    // one that went astray, while the link stands; a real server was seen to break the protocol while it stopped
    retryIf({ idempotent: true, codes: ['PROTOCOL'], scheduler, backoff: waits }),
    repeat(), // one that took so long that it proves nothing any more: at once again
    find(({ sent }) => scheduler.now() < sent + timeout * HORIZON),
    filter((proved) => proved !== undefined),
    catchError((error: unknown) => (isToldByLink(error) ? EMPTY : throwError(() => error)))
  );
  return timer(0, timeout * PROVE_EVERY, scheduler).pipe(exhaustMap(() => proved$));
}

/** Whether the state of the link tells the same as this error. */
function isToldByLink(error: unknown): boolean {
  return (
    isCoordinationError(error) && error.layer !== 'server' && error.code !== 'ABORTED' && error.code !== 'LEASE_LOST'
  );
}

/**
 * Adds the moment at which the newest proof no longer holds: also where a timer is late, before anything else happens.
 */
function withHorizon({ scheduler }: Proof): MonoTypeOperatorFunction<Happening> {
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
