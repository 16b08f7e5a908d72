import { type Observable, catchError, concat, defer, distinctUntilChanged, map, of, throwError } from 'rxjs';
import { isCoordinationError } from '../core/errors.js';
import type { Held } from './held.js';
import type { Standing } from './standings.js';
import type { Tenure } from './tenure.js';

/** Where a candidate of an election stands. */
export type LeadershipOf<L extends Held, C> =
  /** Others came before, first come first; or it is not known yet. */
  | { readonly role: 'candidate'; readonly ahead: readonly C[] }
  /** No other candidate leads. */
  | { readonly role: 'leader'; readonly lease: L }
  /** Led until the link was lost; whether it still does shows when it is back, or when the newest proof is too old. */
  | { readonly role: 'paused'; readonly lease: L };

const CANDIDATE: LeadershipOf<never, never> = { role: 'candidate', ahead: [] };

/**
 * Standings as those of an election: after a loss it stands again, last in line.
 *
 * @param leaseIn makes the lease of the leader, once for each tenure
 */
export function leaderships<L extends Held, C>(
  standing$: Observable<Standing<C>>,
  leaseIn: (tenure: Tenure) => L
): Observable<LeadershipOf<L, C>> {
  return defer(() => {
    let led: { readonly tenure: Tenure; readonly lease: L } | undefined;
    const leaseFor = (tenure: Tenure) => {
      if (led?.tenure !== tenure) led = { tenure, lease: leaseIn(tenure) };
      return led.lease;
    };
    return standing$.pipe(
      map((standing): LeadershipOf<L, C> => {
        if (standing.kind === 'waiting') return { role: 'candidate', ahead: standing.ahead };
        if (standing.standing === 'over') return CANDIDATE;
        return { role: standing.standing === 'held' ? 'leader' : 'paused', lease: leaseFor(standing.tenure) };
      }),
      catchError((error: unknown, again$) =>
        isCoordinationError(error, 'LEASE_LOST') ? concat(of(CANDIDATE), again$) : throwError(() => error)
      ),
      distinctUntilChanged()
    );
  });
}
