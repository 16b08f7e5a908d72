import { EMPTY, type MonoTypeOperatorFunction, type Observable, distinctUntilChanged, switchMap } from 'rxjs';

/**
 * Subscribes to the source only while `open$` is true, and unsubscribes as soon as it is false.
 *
 * It is for work that one process may do at a time, or only while connected. Closing cancels: the source is
 * unsubscribed before anything else happens, and the next opening subscribes to it again. A source that completes runs
 * once per opening.
 *
 * ```text
 * open$        f-t---f-t
 * source         -1-2-3
 * result       ---1-2---1-2-3
 * ```
 *
 * - **Emits** the values of the source while the gate is open; each opening is a new subscription.
 * - **Completes** when `open$` has and the source, if running, has too. When `open$` completes open, the gate stays so.
 * - **Errors** when either does; an error of `open$` cancels the source.
 * - **Unsubscribing** unsubscribes from both.
 *
 * @example <caption>Run a job on the leader alone</caption>
 * job$.pipe(gateBy(isLeader$))
 *
 * @param open$ says whether the gate is open; until its first value it is closed
 */
export function gateBy<T>(open$: Observable<boolean>): MonoTypeOperatorFunction<T> {
  return (source$) =>
    open$.pipe(
      distinctUntilChanged(), // open and open again is no new opening
      switchMap((open) => (open ? source$ : EMPTY))
    );
}
