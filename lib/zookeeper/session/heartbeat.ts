import { type Observable, type SchedulerLike, defer, ignoreElements, repeat, timer } from 'rxjs';
import type { Channel } from './channel.js';

/** Apache's client never lets more than this pass without a ping; load balancers and firewalls rely on it. */
const LONGEST_PAUSE = 10_000;
/** A server that grants a timeout of a millisecond gets no storm of pings. */
const SHORTEST_PAUSE = 50;
/** So often the clock is looked at: it may leap, as after the machine was suspended, and timers do not. */
const LOOK_AGAIN = 1000;

/**
 * Keeps a session alive, and notices a dead link.
 *
 * - **Emits** nothing, and never completes. A ping goes out when nothing else did for a third of the session timeout.
 * - **Errors** with a `ConnectionLostError` when a ping or a request has no answer after two thirds of it, whatever
 *   bytes come.
 * - **Unsubscribing** stops both.
 *
 * @param timeout the negotiated session timeout, in milliseconds
 */
export function heartbeat(
  channel: Pick<Channel, 'activity' | 'ping' | 'checkPulse'>,
  timeout: number,
  scheduler: SchedulerLike
): Observable<never> {
  const { activity } = channel;
  const pause = Math.max(SHORTEST_PAUSE, Math.min(timeout / 3, LONGEST_PAUSE));
  const beat$ = defer(() => {
    channel.checkPulse();
    const now = scheduler.now();
    if (now - activity.sent >= pause) {
      channel.ping();
      activity.sent = now; // the ping leaves with this turn
    }
    return timer(Math.max(1, Math.min(activity.deadAt - now, activity.sent + pause - now, LOOK_AGAIN)), scheduler);
  });
  return beat$.pipe(ignoreElements(), repeat());
}
