import { type SchedulerLike, asyncScheduler } from 'rxjs';

/** Timers as usual, and a clock that a test turns. */
export function calendar(now: () => number): SchedulerLike {
  return Object.assign(Object.create(asyncScheduler) as typeof asyncScheduler, { now });
}
