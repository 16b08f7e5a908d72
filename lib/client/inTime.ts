import {
  type MonoTypeOperatorFunction,
  type Observable,
  type SchedulerLike,
  defer,
  mergeMap,
  raceWith,
  timer,
} from 'rxjs';

/** A timer that is so late, in milliseconds, shows that the process or the machine stood still. */
export const PAUSE = 10;
/** Milliseconds in which the sockets are read then. */
export const READING = 10;

/**
 * **Emits** once, after so many milliseconds. After a pause of the process, timers fire before the sockets are read. So
 * the sockets are read first then: what has arrived meanwhile was in time.
 */
export function elapsed(ms: number, scheduler: SchedulerLike): Observable<unknown> {
  return defer(() => {
    const due = scheduler.now() + ms;
    return timer(ms, scheduler).pipe(mergeMap(() => (scheduler.now() - due > PAUSE ? timer(READING, scheduler) : [0])));
  });
}

/** Goes on with `late` where the source has not emitted, completed or failed after so many milliseconds. */
export function inTime<T>(
  ms: number,
  scheduler: SchedulerLike,
  late: () => Observable<never>
): MonoTypeOperatorFunction<T> {
  return (source$) => source$.pipe(raceWith(elapsed(ms, scheduler).pipe(mergeMap(late))));
}
