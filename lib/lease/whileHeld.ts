import {
  NEVER,
  type Observable,
  type ObservableInput,
  type OperatorFunction,
  connect,
  defer,
  endWith,
  map,
  merge,
  of,
  switchMap,
  takeWhile,
} from 'rxjs';
import { callable, knownKeys } from '../core/check.js';
import { completeOnClose } from '../client/interruption.js';
import { switchWork } from '../operators/switchWork.js';
import type { Held } from './held.js';

/** When work under a lease is over. */
export interface WhileHeldOptions<L> {
  /** When this emits, the work is unsubscribed, the lease given back, and all completes. Default: never. */
  readonly until?: (lease: L) => ObservableInput<unknown>;
}

const END = Symbol('end of the work');

/**
 * Works while a lease is held: subscribes to `work` when it comes, and unsubscribes when it is lost or given back.
 *
 * - **Emits** what the work emits. **Completes** with `until`, and when the client is closed, be the lease waited for
 *   or held; else never by itself, since the lease is held on: `take` what you need.
 * - **Errors** with the lease, as with `LEASE_LOST`, after the work was unsubscribed; or with the work.
 * - **Unsubscribing** ends the work, and then gives the lease back.
 *
 * @example
 * ```ts
 * import { lock, whileHeld } from 'quorum-rx';
 * import { filter, repeat } from 'rxjs';
 *
 * lock(zk, '/locks/report').pipe(whileHeld(() => zk.set('/report', data))).subscribe();
 *
 * // gives the lock back when somebody asks for it, and stands in line again, until the client is closed
 * const connected$ = zk.state$.pipe(filter(({ kind }) => kind === 'connected'));
 * lock(zk, '/locks/report')
 *   .pipe(whileHeld(({ token }) => work(token), { until: ({ revoked$ }) => revoked$ }), repeat({ delay: () => connected$ }))
 *   .subscribe();
 * ```
 */
export function whileHeld<L extends Held, T>(
  work: (lease: L) => ObservableInput<T>,
  options: WhileHeldOptions<L> = {}
): OperatorFunction<L, T> {
  return (held$) =>
    defer(() => {
      const { until = () => NEVER } = knownKeys('options', options, ['until']);
      callable('work', work);
      callable('options.until', until);
      // what is inside `connect` ends before its source does: the work before the lease
      return held$.pipe(
        connect((lease$) =>
          merge(
            lease$.pipe(
              map((lease): Observable<T | typeof END> => defer(() => work(lease))),
              completeOnClose(),
              endWith(of(END))
            ),
            lease$.pipe(
              switchMap(until),
              map(() => of(END))
            )
          ).pipe(
            switchWork((now$) => now$),
            takeWhile((value): value is T => value !== END)
          )
        )
      );
    });
}
