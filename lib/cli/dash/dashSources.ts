import {
  type MonoTypeOperatorFunction,
  NEVER,
  type Observable,
  ReplaySubject,
  asyncScheduler,
  concat,
  defer,
  distinctUntilChanged,
  endWith,
  exhaustMap,
  ignoreElements,
  map,
  of,
  scan,
  share,
  switchMap,
  take,
  takeUntil,
  throttleTime,
  timer,
} from 'rxjs';
import { source } from '../../bridge/source.js';
import type { Freshness } from '../../core/watched.js';
import { clientViews } from './clientViews.js';
import type { DashStore, MembersSample, SeenBranches } from './dashStore.js';
import { MemberHistory } from './memberHistory.js';
import { nodeView } from './nodeView.js';
import type { Branch } from './openRows.js';
import { pathIn, rowsWantedIn, textIn } from './requests.js';
import { orStale, seen } from './seen.js';
import { foundIn, locksOf, rowsOf } from './treeViews.js';
import type { DashSources } from './dashboardBridge.js';
import type { AboutState, LocksState, MembersState, Seen, WatchersState } from './types.js';

/** The least milliseconds between two states of the rows: more than a person can read. */
const PACE = 100;
/** The same for what looks at the whole tree. */
const SLOW_PACE = 500;
/** Milliseconds between two questions to servers. */
const SAMPLING = 2000;
const ASKING = 5000;
/** Milliseconds for which the tree and the history are kept, when no page is open. */
const KEPT = 600_000;

/** The sources, and the tree that they stand on. */
export interface Dash<B extends Branch> {
  readonly sources: DashSources;
  readonly tree$: Observable<SeenBranches<B>>;
}

/**
 * The values of the dashboard. All pages share one watch of the tree, and one history of the servers.
 *
 * @param rights$ paths of nodes whose rights this dashboard has changed: no event of the store tells it
 */
export function dashSources<B extends Branch>(
  store: DashStore<B>,
  about: Pick<AboutState, 'url' | 'mayWrite'>,
  rights$: Observable<string>
): Dash<B> {
  const closed$ = store.client.state$.pipe(ignoreElements(), endWith(undefined));
  const tree$ = store.tree$.pipe(kept(closed$));
  const members$ = timer(0, SAMPLING).pipe(
    exhaustMap(() => store.sample().pipe(orStale((): MembersSample => ({ members: [], alarms: [] })))),
    scan(
      ({ history }, { stale, cause, why, ...sample }): Sampled => ({
        history: stale ? history : history.with(sample, Date.now()),
        state: stale ? { stale, cause, why } : { stale, why },
      }),
      { history: new MemberHistory(store.plots), state: { stale: false, why: '' } } as Sampled
    ),
    map(({ history, state }): Seen<MembersState> => ({ ...history.state, ...state })),
    kept(closed$)
  );
  const sources: DashSources = {
    about: () => forever(seen({ ...store.about, ...about })),
    rows: source(rowsWantedIn, (wanted) =>
      tree$.pipe(
        paced(PACE),
        map((tree) => seen(rowsOf(tree, wanted, store), tree.cause)),
        distinctUntilChanged(isSame)
      )
    ),
    node: source(
      (path) => pathIn(path),
      (path) => nodeView(store, path, rights$)
    ),
    watchers: source(
      (path) => pathIn(path),
      (path) => again(ASKING, () => store.watchers?.(path) ?? of(NOT_TOLD), { servers: [] })
    ),
    found: source(textIn, (text) =>
      tree$.pipe(
        paced(SLOW_PACE),
        map((tree) => seen(foundIn(tree, text), tree.cause)),
        distinctUntilChanged(isSame)
      )
    ),
    members: () => members$,
    locks: () =>
      defer(() => {
        const locksIn = locksOf(store);
        return tree$.pipe(
          paced(SLOW_PACE),
          map((tree): Seen<LocksState> => seen(locksIn(tree), tree.cause)),
          distinctUntilChanged(isSame)
        );
      }),
    sessions: () =>
      again(
        ASKING,
        () =>
          tree$.pipe(
            take(1),
            switchMap((tree) => store.sessions(tree))
          ),
        { sessions: [], paths: new Map(), problems: [] }
      ),
    client: () => clientViews(store.client),
  };
  return { sources, tree$ };
}

interface Sampled {
  readonly history: MemberHistory;
  readonly state: Freshness & { readonly why: string };
}

const NOT_TOLD: WatchersState = { servers: [] };

/** Shares a stream, and its last value. It goes on for a while without a page: for one that is loaded again. */
function kept<T>(closed$: Observable<unknown>): MonoTypeOperatorFunction<T> {
  return (value$) =>
    value$.pipe(
      takeUntil(closed$),
      share({
        connector: () => new ReplaySubject(1),
        // the last page may also leave because the client is closed
        resetOnRefCountZero: () => timer(KEPT).pipe(takeUntil(closed$)),
      })
    );
}

/** The first value at once, and then the newest of each period. */
function paced<T>(ms: number) {
  return throttleTime<T>(ms, asyncScheduler, { leading: true, trailing: true });
}

/** Asks again and again. A question that fails makes the last answer stale. */
function again<T extends object>(ms: number, ask: () => Observable<T>, empty: T): Observable<Seen<T>> {
  return defer(() => {
    let last = empty;
    return timer(0, ms).pipe(
      exhaustMap(() =>
        defer(ask).pipe(
          map((answer) => (last = answer)),
          orStale(() => last)
        )
      )
    );
  });
}

function forever<T>(value: T): Observable<T> {
  return concat(of(value), NEVER);
}

/** Whether two states say the same. They are small, and their keys are in one order. */
function isSame<T extends object>(a: Seen<T>, b: Seen<T>): boolean {
  return JSON.stringify({ ...a, cause: undefined }) === JSON.stringify({ ...b, cause: undefined });
}
