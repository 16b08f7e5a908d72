import {
  EMPTY,
  type MonoTypeOperatorFunction,
  NEVER,
  type Observable,
  catchError,
  defer,
  distinctUntilChanged,
  exhaustMap,
  filter,
  map,
  of,
  scan,
  takeUntil,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { interrupted, interruption, refusingClosed } from '../../client/interruption.js';
import { duration, knownKeys } from '../../core/check.js';
import { type CoordinationError, type ErrorContext, isCoordinationError } from '../../core/errors.js';
import { raise } from '../../core/failures.js';
import type { Freshness } from '../../core/watched.js';
import type { Arakoon } from '../client/arakoon.js';
import type { CallOptions } from '../session/callOptions.js';
import { isTransient } from './transientErrors.js';

/** How often to look. */
export interface PollOptions {
  /** Milliseconds from one look to the next. While one is under way there is no other. */
  readonly every: number;
  /** Milliseconds after which a look is given up, and the value is `stale`. Default: `every`, but at least 1000. */
  readonly timeout?: number;
}

/** The part of a client that polling needs. Without a `state$` its end is noticed at the next look. */
export type PollClient = Pick<Arakoon, 'scheduler'> & Partial<Pick<Arakoon, 'state$' | 'state'>>;

/** The last reading. It is `stale` when the last look failed. */
export type Look<T> = Freshness & { readonly seen: T };

const FAILED = Symbol('a look that failed');
const PATIENCE = 1000;

/**
 * Reads again and again, and emits changes. It **errors** with errors that do not pass by themselves, the end of the
 * client included.
 *
 * @param same whether two readings are one: then the first stays
 */
export function polling<R, T>(
  arakoon: PollClient,
  options: PollOptions,
  read: (call: CallOptions) => Observable<R>,
  same: (a: R, b: R) => boolean,
  show: (reading: R) => T
): Observable<Look<T>> {
  type Shown = Look<T> & { readonly reading: R };
  type Outcome = { readonly reading: R } | { readonly [FAILED]: CoordinationError };
  return defer(() => {
    const { every, timeout = Math.max(every, PATIENCE) } = knownKeys('options', options, ['every', 'timeout']);
    duration('options.every', every);
    duration('options.timeout', timeout);
    const look$ = defer(() => read({ timeout })).pipe(
      map((reading): Outcome => ({ reading })),
      catchError((error: unknown) => (isTransient(error) ? of<Outcome>({ [FAILED]: error }) : throwError(() => error)))
    );
    return timer(0, every, arakoon.scheduler).pipe(
      exhaustMap(() => look$),
      takeUntil(whenClosed(arakoon)),
      scan((last: Shown | undefined, outcome: Outcome): Shown | undefined => {
        if (FAILED in outcome)
          return last === undefined || last.stale ? last : { ...last, stale: true, cause: outcome[FAILED] };
        const { reading } = outcome;
        if (last === undefined || !same(last.reading, reading)) return { reading, seen: show(reading), stale: false };
        return last.stale ? { reading: last.reading, seen: last.seen, stale: false } : last;
      }, undefined),
      filter((shown) => shown !== undefined),
      distinctUntilChanged()
    );
  });
}

/** **Errors** with `CLOSED` when the client is closed; emits nothing. */
export function whenClosed({ state$ = NEVER }: Pick<PollClient, 'state$'>): Observable<never> {
  return state$.pipe(
    filter(({ kind }) => kind === 'closed'),
    map(() => raise(interruption()))
  );
}

/** Ends what is asked of a closed client, see {@link refusingClosed}. */
export function ofOpen<T>(
  client: PollClient,
  kind: 'value' | 'presence',
  context: () => ErrorContext
): MonoTypeOperatorFunction<T> {
  const { scheduler } = client;
  return refusingClosed({ scheduler, isOver: () => client.state?.kind === 'closed' }, kind, context);
}

/** Completes with the client; **errors** before the first value. */
export function untilClosed<T>(): MonoTypeOperatorFunction<T> {
  return (source$) =>
    defer(() => {
      let seen = false;
      return source$.pipe(
        tap(() => (seen = true)),
        catchError((error: unknown) => {
          if (!isCoordinationError(error, 'CLOSED')) return throwError(() => error);
          return seen ? EMPTY : throwError(() => interrupted(error));
        })
      );
    });
}
