import { type Observable, type SchedulerLike, defer, distinctUntilChanged, filter, timeout as inTime, map, throwError } from 'rxjs';
import type { Lease } from './lease.js';
import { LeaseError } from './leaseError.js';
import type { Standing } from './standings.js';

/**
 * The one lease that comes of standing in line. **Errors** with `NOT_ACQUIRED` when it was not our turn in time, and with
 * `LEASE_LOST` when what was held no longer is.
 *
 * @param timeout milliseconds; 0 does not wait at all; `undefined`: as long as it takes
 */
export function leased(standing$: Observable<Standing>, path: string, timeout: number | undefined, scheduler: SchedulerLike): Observable<Lease> {
  return defer(() => {
    const late = () => new LeaseError('NOT_ACQUIRED', `${path}: held by another${timeout === 0 ? '' : ` for ${timeout} ms`}`, { path });
    const lease$ = standing$.pipe(
      map((standing) => {
        if (standing.kind === 'waiting') {
          if (timeout === 0) throw late();
          return undefined;
        }
        if (standing.standing === 'over') throw standing.lease.lost;
        return standing.lease;
      }),
      filter((lease) => lease !== undefined),
      distinctUntilChanged()
    );
    if (timeout === undefined || timeout === 0) return lease$;
    return lease$.pipe(inTime({ first: timeout, scheduler, with: () => throwError(late) }));
  });
}
