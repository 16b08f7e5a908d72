import { EMPTY, NEVER, type Observable, type SchedulerLike, catchError, concat, ignoreElements, map, of, switchMap, takeUntil, timeout } from 'rxjs';
import { SessionError } from '../../core/errors.js';
import { raise } from '../../core/failures.js';
import { dueAt } from '../../operators/dueAt.js';
import type { Settings } from '../options.js';
import { closeSession } from '../protocol/ops/session.js';
import type { SessionState } from '../sessionState.js';
import type { Channel } from './channel.js';

/** **Errors** with `EXPIRED` when no server can be reached, which `admitted$` would tell, for as long as the session lasts without one. */
export function localExpiry(state$: Observable<SessionState>, admitted$: Observable<unknown>, scheduler: SchedulerLike): Observable<never> {
  return state$.pipe(
    switchMap((state) => (state.kind === 'suspended' ? dueAt(state.deadline, scheduler).pipe(takeUntil(admitted$)) : NEVER)),
    map(() => raise(new SessionError('EXPIRED', 'no server could be reached for as long as the session lasts')))
  );
}

/** Ends the session on the server, if there is one. **Emits** when that is over, or has taken too long; never errors. */
export function farewell(channel: Channel | undefined, { closeTimeout, scheduler }: Settings): Observable<unknown> {
  if (channel === undefined) return of(undefined);
  const goodbye$ = channel.request(closeSession, undefined).pipe(
    timeout({ each: closeTimeout, scheduler }),
    catchError(() => EMPTY),
    ignoreElements()
  );
  return concat(goodbye$, of(undefined));
}
