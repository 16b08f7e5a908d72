import {
  EMPTY,
  type Observable,
  type SchedulerLike,
  defer,
  delay,
  ignoreElements,
  merge,
  take,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import type { Settings } from '../options.js';
import type { ConnectResponse } from '../protocol/handshake.js';
import type { Channel } from './channel.js';

/** A connection waits so many milliseconds for the server's version, and at most this part of the session timeout. */
const [GRACE, SHARE] = [200, 1 / 5];
/** A server that is not asked earlier is asked so many milliseconds after the session stands. */
const SOON = 20;

/** The moment in which a new server may tell its version. **Completes** when it has, or when the moment is over. */
export function versionGrace(
  { sender }: Channel,
  { timeout }: ConnectResponse,
  { scheduler }: Settings
): Observable<never> {
  const { server } = sender;
  return defer(() =>
    server.awaited
      ? timer(Math.min(GRACE, timeout * SHARE), scheduler).pipe(
          takeUntil(server.learned$),
          tap(() => sender.early.goOn()),
          ignoreElements()
        )
      : EMPTY
  );
}

/**
 * **Emits** once, when the server is to be asked for its version: when something needs it, or a little after the
 * session stands. The question is a connection of its own, which would keep the first requests waiting.
 */
export function versionWanted({ greeting$, sender }: Channel, scheduler: SchedulerLike): Observable<unknown> {
  return merge(sender.early.wanted$, greeting$.pipe(delay(SOON, scheduler))).pipe(take(1));
}
