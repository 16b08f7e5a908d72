import type { Observable } from 'rxjs';
import type { Freshness } from '../../core/watched.js';
import { type Live, live } from '../../store/live.js';
import { markStale } from '../../store/markStale.js';
import type { ParametersOf, StateOf } from '../types.js';
import type { BridgeClient } from './fromBridge.js';

/**
 * A value of a server as a live value, for frameworks: it can be read at any time. It is `undefined` until the server
 * has sent a state, and stale while nothing is subscribed to it.
 *
 * It is a function, not a method of the page, so that a page without live values does not load their code. For other
 * options use `live(page.value(name), …)`.
 *
 * - **Emits** the value upon subscription, before `subscribe` returns; then each state of `page.value`, the last one of
 *   a turn.
 * - **Completes** never. **Errors** as `page.value` does. The next subscription asks again.
 * - **Unsubscribing** as the last one marks the value as stale, with an `UnwatchedError` as its cause.
 *
 * @example
 * ```ts
 * import { bridge } from 'quorum-rx/bridge';
 * import { fromBridge, liveFrom } from 'quorum-rx/bridge/browser';
 * import { utf8 } from 'quorum-rx';
 *
 * const handler = bridge({ theme: () => zk.watch('/theme', { codec: utf8 }) }, { authorize: () => ({ id: 'all' }) });
 *
 * // in the page
 * const page = fromBridge<typeof handler>('/bridge');
 * const theme = liveFrom(page, 'theme').select((now) => now?.value ?? 'light');
 * theme.subscribe(render);
 * ```
 *
 * @param page the values of the server
 */
export function liveFrom<S, A, N extends keyof S & string>(
  page: BridgeClient<S, A>,
  name: N,
  ...parameters: ParametersOf<S[N]>
): Live<StateOf<S[N]> | undefined> {
  const state$ = page.value(name, ...parameters) as Observable<Freshness | undefined>;
  return live(state$, undefined, { idle: markStale }) as Live<StateOf<S[N]> | undefined>;
}
