import type { ObservableInput } from 'rxjs';
import { callable } from '../core/check.js';
import type { Action, Caller } from './types.js';

/**
 * A change that pages may ask for, for `bridge`. Without actions, nothing can be changed through a bridge.
 *
 * `check` is as that of `source`. `run` does the work for one request, once; its last value is the result. If it fails,
 * the page gets the code and the effect of the error.
 *
 * @example
 * ```ts
 * import { UsageError, utf8 } from 'quorum-rx';
 * import { action } from 'quorum-rx/bridge';
 *
 * const paint = action(
 *   (input) => {
 *     if (typeof input === 'string' && input.length < 20) return input;
 *     throw new UsageError('input', 'must be the name of a colour');
 *   },
 *   (colour, caller) => zk.set(`/colours/${caller.id}`, colour, { codec: utf8 })
 * );
 * ```
 *
 * @param check returns the input, or throws
 * @param run does the work: an Observable or a promise
 */
export function action<I, R, C extends Caller = Caller>(
  check: (input: unknown, caller: C) => I,
  run: (input: I, caller: C) => ObservableInput<R>
): Action<I, R, C> {
  return { check: callable('check', check), run: callable('run', run) };
}
