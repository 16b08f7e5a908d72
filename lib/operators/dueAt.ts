import { type Observable, type SchedulerLike, defer, filter, repeat, take, timer } from 'rxjs';

/**
 * So often, in milliseconds, the clock is looked at: it may leap, as after the machine was suspended, and timers do
 * not.
 */
const LOOK_AGAIN = 250;
/** So little, in milliseconds, is not waited for: it may be too little to move the clock. */
const CLOSE = 0.001;

/**
 * **Emits** once, and completes, when the clock of the scheduler says `at`, give or take a microsecond: never at once,
 * and at most `lookAgain` milliseconds late where the clock has leapt.
 */
export function dueAt(at: number, scheduler: SchedulerLike, lookAgain = LOOK_AGAIN): Observable<unknown> {
  return defer(() => timer(Math.max(0, Math.min(at - scheduler.now(), lookAgain)), scheduler)).pipe(
    repeat(),
    filter(() => scheduler.now() >= at - CLOSE),
    take(1)
  );
}
