import {
  EMPTY,
  NEVER,
  type Observable,
  type ObservableInput,
  type OperatorFunction,
  catchError,
  concat,
  connect,
  defer,
  filter,
  from,
  ignoreElements,
  map,
  merge,
  of,
  switchMap,
  takeWhile,
  throwError,
} from 'rxjs';
import { completeOnClose } from '../client/interruption.js';
import { callable, flag, knownKeys } from '../core/check.js';
import { switchWork } from '../operators/switchWork.js';
import { END, type EndOfWork, type Rounds, givenBack, isSure, rounds } from './endOfWork.js';
import { type Held, clockOf } from './held.js';

/** When work under a lease is over. */
export interface WhileHeldOptions<L> extends EndOfWork {
  /**
   * When this emits, the work is unsubscribed and the lease given back, and all completes; with `again`, it contends
   * again. Default: never.
   */
  readonly until?: (lease: L) => ObservableInput<unknown>;
}

/**
 * Works while a lease is held, and gives it back when the work has completed.
 *
 * - **Emits** the values of the work. **Completes** when the work has completed or `until` has emitted, and the lease
 *   is given back; and when the client is closed, be the lease waited for or held.
 * - **Errors** with the lease, as with `LEASE_LOST`, after the work was unsubscribed; or with the work, and the lease
 *   is given back. Work that completes when another may hold the lease already counts as lost.
 * - **Unsubscribing** ends the work, and then gives the lease back.
 *
 * With `keep` the lease is held on after the work. With `again` it never completes while the client is open, and a loss
 * is no error: it contends again. Other errors end it, such as `NOT_ACQUIRED`, and those of the work.
 *
 * @example
 * ```ts
 * import { lock, whileHeld } from 'quorum-rx';
 *
 * lock(zk, '/locks/report')
 *   .pipe(whileHeld(() => zk.set('/report', data)))
 *   .subscribe({ complete: () => console.log('given back') });
 *
 * // gives the lock back when somebody asks for it, and stands in line again, until the client is closed
 * lock(zk, '/locks/report')
 *   .pipe(whileHeld(({ token }) => work(token), { until: ({ revoked$ }) => revoked$, again: true }))
 *   .subscribe();
 * ```
 *
 * @param work is given the lease; let what it writes carry its token, or go through its transaction
 */
export function whileHeld<L, T>(
  work: (lease: L) => ObservableInput<T>,
  options: WhileHeldOptions<L> = {}
): OperatorFunction<L & Held, T> {
  return (held$) =>
    defer(() => {
      const {
        until = () => NEVER,
        keep = false,
        again = false,
      } = knownKeys('options', options, ['until', 'keep', 'again']);
      callable('work', work);
      callable('options.until', until);
      flag('options.keep', keep);
      const round = (all?: Rounds) => workOnce(held$, work, until, keep, all);
      return flag('options.again', again) ? rounds(round) : concat(round(), EMPTY); // given back, and then complete
    });
}

/** One lease, from the wait for it to its end. */
function workOnce<L extends Held, T>(
  held$: Observable<L>,
  work: (lease: L) => ObservableInput<T>,
  until: (lease: L) => ObservableInput<unknown>,
  keep: boolean,
  all?: Rounds
): Observable<T> {
  type Part = Observable<T | typeof END>;
  let ending = false; // it is being given back: nothing else decides how this ends
  const giveBack = (lease: L) => defer(() => ((ending = true), givenBack(lease)));
  // a loss that is not told yet will be told by the lock
  const afterWork = (lease: L): Part => (!keep && isSure(lease) ? giveBack(lease) : NEVER);
  const failed = (lease: L, error: unknown): Observable<never> => {
    const given$ = giveBack(lease).pipe(
      catchError(() => EMPTY),
      ignoreElements()
    );
    return concat(
      given$,
      throwError(() => error)
    );
  };
  const working = (lease: L): Part => {
    if (all !== undefined) all.clock = clockOf(lease);
    return concat(
      defer(() => work(lease)).pipe(catchError((error: unknown) => failed(lease, error))),
      defer(() => afterWork(lease))
    );
  };
  const closed$ = defer((): Observable<Part> => {
    if (ending) return EMPTY;
    if (all !== undefined) all.over = true;
    return of(of(END));
  });
  // what is inside `connect` ends before its source does: the work before the lease
  return held$.pipe(
    connect((lease$) =>
      merge(
        concat(lease$.pipe(map(working), completeOnClose()), closed$),
        lease$.pipe(
          switchMap((lease) => from(until(lease)).pipe(map(() => giveBack(lease)))),
          filter(() => !ending)
        )
      ).pipe(
        switchWork((part$) => part$),
        takeWhile((value): value is T => value !== END)
      )
    )
  );
}
