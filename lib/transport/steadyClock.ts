import { type SchedulerLike, asyncScheduler } from 'rxjs';
import { wallClock } from './wallClock.js';

/** Where a {@link steadyClock} takes its time from. */
export interface ClockSources {
  /** Milliseconds since some moment, which stand still while the machine sleeps. Default: the monotonic clock. */
  readonly running?: () => number;
  /** The time of day in milliseconds. Default: the system's. */
  readonly wall?: () => number;
  /** The timers. Default: RxJS's `asyncScheduler`. */
  readonly timers?: Pick<SchedulerLike, 'schedule'>;
}

/** So many milliseconds, from one look to the next, the wall clock may gain by being adjusted. */
const ADJUSTMENT = 100;

/**
 * A clock that also counts the time for which the machine was suspended. The monotonic clock stands still meanwhile,
 * and servers let sessions run out. It begins at the time of day, so its moments can be printed: `new Date(deadline)`.
 *
 * Such a time is seen as a leap of the wall clock: it has gained more than 100 ms on the monotonic clock since the last
 * look. A wall clock that is set forward looks the same. One that is set back, or slowly adjusted, changes nothing.
 */
export function steadyClock({
  running = monotonicTime(),
  wall = wallClock,
  timers = asyncScheduler,
}: ClockSources = {}): SchedulerLike {
  let apart = wall() - running();
  let ahead = apart; // of the running clock
  const now = () => {
    const at = running();
    let gap = wall() - at;
    if (gap - apart > ADJUSTMENT) {
      gap = Math.min(gap, wall() - running()); // unless the process was stopped between the two
      if (gap - apart > ADJUSTMENT) ahead += gap - apart;
    }
    apart = gap;
    return at + ahead;
  };
  return { now, schedule: timers.schedule.bind(timers) };
}

/** Loads Node's clock, which takes a millisecond, with the first clock, and holds it, because a global is slower. */
function monotonicTime(): () => number {
  const { performance: held } = globalThis;
  return () => held.now();
}
