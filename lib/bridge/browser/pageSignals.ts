import {
  NEVER,
  type Observable,
  type SchedulerLike,
  distinctUntilChanged,
  fromEvent,
  map,
  merge,
  of,
  startWith,
  switchMap,
  timer,
} from 'rxjs';

interface Page extends EventTarget {
  readonly visibilityState: string;
}

/** Signals of the browser about the page. */
export interface PageSignals {
  /** Whether somebody may see the page; `true` outside of browsers. Never completes. */
  readonly seen$: Observable<boolean>;
  /** Emits when the network may be back. Never completes. */
  readonly online$: Observable<unknown>;
}

/** @param pauseAfter milliseconds after which a hidden page counts as not seen; `Infinity`: it always counts as seen */
export function pageSignals(pauseAfter: number, scheduler: SchedulerLike): PageSignals {
  const { document: page, addEventListener } = globalThis as Partial<EventTarget> & { readonly document?: Page };
  const hidden$ = page === undefined || pauseAfter === Infinity ? NEVER : fromEvent(page, 'visibilitychange');
  const state = () =>
    page?.visibilityState === 'hidden' && pauseAfter < Infinity
      ? timer(pauseAfter, scheduler).pipe(map(() => false))
      : of(true);
  return {
    seen$: merge(of(true), hidden$.pipe(startWith(undefined), switchMap(state))).pipe(distinctUntilChanged()),
    online$: addEventListener === undefined ? NEVER : fromEvent(globalThis as unknown as EventTarget, 'online'),
  };
}
