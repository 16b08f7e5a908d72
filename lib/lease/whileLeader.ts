import {
  EMPTY,
  NEVER,
  type Observable,
  type ObservableInput,
  type OperatorFunction,
  concat,
  concatMap,
  connect,
  defer,
  distinctUntilChanged,
  endWith,
  filter,
  map,
  take,
  takeWhile,
  tap,
} from 'rxjs';
import { completeOnClose } from '../client/interruption.js';
import { callable, flag, knownKeys, oneOf } from '../core/check.js';
import { switchWork } from '../operators/switchWork.js';
import { END, type EndOfWork, type Rounds, givenBack, isSure, rounds } from './endOfWork.js';
import { type Held, clockOf } from './held.js';
import type { LeadershipOf } from './leaderships.js';

/** What becomes of the work of a leader in doubt, and of the leadership after the work. */
export interface WhileLeaderOptions extends EndOfWork {
  /**
   * - `'stop'` (default): it is unsubscribed at once, and begins again when the leadership is certain again.
   * - `'pause'`: it goes on, but what it emits is held back until the doubt is over, its completion too. It is dropped
   *   when the leadership is lost.
   * - `'keep'`: it goes on as if there were no doubt, until the leadership is lost.
   */
  readonly onSuspend?: 'stop' | 'pause' | 'keep';
}

/**
 * Works while leading, and steps back when the work has completed. After a loss the election goes on, and the work
 * begins again in the next leadership.
 *
 * - **Emits** the values of the work. **Completes** when the work has completed, and with the election.
 * - **Errors** with the election, after the work was unsubscribed; or with the work.
 * - **Unsubscribing** ends the work, and then steps back.
 *
 * With `keep` it leads on after the work, until the leadership is lost. With `again` it steps back after the work and
 * stands for election again, and never completes while the client is open.
 *
 * @example
 * ```ts
 * import { elect, whileLeader } from 'quorum-rx';
 *
 * elect(zk, '/election').pipe(whileLeader(({ token }) => work(token), { onSuspend: 'keep', again: true })).subscribe();
 * ```
 *
 * @param work is given the lease; let what it writes carry its token, or go through its transaction
 */
export function whileLeader<L, T>(
  work: (lease: L) => ObservableInput<T>,
  options: WhileLeaderOptions = {}
): OperatorFunction<LeadershipOf<L & Held, unknown>, T> {
  return (leadership$) =>
    defer(() => {
      const {
        onSuspend = 'stop',
        keep = false,
        again = false,
      } = knownKeys('options', options, ['onSuspend', 'keep', 'again']);
      callable('work', work);
      oneOf('options.onSuspend', onSuspend, ['stop', 'pause', 'keep']);
      flag('options.keep', keep);
      const whole = (lease: L & Held) => (keep ? concat(work(lease), NEVER) : concat(work(lease), endOf(lease)));
      const round = (all?: Rounds) => oneElection(leadership$, whole, onSuspend, all);
      return flag('options.again', again) ? rounds(round) : concat(round(), EMPTY); // it steps back, and then completes
    });
}

/** The end of work that has completed. A loss that is not told yet will be told by the election. */
function endOf(lease: Held): Observable<typeof END> {
  return defer(() => (isSure(lease) ? givenBack(lease) : NEVER));
}

/** One election, from the wait for it to the end of the work. */
function oneElection<L extends Held, T>(
  leadership$: Observable<LeadershipOf<L, unknown>>,
  work: (lease: L) => Observable<T | typeof END>,
  onSuspend: 'stop' | 'pause' | 'keep',
  all?: Rounds
): Observable<T> {
  let certain = false;
  const over$ = defer(() => {
    if (all !== undefined) all.over = true;
    return EMPTY;
  });
  return leadership$.pipe(
    endWith(OVER),
    tap(({ role }) => (certain = role === 'leader')),
    connect((now$) => {
      const again$ = now$.pipe(
        filter(({ role }) => role === 'leader'),
        take(1)
      );
      const letOut = (value: T | typeof END) => (certain ? [value] : again$.pipe(map(() => value)));
      const working = (lease: L) => {
        if (all !== undefined) all.clock = clockOf(lease);
        return onSuspend === 'pause' ? defer(() => work(lease)).pipe(concatMap(letOut)) : work(lease);
      };
      const lease$ = now$.pipe(
        map((now) =>
          now.role === 'leader' || (now.role === 'paused' && onSuspend !== 'stop') ? now.lease : undefined
        ),
        distinctUntilChanged(),
        completeOnClose()
      );
      return concat(lease$, over$).pipe(
        switchWork((lease) => (lease === undefined ? EMPTY : working(lease))),
        takeWhile((value): value is T => value !== END)
      );
    })
  );
}

const OVER: LeadershipOf<never, never> = { role: 'candidate', ahead: [] };
