import {
  BehaviorSubject,
  EMPTY,
  type Observable,
  ReplaySubject,
  type SchedulerLike,
  Subject,
  defer,
  distinctUntilChanged,
  finalize,
  ignoreElements,
  merge,
  retry,
  share,
  switchMap,
  take,
  timer,
} from 'rxjs';
import { type Backoff, backoff } from '../../core/backoff.js';
import type { Freshness } from '../../core/watched.js';
import { BridgeError } from '../shared/bridgeError.js';
import { encode } from '../shared/encode.js';
import { connection } from './connection.js';
import type { LineEvent } from './lineEvents.js';
import type { PageSignals } from './pageSignals.js';
import type { PageValue } from './pageValue.js';
import { type Wire, lost } from './wire.js';

/** Where the line of a page stands. */
export type LineState =
  | { readonly kind: 'idle' | 'connecting' | 'open' | 'paused'; readonly cause?: undefined }
  | { readonly kind: 'lost'; readonly cause: BridgeError };

/** How a line behaves. */
export interface PageLineOptions extends PageSignals {
  readonly waits: Backoff;
  /** Milliseconds for which a value is kept on the line without a subscriber. */
  readonly linger: number;
  readonly random: () => number;
  readonly scheduler: SchedulerLike;
}

/** Refusals of the page. */
const OF_PAGE = ['UNAUTHORIZED', 'FORBIDDEN', 'BAD_REQUEST'];

/** The line of a page. */
export interface PageLine {
  /** Emits where the line stands, at once and after each change. */
  readonly state$: Observable<LineState>;
  /** A value, shared by all who ask for the same. */
  value(name: string, parameters: unknown): Observable<Freshness>;
}

/**
 * The one line of a page to its server, with all of its values. It is open while one of them has a subscriber. When it
 * is lost, each value becomes stale, and stays so until the server has confirmed it, or sent a newer state.
 */
export function pageLine(wire: Wire, options: PageLineOptions): PageLine {
  const { waits, linger, random, scheduler, seen$, online$ } = options;
  const values = new Map<number, PageValue>();
  const known = new Map<string, Observable<Freshness>>();
  const changed$ = new Subject<void>();
  const state$ = new BehaviorSubject<LineState>({ kind: 'idle' });
  let numbers = 0;
  let failures = 0;

  const doubt = (cause: BridgeError) => {
    for (const value of values.values()) {
      const { state, confirmed } = value;
      value.confirmed = false;
      if (confirmed && state?.stale === false) value.shown$.next({ ...state, stale: true, cause });
    }
  };
  const fail = (failed: Iterable<PageValue>, error: unknown) => {
    for (const value of [...failed]) {
      value.forget(); // first: a subscriber that tries again gets a new one
      value.shown$.error(error);
    }
  };
  const onEvent = (value: PageValue, { tag, words: [word, , content] }: LineEvent) => {
    failures = 0;
    if (word === 'error') return fail([value], content);
    const isShown = value.confirmed || value.state?.stale === true;
    value.confirmed = true;
    if (word === 'value') {
      value.state = content as Freshness;
      value.tag = tag;
    } else if (isShown) return;
    value.shown$.next(value.state!);
  };
  const connection$ = defer(() => {
    state$.next({ kind: 'connecting' });
    const onOpen = () => state$.next({ kind: 'open' });
    return connection(wire, values, changed$, scheduler, { onOpen, onEvent, onRefusal: fail });
  });
  /** One line after the other. */
  const connected$ = connection$.pipe(
    retry({
      delay: (error: unknown) => {
        const cause = error instanceof BridgeError ? error : lost('none', error);
        state$.next({ kind: 'lost', cause });
        if (OF_PAGE.includes(cause.code)) fail(values.values(), cause);
        else doubt(cause);
        return merge(timer(backoff(++failures, waits, random), scheduler), online$).pipe(take(1));
      },
    })
  );
  const paused$ = defer(() => {
    state$.next({ kind: 'paused' });
    failures = 0;
    doubt(new BridgeError('PAUSED', 'nobody sees the page, so it has no line to the server'));
    return EMPTY;
  });
  const line$ = seen$.pipe(
    switchMap((seen) => (seen ? connected$ : paused$)),
    ignoreElements(),
    finalize(() => state$.next({ kind: 'idle' })),
    share()
  );
  return {
    state$: state$.pipe(distinctUntilChanged((a, b) => a.kind === b.kind)),
    value: (name, parameters) =>
      defer(() => {
        const key = encode([name, parameters]);
        const known$ = known.get(key);
        if (known$ !== undefined) return known$;
        const number = numbers++;
        const forget = () => {
          values.delete(number);
          if (known.get(key) === value$) known.delete(key);
          changed$.next();
        };
        const value: PageValue = { name, parameters, shown$: new Subject(), forget, confirmed: false };
        const shown$ = defer(() => {
          values.set(number, value);
          changed$.next();
          return value.shown$;
        });
        const value$ = merge(line$, shown$).pipe(
          finalize(forget),
          share({ connector: () => new ReplaySubject(1), resetOnRefCountZero: () => timer(linger, scheduler) })
        );
        known.set(key, value$);
        return value$;
      }),
  };
}
