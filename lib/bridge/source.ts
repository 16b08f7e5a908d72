import type { Observable } from 'rxjs';
import { callable } from '../core/check.js';
import type { Freshness } from '../core/watched.js';
import type { Caller, Source } from './types.js';

/**
 * A watched value with parameters, for `bridge`.
 *
 * A page can send any parameters. `check` returns them with their type, or throws: then the page gets the error. Its
 * message reaches the page only if it is a `UsageError` or a `BridgeError`; all other errors become `BAD_PARAMETERS`,
 * without a message. `check` also knows the caller, and can refuse a value that this one may not see.
 *
 * `watch` does not know the caller, because its value is shared. A value that differs for each caller has the caller's
 * id among its parameters: `check` puts it there.
 *
 * @example
 * ```ts
 * import { UsageError, json } from 'quorum-rx';
 * import { source } from 'quorum-rx/bridge';
 *
 * const room = source(
 *   (parameters) => {
 *     const name = (parameters as { name?: unknown })?.name;
 *     if (typeof name === 'string' && /^[a-z]+$/.test(name)) return { name };
 *     throw new UsageError('name', 'must be lower-case letters');
 *   },
 *   ({ name }) => zk.watch(`/rooms/${name}`, { codec: json<{ seats: number }>() })
 * );
 * ```
 *
 * @param check returns the parameters, or throws
 * @param watch emits states: the newest says all, and `stale` whether it may be outdated
 */
export function source<P, S extends Freshness, C extends Caller = Caller>(
  check: (parameters: unknown, caller: C) => P,
  watch: (parameters: P) => Observable<S>
): Source<P, S, C> {
  return { check: callable('check', check), watch: callable('watch', watch) };
}
