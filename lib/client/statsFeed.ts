import { type Observable, concat, defer, endWith, ignoreElements, map, of, takeUntil, timer } from 'rxjs';
import type { Meter } from './meter.js';
import type { ClientStats } from './clientStats.js';

/** The figures of a client. */
export interface StatsFeed {
  /**
   * Everything that this client has counted, as a snapshot: requests by operation and outcome, with their times; what
   * waits; bytes, connections, watches, leases. All views of the client count together. Counting costs next to nothing;
   * this call costs some microseconds.
   *
   * @example
   * ```ts
   * const gets = zk.stats().requests.find(({ operation, outcome }) => operation === 'get' && outcome === 'ok');
   * console.log(gets?.latency.count, gets?.latency.percentile(0.99));
   * ```
   */
  stats(): ClientStats;
  /**
   * {@link stats}, again and again: at once, then every `statsInterval`, and once more when the client is closed. It
   * costs nothing while there is no subscriber.
   */
  readonly stats$: Observable<ClientStats>;
}

/** A session, as far as its figures are concerned. */
interface Counted {
  readonly meter: Meter;
  readonly settings: { readonly statsInterval: number };
  stats(): ClientStats;
}

/** The figures of a session, as its clients show them. */
export function statsFeed(session: Counted, state$: Observable<unknown>): StatsFeed {
  const { meter, settings } = session;
  const stats = () => session.stats();
  const closed$ = state$.pipe(ignoreElements(), endWith(undefined));
  const running$ = timer(0, settings.statsInterval, meter.scheduler).pipe(map(stats), takeUntil(closed$));
  return {
    stats,
    stats$: concat(
      running$,
      defer(() => of(stats()))
    ),
  };
}
