import {
  EMPTY,
  NEVER,
  type Observable,
  type SchedulerLike,
  catchError,
  concat,
  ignoreElements,
  map,
  mergeMap,
  of,
  switchMap,
  timeout,
} from 'rxjs';
import { SessionError } from '../../core/errors.js';
import { dueAt } from '../../operators/dueAt.js';
import type { Settings } from '../options.js';
import { closeSession } from '../protocol/ops/session.js';
import type { Channel } from './channel.js';
import type { Guest } from './guest.js';
import type { SessionStreams } from './sessionStreams.js';
import type { Loss } from './verdict.js';

/**
 * **Emits** the loss of a suspended session when it has lasted as long as it can. When a server has let it in
 * meanwhile, and it is suspended all the same, the state comes again with its new deadline.
 *
 * @param deadline until when the session lasts, if nothing more is heard of a server
 */
export function localExpiry(
  streams: SessionStreams,
  deadline: () => number,
  scheduler: SchedulerLike
): Observable<Loss> {
  return streams.state$.pipe(
    switchMap((state) =>
      state.kind === 'suspended' ? dueAt(state.deadline, scheduler).pipe(map(() => state)) : NEVER
    ),
    mergeMap((state) => {
      const renewed = deadline();
      if (renewed <= state.deadline) return of<Loss>({ reason: 'expired', error: tooLate() });
      streams.become({ ...state, deadline: renewed });
      return EMPTY;
    })
  );
}

/** The end of a session that no server could be asked to keep. */
export function tooLate(): SessionError {
  return new SessionError('EXPIRED', 'no server could be reached for as long as the session lasts');
}

/**
 * Ends the session on the server, if there is one, or may be one in a moment. **Emits** when that is over, or has taken
 * too long; never errors.
 */
export function farewell(
  detach: boolean,
  channel: Channel | undefined,
  guest: Guest | undefined,
  settings: Settings
): Observable<unknown> {
  const { closeTimeout, scheduler } = settings;
  if (detach) return of(undefined);
  if (channel === undefined) return guest?.part(settings) ?? of(undefined);
  const goodbye$ = channel.request(closeSession, undefined).pipe(
    timeout({ each: closeTimeout, scheduler }),
    catchError(() => EMPTY),
    ignoreElements()
  );
  return concat(goodbye$, of(undefined));
}
