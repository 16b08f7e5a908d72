import {
  EMPTY,
  Observable,
  type SchedulerLike,
  asapScheduler,
  asyncScheduler,
  catchError,
  defer,
  distinctUntilChanged,
  filter,
  map,
  merge,
  of,
  share,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { integer, knownKeys } from '../core/check.js';
import { isCoordinationError } from '../core/errors.js';
import { lastPerTurn } from './lastPerTurn.js';

/** How a {@link live} value tells changes apart, and how it behaves without subscribers. */
export interface LiveOptions<T> {
  /** Whether a new value is no change, so that the one before it stays. Default `Object.is`; see also `deepEqual`. */
  readonly equal?: (shown: T, next: T) => boolean;
  /**
   * How long the source is kept after the last subscriber has left, in milliseconds. Default 0: for the rest of the
   * turn, which is enough for a component that is mounted twice, or replaced by another.
   */
  readonly linger?: number;
  /**
   * Converts the last value when the last subscriber leaves, to mark it as outdated; `markStale` does so for the value
   * of a watch. The result is shown until the source emits again. Default: the value unchanged.
   */
  readonly idle?: (last: T) => T;
  /** The clock: it ends turns, and measures `linger`. Default: RxJS's `asapScheduler` and `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/**
 * A value that is there to be read at any time, and says when it changes.
 *
 * - **Emits** the value upon subscription, before `subscribe` returns; then each change. Of a burst within one turn,
 *   the last value only. `value` is the last emission: it changes in the moment of the emission.
 * - **Completes** with its source, and with the client that it is a value of. The value stays, and later subscribers
 *   get it, and the end.
 * - **Errors** with its source. The next subscription subscribes to the source again.
 * - **Unsubscribing** as the last one leaves the source, `linger` later.
 */
// eslint-disable-next-line rxjs-x/no-subclass -- frameworks take an Observable; this one has a value as well
export class Live<T> extends Observable<T> {
  readonly #read: () => T;

  /** @internal */
  constructor(value$: Observable<T>, read: () => T) {
    super((subscriber) => value$.subscribe(subscriber));
    this.#read = read;
  }

  /**
   * The value that is shown; the same object until it changes. Without a subscriber nothing keeps it true. After an
   * error it throws that error, to the end of the turn or until the next subscription; then it is the last value again.
   */
  get value(): T {
    return this.#read();
  }

  /** {@link value} as a function, which needs no `this`. */
  readonly getSnapshot = (): T => this.#read();

  /**
   * A part of the value, or something made of it, which only changes when the part does. It stands on the same
   * subscription to the source. `part` is called once for each value, when that is asked for.
   *
   * @param part a function of the value alone
   * @param equal whether a new part is no change. Default `Object.is`.
   */
  select<P>(part: (value: T) => P, equal: (shown: NoInfer<P>, next: NoInfer<P>) => boolean = Object.is): Live<P> {
    let shown: { readonly of: T; readonly part: P } | undefined;
    const read = () => {
      const value = this.#read();
      if (shown === undefined || !Object.is(shown.of, value)) {
        const next = part(value);
        shown = { of: value, part: shown !== undefined && equal(shown.part, next) ? shown.part : next };
      }
      return shown.part;
    };
    return new Live<P>(this.pipe(map(read), distinctUntilChanged<P>(Object.is)), read);
  }
}

/**
 * Makes a value of a stream of states: for user interfaces, which want to read now and be told later.
 *
 * However many subscribers it has, the source has one subscription: from the first of them to `linger` after the last.
 * Values count as immutable: a change in place is not seen.
 *
 * @example
 * const node = live(zk.watch('/config', { codec: json<{ colour: string }>() }), undefined);
 * const colour = node.select((now) => now?.value?.colour);
 * colour.subscribe(render); // undefined at once, then the colour, then other colours
 *
 * @param source$ emits states, of which the newest says all
 * @param initial the value until the source has emitted
 * @throws UsageError for a wrong option
 */
export function live<T, I = T>(
  source$: Observable<T>,
  initial: I,
  options: LiveOptions<NoInfer<T | I>> = {}
): Live<T | I> {
  const {
    equal = Object.is,
    linger = 0,
    idle,
    scheduler,
  } = knownKeys('options', options, ['equal', 'linger', 'idle', 'scheduler']);
  integer('options.linger', linger, 0, 2 ** 31 - 1);
  let shown: T | I = initial;
  let left = false; // and `idle` has not been asked since
  let failure: { readonly error: unknown } | undefined;

  const read = () => {
    if (failure !== undefined) throw failure.error;
    if (left && idle !== undefined) shown = idle(shown);
    left = false;
    return shown;
  };
  const clock = scheduler ?? asyncScheduler;
  const fail = (error: unknown) => {
    const own = (failure = { error });
    clock.schedule(() => {
      if (failure !== own) return; // there is a new subscriber
      failure = undefined;
      left = true;
    });
  };
  const change$ = defer(() => {
    failure = undefined;
    return source$;
  }).pipe(
    // a client ends a stream in this way that has shown nothing yet
    catchError((error: unknown) => (isCoordinationError(error, 'CLOSED') ? EMPTY : throwError(() => error))),
    lastPerTurn<T | I>(scheduler ?? asapScheduler),
    filter((next) => !equal(read(), next)),
    tap({ next: (next) => (shown = next), error: fail }),
    share({
      resetOnComplete: false,
      // the failed source is left already
      resetOnRefCountZero: () => (failure === undefined ? timer(linger, clock).pipe(tap(() => (left = true))) : EMPTY),
    })
  );
  const value$ = defer(() => {
    let told = false; // by a source that emits while it is subscribed to
    return merge(
      change$.pipe(tap(() => (told = true))),
      defer(() => (told ? EMPTY : of(read())))
    );
  });
  return new Live(value$, read);
}
