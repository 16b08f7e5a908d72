import {
  type Observable,
  ReplaySubject,
  type SchedulerLike,
  Subject,
  defer,
  finalize,
  merge,
  retry,
  share,
  switchMap,
  timer,
} from 'rxjs';
import { type Backoff, backoff } from '../../core/backoff.js';
import type { Freshness } from '../../core/watched.js';
import { BridgeError } from '../shared/bridgeError.js';
import { encode } from '../shared/encode.js';
import { type LineEvent, connection } from './connection.js';
import type { PageSignals } from './pageSignals.js';
import type { PageValue } from './pageValue.js';
import { type Wire, lost } from './wire.js';

/** Where the line of a page stands. */
export type LineState =
  | { readonly kind: 'idle' | 'connecting' | 'open' | 'paused'; readonly cause?: undefined }
  | { readonly kind: 'lost'; readonly cause: BridgeError };

/** How a line behaves. */
export interface PageLineOptions extends PageSignals {
  readonly backoff: Backoff;
  /** Milliseconds for which a value is kept on the line without a subscriber. */
  readonly linger: number;
  readonly random?: (() => number) | undefined;
  readonly scheduler?: SchedulerLike | undefined;
}

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
  const { backoff: waits, linger, random, scheduler, seen$, online$ } = options;
  const values = new Map<number, PageValue>();
  const changed$ = new Subject<void>();
  const state$ = new ReplaySubject<LineState>(1);
  let numbers = 0;
  let failures = 0;

  const doubt = (cause: BridgeError) => {
    for (const value of values.values())
      if (value.shown?.stale === false) value.shown$.next((value.shown = { ...value.shown, stale: true, cause }));
  };
  const forget = (number: number) => {
    if (values.delete(number)) changed$.next();
  };
  const onEvent = ([word, subject, content, tag]: LineEvent) => {
    if (word === 'line') return state$.next({ kind: 'open' });
    const number = subject as number;
    const value = values.get(number);
    failures = 0;
    if (!value) return; // it was dropped meanwhile
    if (word === 'error') {
      forget(number); // first: a subscriber that tries again gets a new one
      return value.shown$.error(content);
    }
    if (word === 'value') {
      value.state = content as Freshness;
      value.tag = tag!;
    }
    if (value.shown !== value.state) value.shown$.next((value.shown = value.state!));
  };
  const connected$ = defer(() => {
    state$.next({ kind: 'connecting' });
    return connection(wire, values, changed$, scheduler, onEvent);
  }).pipe(
    retry({
      delay: (error: unknown) => {
        const cause = error instanceof BridgeError ? error : lost(error);
        state$.next({ kind: 'lost', cause });
        if (cause.layer === 'session') for (const number of [...values.keys()]) onEvent(['error', number, cause]);
        doubt(cause);
        if (!values.size) return changed$; // nothing is shown until there is another subscriber
        return merge(timer(backoff(++failures, waits, random), scheduler), online$);
      },
    })
  );
  const line$ = seen$.pipe(
    switchMap((seen) => {
      if (seen) return connected$;
      state$.next({ kind: 'paused' });
      failures = 0;
      doubt(new BridgeError('PAUSED', 'the page is hidden'));
      return [];
    }),
    finalize(() => state$.next({ kind: 'idle' })),
    share()
  );
  state$.next({ kind: 'idle' });
  return {
    state$: state$.asObservable(),
    value: (...asked) =>
      defer(() => {
        const key = encode(asked);
        for (const known of values.values()) if (known.key === key) return known.shared$;
        const number = numbers++;
        const shown$ = new ReplaySubject<Freshness>(1);
        const shared$ = line$.pipe(
          finalize(() => forget(number)),
          share({ connector: () => shown$, resetOnRefCountZero: () => timer(linger, scheduler) })
        );
        values.set(number, { asked, key, shown$, shared$ });
        changed$.next();
        return shared$;
      }),
  };
}
