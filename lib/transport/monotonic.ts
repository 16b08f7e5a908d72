import { type SchedulerLike, asyncScheduler } from 'rxjs';

/**
 * Timers on the monotonic clock: a wall clock that is set forward or back changes nothing, and neither does a machine
 * that sleeps.
 *
 * RxJS's `asyncScheduler` waits by the monotonic clock too, but tells the time by the wall clock; this one does not.
 */
export const monotonic: SchedulerLike = {
  now: () => performance.now(),
  schedule: asyncScheduler.schedule.bind(asyncScheduler),
};
