import { type MonoTypeOperatorFunction, type ObservableInput, type SchedulerLike, defer, mergeMap, timer } from 'rxjs';

/** Milliseconds within which a subscription counts as a repetition of the one before it. */
const AGAIN = 2000;

/**
 * Refuses subscriptions for as long as that is so: they do not reach the source, and end in a turn of their own. So
 * whatever subscribes again and again, such as `retry()`, lets other things happen in between.
 *
 * @param delay milliseconds until they end; 0 is a turn
 * @param ends how the subscriptions to one Observable end, one after the other, and from the beginning again, also
 * after two seconds. Where some error
 *   and others complete, both `retry()` and `repeat()` come to an end
 */
export function refusing<T>(
  refuses: () => boolean,
  scheduler: SchedulerLike,
  delay: number,
  ends: readonly (() => ObservableInput<never>)[]
): MonoTypeOperatorFunction<T> {
  return (source$) => {
    let refused = 0; // these outlive a subscription: they are for those who subscribe again
    let last = -Infinity;
    return defer(() => {
      if (!refuses()) return source$;
      const now = scheduler.now();
      if (now - last > AGAIN) refused = 0;
      last = now;
      const end = ends[refused++ % ends.length]!;
      return timer(delay, scheduler).pipe(mergeMap(end));
    });
  };
}
