import { EMPTY, type Observable, type ObservableInput, type OperatorFunction, concatMap, connect, defer, distinctUntilChanged, filter, from, map, merge, ignoreElements, switchMap, take } from 'rxjs';
import { oneOf } from '../../core/check.js';
import type { Leadership } from './elect.js';
import type { Lease } from './lease.js';

/** What happens to the work of a leader that is in doubt. */
export interface WhileLeaderOptions {
  /**
   * - `'stop'` (default): it is unsubscribed at once, and begun anew when the leadership is certain again.
   * - `'pause'`: it goes on, but what it emits is held back until the doubt is over, and dropped when the leadership is lost.
   * - `'keep'`: it goes on as if nothing were, until the leadership is lost.
   */
  readonly onSuspend?: 'stop' | 'pause' | 'keep';
}

/**
 * Works while leading: subscribes to `work` when a leadership begins, and unsubscribes when it ends.
 *
 * - **Emits** what the work emits. **Completes** with the election, and **errors** with it or with the work.
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
export function whileLeader<T>(work: (lease: Lease) => ObservableInput<T>, { onSuspend = 'stop' }: WhileLeaderOptions = {}): OperatorFunction<Leadership, T> {
  return (leadership$) =>
    defer(() => {
      oneOf('options.onSuspend', onSuspend, ['stop', 'pause', 'keep']);
      const leading = ({ role }: Leadership) => role === 'leader' || (role === 'paused' && onSuspend !== 'stop');
      return leadership$.pipe(
        connect((shared$) => {
          const lease$ = shared$.pipe(
            map((now) => (leading(now) && now.role !== 'candidate' ? now.lease : undefined)),
            distinctUntilChanged()
          );
          if (onSuspend !== 'pause') return lease$.pipe(switchMap((lease) => (lease === undefined ? EMPTY : from(work(lease)))));
          return withheld(shared$, lease$, work);
        })
      );
    });
}

/** The work's values, each let out when the leadership is certain. */
function withheld<T>(leadership$: Observable<Leadership>, lease$: Observable<Lease | undefined>, work: (lease: Lease) => ObservableInput<T>): Observable<T> {
  return defer(() => {
    let certain = false;
    const noted$ = leadership$.pipe(
      map(({ role }) => (certain = role === 'leader')),
      ignoreElements()
    );
    const certain$ = leadership$.pipe(filter(({ role }) => role === 'leader'));
    const letOut = (value: T) => (certain ? [value] : certain$.pipe(take(1), map(() => value)));
    const working$ = lease$.pipe(switchMap((lease) => (lease === undefined ? EMPTY : from(work(lease)).pipe(concatMap(letOut)))));
    return merge(noted$, working$);
  });
}
