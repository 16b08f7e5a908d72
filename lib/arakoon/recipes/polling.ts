import { EMPTY, type MonoTypeOperatorFunction, type Observable, catchError, defer, distinctUntilChanged, exhaustMap, filter, map, of, scan, throwError, timer } from 'rxjs';
import { duration, knownKeys } from '../../core/check.js';
import { isCoordinationError } from '../../core/errors.js';
import type { Arakoon } from '../client/arakoon.js';
import type { CallOptions } from '../session/callOptions.js';
import { passes } from './passes.js';

/** How often to look. */
export interface PollOptions {
  /** Milliseconds from one look to the next. While one is under way there is no other. */
  readonly every: number;
  /** Milliseconds after which a look is given up, and what is shown is `stale`. Default: `every`, but at least 1000. */
  readonly timeout?: number;
}

/** What was seen last. */
export interface Look<T> {
  readonly seen: T;
  /** Whether the last look failed: it is what was true once. */
  readonly stale: boolean;
  /** Why it is stale. */
  readonly cause?: unknown;
}

const FAILED = Symbol('a look that failed');
const PATIENCE = 1000;

/**
 * Reads again and again, and shows what has changed. It **errors** with whatever does not pass by itself, the end of the
 * client included.
 *
 * @param same whether two readings are one: then the first stays
 */
export function polling<R, T>(
  { scheduler }: Pick<Arakoon, 'scheduler'>,
  options: PollOptions,
  read: (call: CallOptions) => Observable<R>,
  same: (a: R, b: R) => boolean,
  show: (reading: R) => T
): Observable<Look<T>> {
  interface Shown extends Look<T> {
    readonly reading: R;
  }
  type Outcome = { readonly reading: R } | { readonly [FAILED]: unknown };
  return defer(() => {
    const { every, timeout = Math.max(every, PATIENCE) } = knownKeys('options', options, ['every', 'timeout']);
    duration('options.every', every);
    duration('options.timeout', timeout);
    const look$ = defer(() => read({ timeout })).pipe(
      map((reading): Outcome => ({ reading })),
      catchError((error: unknown) => (passes(error) ? of<Outcome>({ [FAILED]: error }) : throwError(() => error)))
    );
    return timer(0, every, scheduler).pipe(
      exhaustMap(() => look$),
      scan((last: Shown | undefined, outcome: Outcome): Shown | undefined => {
        if (FAILED in outcome) return last === undefined || last.stale ? last : { ...last, stale: true, cause: outcome[FAILED] };
        const { reading } = outcome;
        if (last === undefined || !same(last.reading, reading)) return { reading, seen: show(reading), stale: false };
        return last.stale ? { reading: last.reading, seen: last.seen, stale: false } : last;
      }, undefined),
      filter((shown) => shown !== undefined),
      distinctUntilChanged()
    );
  });
}

/** The end of the client is the end of what is seen through it. */
export function untilClosed<T>(): MonoTypeOperatorFunction<T> {
  return catchError((error: unknown) => (isCoordinationError(error, 'CLOSED') ? EMPTY : throwError(() => error)));
}
