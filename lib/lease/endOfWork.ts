import {
  EMPTY,
  type Observable,
  type SchedulerLike,
  catchError,
  concat,
  defer,
  ignoreElements,
  of,
  repeat,
  takeWhile,
  throwError,
  timer,
} from 'rxjs';
import { isCoordinationError } from '../core/errors.js';
import type { Held, ProvenHold } from './held.js';

/** What becomes of a hold when the work under it has ended. */
export interface EndOfWork {
  /** Holds on after the work has completed. Default `false`: the hold is given back, and all completes. */
  readonly keep?: boolean;
  /**
   * Contends again after the work has completed, and after a loss; then the work begins again. It waits 100 ms before
   * that, so that work that completes at once does not keep the servers busy. All completes when the client is closed,
   * in the pause at its end. Default `false`.
   */
  readonly again?: boolean;
}

/** Stands for the end of the work among its values. */
export const END = Symbol('end of the work');

/** Gives back a hold, where leaving its source is not enough, and emits {@link END}. */
export function givenBack(held: Held): Observable<typeof END> {
  const release$ = defer(() => held.release?.() ?? EMPTY).pipe(
    ignoreElements(),
    catchError((error: unknown) => (isCoordinationError(error, 'CLOSED') ? EMPTY : throwError(() => error)))
  );
  return concat(release$, of(END));
}

/** Whether nobody else can hold it, as far as is known here. */
export function isSure({ lost, valid = true }: Held & Partial<ProvenHold>): boolean {
  return lost === undefined && valid;
}

/** What the rounds of one subscription have in common. */
export interface Rounds {
  /** Whether the client was closed: no round follows. */
  over: boolean;
  /** The clock of the client, once something was held. */
  clock: SchedulerLike | undefined;
}

const PAUSE = 100;

/** Contends again and again: after each round that completes, and after each loss. */
export function rounds<T>(round: (all: Rounds) => Observable<T>): Observable<T> {
  return defer(() => {
    const all: Rounds = { over: false, clock: undefined };
    const lossEnds = catchError((error: unknown) =>
      isCoordinationError(error, 'LEASE_LOST') ? EMPTY : throwError(() => error)
    );
    const next$ = defer(() =>
      all.over
        ? of(END)
        : // a loss before anything was held took its time
          all.clock === undefined
          ? EMPTY
          : timer(PAUSE, all.clock).pipe(ignoreElements())
    );
    return concat(defer(() => round(all)).pipe(lossEnds), next$).pipe(
      repeat(),
      takeWhile((value): value is T => value !== END)
    );
  });
}
