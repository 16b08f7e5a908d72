import {
  EMPTY,
  NEVER,
  type Observable,
  type SchedulerLike,
  concat,
  defer,
  distinctUntilChanged,
  endWith,
  filter,
  finalize,
  map,
  of,
  switchMap,
  throwError,
  timeout as inTime,
} from 'rxjs';
import { LeaseError, leaseLost } from './leaseError.js';
import type { ProvenLease } from './provenLease.js';
import type { Standing } from './standings.js';
import type { Tenure } from './tenure.js';

/** How long to wait for a lease. */
export interface LeaseWait {
  /** The name of the lock. */
  readonly name: string;
  /** Milliseconds; 0 does not wait at all; `undefined` waits as long as it takes. */
  readonly timeout: number | undefined;
  readonly scheduler: SchedulerLike;
  /** Errors with the reason why there is no connection; `undefined` while there is one. */
  readonly unconnected?: (timeout: number) => Observable<never> | undefined;
}

/**
 * The one lease that comes of standing in line. **Completes** with the line. **Errors** with `NOT_ACQUIRED` when it was
 * not our turn in time, and with `LEASE_LOST` when it is no longer held.
 *
 * @param leaseIn makes the lease of one holder
 */
export function leaseOf<L extends ProvenLease>(
  standing$: Observable<Standing<unknown>>,
  leaseIn: (tenure: Tenure) => L,
  { name, timeout, scheduler, unconnected }: LeaseWait
): Observable<L> {
  const late = () =>
    new LeaseError('NOT_ACQUIRED', `${name}: held by another${timeout === 0 ? '' : ` for ${timeout} ms`}`, {
      path: name,
    });
  const lease$ = standing$.pipe(
    map((standing) => {
      if (standing.kind === 'waiting') {
        if (timeout === 0) throw late();
        return undefined;
      }
      if (standing.standing === 'over') throw standing.tenure.lost!;
      return standing.tenure.valid ? standing.tenure : undefined; // one that has run out says so in a moment
    }),
    filter((tenure) => tenure !== undefined),
    distinctUntilChanged(),
    endWith(undefined), // with the client
    switchMap((tenure) => (tenure === undefined ? EMPTY : owned(tenure, leaseIn)))
  );
  if (timeout === undefined || timeout === 0) return lease$;
  return lease$.pipe(inTime({ first: timeout, scheduler, with: () => unconnected?.(timeout) ?? throwError(late) }));
}

/** The lease as one of its holders has it: given back when this one leaves. */
function owned<L extends ProvenLease>(tenure: Tenure, leaseIn: (tenure: Tenure) => L): Observable<L> {
  return defer(() => {
    const lease = leaseIn(tenure);
    return concat(of(lease), NEVER).pipe(finalize(() => lease.end(leaseLost(tenure.name, 'no longer held'))));
  });
}
