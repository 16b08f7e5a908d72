import {
  type MonoTypeOperatorFunction,
  type Observable,
  type SchedulerLike,
  asyncScheduler,
  catchError,
  concatMap,
  defer,
  dematerialize,
  materialize,
  retry,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { type Backoff, backoff, checkBackoff } from '../core/backoff.js';
import { array, callable, clock, flag, integer, knownKeys } from '../core/check.js';
import { type ErrorCode, isCoordinationError } from '../core/errors.js';

/** Which errors {@link retryIf} repeats, how often, and how soon. */
export interface RetryIfOptions {
  /**
   * Whether doing it twice is as good as once, as with a read, or a write that a version guards. Only then is it
   * repeated after an error whose effect is unknown. Default `false`.
   */
  readonly idempotent?: boolean;
  /** How many times to try again. Default: for as long as someone is subscribed. */
  readonly count?: number;
  /** How long to wait before each attempt. Default: between 100 ms and 10 s, longer each time. */
  readonly backoff?: Backoff;
  /** Further errors to retry, by their code, such as `'THROTTLED_OP'`. Their effect is heeded all the same. */
  readonly codes?: readonly ErrorCode[];
  /**
   * Whether a value sets the count and the wait back to their beginning: right for streams that go on. Default `false`.
   */
  readonly resetOnSuccess?: boolean;
  /** The clock of the waits. Default: RxJS's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
  /** Gives numbers from 0 up to, not including, 1. Default `Math.random`. */
  readonly random?: () => number;
}

const OPTIONS: ReadonlyArray<keyof RetryIfOptions> = [
  'idempotent',
  'count',
  'backoff',
  'codes',
  'resetOnSuccess',
  'scheduler',
  'random',
];
const WAITS: Backoff = { min: 100, max: 10_000 };

/**
 * Subscribes again after an error that another attempt may get round, and that cannot have done any harm.
 *
 * That is an error of the transport, or a session that moved, whose effect is `'none'`: the request never left, or only
 * read. A write that may have been applied is repeated only when you say that it is `idempotent`. Refusals of the
 * server, mistakes and aborts of the caller, and errors of other libraries are passed on at once.
 *
 * - **Emits** the values of the source; after a retry, again those of the new subscription.
 * - **Completes** with the source.
 * - **Errors** with the last error of the source, or with a `UsageError` about the options.
 * - **Unsubscribing** ends the attempt, or the wait for the next one.
 *
 * @example
 * zk.set('/config', data, { version: 7 }).pipe(retryIf({ idempotent: true, count: 5 }))
 */
export function retryIf<T>(options: RetryIfOptions = {}): MonoTypeOperatorFunction<T> {
  return (source$) =>
    defer(() => {
      const plan = checked(options);
      return source$.pipe(
        // most attempts succeed, and need no more than this
        catchError((error: unknown) =>
          plan.count > 0 && mayRepeat(error, options) ? again(source$, plan, options) : throwError(() => error)
        )
      );
    });
}

/** What follows a first failure. */
function again<T>(
  source$: Observable<T>,
  { count, waits, scheduler, random, resetOnSuccess }: ReturnType<typeof checked>,
  options: RetryIfOptions
): Observable<T> {
  let failures = 1;
  // `retry` learned to wait and to choose in RxJS 7.3; before, it repeats whatever throws, so only that is thrown
  return defer(() => timer(backoff(failures, waits, random), scheduler)).pipe(
    concatMap(() => source$),
    materialize(),
    tap((notification) => {
      if (notification.kind === 'N' && resetOnSuccess) failures = 0;
      if (notification.kind === 'E' && failures < count && mayRepeat(notification.error, options)) {
        failures++;
        throw notification.error;
      }
    }),
    retry(),
    dematerialize()
  );
}

function checked(options: RetryIfOptions) {
  knownKeys('options', options, OPTIONS);
  const {
    count = Infinity,
    idempotent = false,
    codes = [],
    backoff: waits = WAITS,
    scheduler = asyncScheduler,
    random = Math.random,
    resetOnSuccess = false,
  } = options;
  checkBackoff('options.backoff', waits);
  if (count !== Infinity) integer('options.count', count, 0, 2 ** 31 - 1);
  flag('options.idempotent', idempotent);
  flag('options.resetOnSuccess', resetOnSuccess);
  array('options.codes', codes);
  clock('options.scheduler', scheduler);
  callable('options.random', random);
  return { count, waits, scheduler, random, resetOnSuccess };
}

function mayRepeat(error: unknown, { idempotent = false, codes = [] }: RetryIfOptions): boolean {
  if (!isCoordinationError(error) || (error.effect === 'unknown' && !idempotent)) return false;
  const passing =
    error.layer === 'transport' ? error.code !== 'ABORTED' : error.layer === 'session' && error.code === 'MOVED';
  return passing || codes.includes(error.code);
}
