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

/**
 * The one line of a page to its server, with all of its values. It is open while one of them has a subscriber. When it
 * is lost, each value becomes stale, and stays so until the server has confirmed it, or sent a newer state.
 */
export class PageLine {
  readonly #wire: Wire;
  readonly #options: PageLineOptions;
  readonly #values = new Map<number, PageValue>();
  readonly #shared = new Map<string, Observable<Freshness>>();
  readonly #changed$ = new Subject<void>();
  readonly #state$ = new BehaviorSubject<LineState>({ kind: 'idle' });
  readonly #line$: Observable<never>;
  #numbers = 0;
  #failures = 0;

  constructor(wire: Wire, options: PageLineOptions) {
    this.#wire = wire;
    this.#options = options;
    this.#line$ = options.seen$.pipe(
      switchMap((seen) => (seen ? this.#connected() : this.#paused())),
      ignoreElements(),
      finalize(() => this.#state$.next({ kind: 'idle' })),
      share()
    );
  }

  /** Emits where the line stands, at once and after each change. */
  readonly state$: Observable<LineState> = this.#state$.pipe(distinctUntilChanged((a, b) => a.kind === b.kind));

  /** A value, shared by all who ask for the same. */
  value(name: string, parameters: unknown): Observable<Freshness> {
    return defer(() => {
      const key = encode([name, parameters]);
      const known$ = this.#shared.get(key);
      if (known$ !== undefined) return known$;
      const number = this.#numbers++;
      const forget = () => {
        this.#values.delete(number);
        if (this.#shared.get(key) === value$) this.#shared.delete(key);
        this.#changed$.next();
      };
      const value: PageValue = { name, parameters, shown$: new Subject(), forget, confirmed: false };
      const shown$ = defer(() => {
        this.#values.set(number, value);
        this.#changed$.next();
        return value.shown$;
      });
      const value$ = merge(this.#line$, shown$).pipe(
        finalize(forget),
        share({
          connector: () => new ReplaySubject(1),
          resetOnRefCountZero: () => timer(this.#options.linger, this.#options.scheduler),
        })
      );
      this.#shared.set(key, value$);
      return value$;
    });
  }

  #paused(): Observable<never> {
    this.#state$.next({ kind: 'paused' });
    this.#doubt(new BridgeError('PAUSED', 'nobody sees the page, so it has no line to the server'));
    return EMPTY;
  }

  /** One line after the other. */
  #connected(): Observable<unknown> {
    const { waits, random, scheduler, online$ } = this.#options;
    this.#failures = 0;
    return defer(() => this.#connection()).pipe(
      retry({
        delay: (error: unknown) => {
          const cause = error instanceof BridgeError ? error : lost('none', error);
          this.#state$.next({ kind: 'lost', cause });
          if (OF_PAGE.includes(cause.code)) this.#fail(this.#values.values(), cause);
          else this.#doubt(cause);
          return merge(timer(backoff(++this.#failures, waits, random), scheduler), online$).pipe(take(1));
        },
      })
    );
  }

  #connection(): Observable<unknown> {
    this.#state$.next({ kind: 'connecting' });
    return connection(this.#wire, this.#values, this.#changed$, this.#options.scheduler, {
      onOpen: () => this.#state$.next({ kind: 'open' }),
      onEvent: (value, event) => this.#take(value, event),
      onRefusal: (values, error) => this.#fail(values, error),
    });
  }

  #take(value: PageValue, { tag, words: [word, , content] }: LineEvent): void {
    this.#failures = 0;
    if (word === 'error') return this.#fail([value], content);
    const isShown = value.confirmed || value.state?.stale === true;
    value.confirmed = true;
    if (word === 'value') {
      value.state = content as Freshness;
      value.tag = tag;
    } else if (isShown) return;
    value.shown$.next(value.state!);
  }

  #fail(values: Iterable<PageValue>, error: unknown): void {
    for (const value of [...values]) {
      value.forget(); // first: a subscriber that tries again gets a new one
      value.shown$.error(error);
    }
  }

  #doubt(cause: BridgeError): void {
    for (const value of this.#values.values()) {
      const { state, confirmed } = value;
      value.confirmed = false;
      if (confirmed && state?.stale === false) value.shown$.next({ ...state, stale: true, cause });
    }
  }
}
