import { type Observable, type SchedulerLike, defer, ignoreElements, repeat, timer } from 'rxjs';
import { ConnectionLostError } from '../../core/errors.js';
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
 * - **Errors** with a `ConnectionLostError` when no byte came for two thirds of it, whatever the socket says.
 * - **Unsubscribing** stops both.
 *
 * @param timeout the negotiated session timeout, in milliseconds
 */
export function heartbeat(channel: Pick<Channel, 'pulse' | 'ping'>, timeout: number, scheduler: SchedulerLike): Observable<never> {
  const { pulse } = channel;
  const patience = silenceLimit(timeout);
  const pause = Math.max(SHORTEST_PAUSE, Math.min(timeout / 3, LONGEST_PAUSE));
  const beat = defer(() => {
    const now = scheduler.now();
    if (now - pulse.heard >= patience) throw new ConnectionLostError(`no byte from the server for ${Math.round(now - pulse.heard)} ms`);
    if (now - pulse.sent >= pause) {
      channel.ping();
      pulse.sent = now; // the ping leaves with this turn
    }
    return timer(Math.max(1, Math.min(pulse.heard + patience - now, pulse.sent + pause - now, LOOK_AGAIN)), scheduler);
  });
  return beat.pipe(ignoreElements(), repeat());
}

/** How long a link may be silent, in milliseconds, before it counts as dead. */
export function silenceLimit(timeout: number): number {
  return Math.max(2 * SHORTEST_PAUSE, (timeout * 2) / 3);
}
