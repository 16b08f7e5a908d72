import { type Observable, type SchedulerLike, defer, filter, repeat, take, timer } from 'rxjs';

/** So often, in milliseconds, the clock is looked at: it may leap, as after the machine was suspended, and timers do not. */
const LOOK_AGAIN = 250;

/**
 * **Emits** once, and completes, when the clock of the scheduler says `at`: never at once, less than a millisecond late, and at
 * most 250 ms late where the clock has leapt. It waits for whole milliseconds: a part of one may be too small to move a clock.
 */
export function dueAt(at: number, scheduler: SchedulerLike): Observable<unknown> {
  return defer(() => timer(Math.max(0, Math.ceil(Math.min(at - scheduler.now(), LOOK_AGAIN))), scheduler)).pipe(
    repeat(),
    filter(() => scheduler.now() >= at),
    take(1)
  );
}
