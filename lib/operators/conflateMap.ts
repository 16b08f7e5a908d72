import { type ObservableInput, type OperatorFunction, concatMap, defer, filter } from 'rxjs';
import { callable, knownKeys } from '../core/check.js';

/** How {@link conflateMap} treats values that arrive during a run. */
export interface ConflateOptions<T> {
  /**
   * Makes one value of the one that waits and the one that arrived. Default: the newest replaces the one that waits.
   * Give it when values are changes that add up, such as sets of names, and not states of which the newest says all.
   */
  readonly combine?: (waiting: T, newest: T) => T;
}

/**
 * Projects each value to an Observable, runs one at a time, and keeps only the newest value that arrived meanwhile for
 * the next run.
 *
 * It is for "something changed, look again". `exhaustMap` would miss the last change; `switchMap`, under a steady
 * stream of changes, would cancel every run and never emit; `concatMap` would look once per change.
 *
 * ```text
 * source       -a-b-c-------d----|
 * project       -----x|
 * result       ------a----c------(d|)      b was conflated away
 * ```
 *
 * - **Emits** what the inner Observables emit, in order, never interleaved.
 * - **Completes** when the source has, the last run is over and nothing waits.
 * - **Errors** when the source, a run, `project` or `combine` does.
 * - **Unsubscribing** cancels the run under way and drops the value that waits.
 *
 * @example
 * changed$.pipe(conflateMap((path) => zk.get(path))) // at most one read under way, and one after the last change
 *
 * @param project the work to run for a value
 */
export function conflateMap<T, R>(
  project: (value: T) => ObservableInput<R>,
  options: ConflateOptions<T> = {}
): OperatorFunction<T, R> {
  return (source$) =>
    defer(() => {
      const { combine = (_waiting: T, newest: T) => newest } = knownKeys('options', options, ['combine']);
      callable('project', project);
      callable('options.combine', combine);
      const waiting: T[] = []; // at most one value, which no run has taken
      return source$.pipe(
        filter((value) => {
          const first = waiting.length === 0;
          waiting[0] = first ? value : combine(waiting[0]!, value);
          return first; // one place in concatMap's queue stands for all that wait
        }),
        concatMap(() => project(waiting.pop()!))
      );
    });
}
