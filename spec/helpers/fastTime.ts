import { type SchedulerLike, asyncScheduler } from 'rxjs';

type Action = new (...args: never[]) => { schedule(state?: unknown, delay?: number): unknown };
type Scheduler = new (action: Action, now: () => number) => SchedulerLike;

/** A clock, with its timers, that is so many times as fast as the real one. */
export function fastTime(times: number): SchedulerLike {
  const { schedulerActionCtor, constructor } = asyncScheduler as unknown as {
    readonly schedulerActionCtor: Action;
    readonly constructor: Scheduler;
  };
  class FastAction extends schedulerActionCtor {
    override schedule(state?: unknown, delay = 0): unknown {
      return super.schedule(state, delay / times);
    }
  }
  return new constructor(FastAction, () => performance.now() * times);
}
