import { type Observable, type SchedulerLike } from 'rxjs';
import type { Backoff } from '../../core/backoff.js';
import { UsageError } from '../../core/errors.js';
import type { Watched } from '../../core/watched.js';
import type { Action, BridgeTypes, InputOf, ParametersOf, ResultOf, Source, StateOf } from '../types.js';
import { type FetchOptions, fetchWire } from './fetchWire.js';
import { type LineState, pageLine } from './pageLine.js';
import { pageSignals } from './pageSignals.js';

/** How a page keeps its line to the server. */
export interface FromBridgeOptions extends FetchOptions {
  /** Waits before the line is opened again. Default: 500 ms to 30 s, longer each time, with jitter. */
  readonly backoff?: Backoff;
  /**
   * Milliseconds after which a hidden page gives its line up, until it is seen again. Default 30,000. `Infinity`: it
   * keeps its line.
   */
  readonly pauseAfter?: number;
  /** Milliseconds for which a value without subscribers stays on the line. Default 1000. */
  readonly linger?: number;
  /** The clock. Default: RxJS's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
  /** Gives numbers from 0 up to, not including, 1. Default `Math.random`. */
  readonly random?: () => number;
}

/** The values and actions of a server, for a page. */
export interface BridgeClient<S, A> {
  /**
   * A watched value of the server. All subscribers of the same name and parameters share it, and all values share one
   * line.
   *
   * - **Emits** each state that the server has, the newest of a burst. When the line is lost, it emits the last state
   *   with `stale: true`; when the server has confirmed that state, it emits it again as it was.
   * - **Completes** never.
   * - **Errors** with a `RemoteError` or a `BridgeError` if the server refuses the value or does not know the page, or
   *   if the source of the value fails. Another subscription asks again.
   * - **Unsubscribing** as the last one takes the value off the line, `linger` later.
   */
  value<N extends keyof S & string>(name: N, ...parameters: ParametersOf<S[N]>): Observable<StateOf<S[N]>>;

  /**
   * Starts an action of the server, at each subscription.
   *
   * - **Emits** the result, and completes.
   * - **Errors** with a `RemoteError` or a `BridgeError`, with the `effect` that the server tells. If the answer is
   *   lost, the code is `LINE_LOST`, and the effect is `'unknown'`.
   * - **Unsubscribing** gives the request up; the server may still have done it.
   */
  run<N extends keyof A & string>(name: N, ...input: InputOf<A[N]>): Observable<ResultOf<A[N]>>;

  /** Emits where the line stands, at once and after each change, without opening it. Never completes, never errors. */
  readonly state$: Observable<LineState>;
}

/** The types of a server that the page does not know. */
type Unknown = BridgeTypes<
  Readonly<Record<string, Source<unknown, Watched<unknown>>>>,
  Readonly<Record<string, Action>>
>;
type SourcesOf<B> = B extends BridgeTypes<infer S, infer _A> ? S : never;
type ActionsOf<B> = B extends BridgeTypes<infer _S, infer A> ? A : never;

/**
 * The values of a server in a page: the other half of `bridge`. Nothing is requested before a value has a subscriber.
 *
 * @example
 * ```ts
 * import { bridge } from 'quorum-rx/bridge';
 * import { fromBridge } from 'quorum-rx/bridge/browser';
 * import { utf8 } from 'quorum-rx';
 *
 * // in the program of the server; the page imports the type alone
 * const handler = bridge({ theme: () => zk.watch('/theme', { codec: utf8 }) }, { authorize: () => ({ id: 'all' }) });
 *
 * const page = fromBridge<typeof handler>('/bridge');
 * page.value('theme').subscribe((theme) => console.log(theme.value, theme.stale ? '(perhaps old)' : ''));
 * ```
 *
 * @param url the address of the handler, as for `fetch`
 * @throws UsageError for a wrong option
 */
export function fromBridge<B extends BridgeTypes<object, object> = Unknown>(
  url: string,
  options: FromBridgeOptions = {}
): BridgeClient<SourcesOf<B>, ActionsOf<B>> {
  const {
    backoff = { min: 500, max: 30_000 },
    pauseAfter = 30_000,
    linger = 1000,
    scheduler,
    random,
    ...wiring
  } = options;
  const times = { pauseAfter, linger, 'backoff.min': backoff.min, 'backoff.max': backoff.max - backoff.min };
  for (const [name, time] of Object.entries(times))
    if (!(time >= 0)) throw new UsageError(`options.${name}`, 'is too small, or no number');
  if (typeof url !== 'string') throw new UsageError('url', 'is no string');
  const wire = fetchWire(url, wiring);
  const client = {
    ...pageLine(wire, { ...pageSignals(pauseAfter, scheduler), backoff, linger, random, scheduler }),
    run: (action: string, input?: unknown) => wire.send({ action, input }),
  };
  return client as unknown as BridgeClient<SourcesOf<B>, ActionsOf<B>>;
}
