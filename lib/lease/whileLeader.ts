import {
  EMPTY,
  type ObservableInput,
  type OperatorFunction,
  concatMap,
  connect,
  defer,
  distinctUntilChanged,
  endWith,
  filter,
  from,
  map,
  take,
  tap,
} from 'rxjs';
import { callable, knownKeys, oneOf } from '../core/check.js';
import { completeOnClose } from '../client/interruption.js';
import { switchWork } from '../operators/switchWork.js';
import type { Held } from './held.js';
import type { LeadershipOf } from './leaderships.js';

/** What happens to the work of a leader that is in doubt. */
export interface WhileLeaderOptions {
  /**
   * - `'stop'` (default): it is unsubscribed at once, and begun anew when the leadership is certain again.
   * - `'pause'`: it goes on, but what it emits is held back until the doubt is over, and dropped when the leadership is
   *   lost.
   * - `'keep'`: it goes on as if nothing were, until the leadership is lost.
   */
  readonly onSuspend?: 'stop' | 'pause' | 'keep';
}

/**
 * Works while leading: subscribes to `work` when a leadership begins, and unsubscribes when it ends.
 *
 * - **Emits** what the work emits. **Completes** with the election, and **errors** with it, after the work was
 *   unsubscribed;
 *   or with the work.
 * - **Unsubscribing** ends the work, and then steps back.
 *
 * @example
 * ```ts
 * import { elect, whileLeader } from 'quorum-rx';
 *
 * elect(zk, '/election').pipe(whileLeader(({ token }) => work(token), { onSuspend: 'keep' })).subscribe();
 * ```
 *
 * @param work is given the lease; what it writes should carry its token, or go through its transaction
 */
export function whileLeader<L extends Held, T>(
  work: (lease: L) => ObservableInput<T>,
  options: WhileLeaderOptions = {}
): OperatorFunction<LeadershipOf<L, unknown>, T> {
  return (leadership$) =>
    defer(() => {
      const { onSuspend = 'stop' } = knownKeys('options', options, ['onSuspend']);
      callable('work', work);
      oneOf('options.onSuspend', onSuspend, ['stop', 'pause', 'keep']);
      let certain = false;
      return leadership$.pipe(
        endWith(OVER),
        tap(({ role }) => (certain = role === 'leader')),
        connect((now$) => {
          const again$ = now$.pipe(
            filter(({ role }) => role === 'leader'),
            take(1)
          );
          const letOut = (value: T) => (certain ? [value] : again$.pipe(map(() => value)));
          const working = (lease: L) =>
            onSuspend === 'pause' ? from(work(lease)).pipe(concatMap(letOut)) : work(lease);
          return now$.pipe(
            map((now) =>
              now.role === 'leader' || (now.role === 'paused' && onSuspend !== 'stop') ? now.lease : undefined
            ),
            distinctUntilChanged(),
            completeOnClose(),
            switchWork((lease) => (lease === undefined ? EMPTY : working(lease)))
          );
        })
      );
    });
}

const OVER: LeadershipOf<never, never> = { role: 'candidate', ahead: [] };
