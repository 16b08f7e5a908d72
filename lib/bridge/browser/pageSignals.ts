import {
  NEVER,
  type Observable,
  type SchedulerLike,
  distinctUntilChanged,
  fromEvent,
  startWith,
  switchMap,
  timer,
} from 'rxjs';

/** Signals of the browser about the page. */
export interface PageSignals {
  /** Whether the page may be seen: `true`, or 0 for no. It is `true` outside of browsers. Never completes. */
  readonly seen$: Observable<boolean | 0>;
  /** Emits when the network may be back. Never completes. */
  readonly online$: Observable<unknown>;
}

/** @param pauseAfter milliseconds after which a hidden page counts as not seen; `Infinity`: it always counts as seen */
export function pageSignals(pauseAfter: number, scheduler?: SchedulerLike): PageSignals {
  const world = globalThis as unknown as EventTarget & {
    readonly document?: EventTarget & { readonly hidden: boolean };
  };
  const page = world.document;
  const signals = (name: string, target?: EventTarget): Observable<unknown> =>
    target?.addEventListener ? fromEvent(target, name) : NEVER;
  return {
    seen$: signals('visibilitychange', page).pipe(
      startWith(0),
      switchMap(() => (page?.hidden && pauseAfter < Infinity ? timer(pauseAfter, scheduler) : [true as const])),
      startWith(true as const),
      distinctUntilChanged()
    ),
    online$: signals('online', world),
  };
}
