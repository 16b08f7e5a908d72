import { type Observable, concatMap } from 'rxjs';
import type { CallOptions } from './callOptions.js';
import { type TurnTaker, inTurn } from './inTurn.js';

/** Begins another attempt: with the given state, or with a new read. */
export type NextAttempt<S, T> = (seen$?: Observable<S>) => Observable<T>;

/**
 * Reads, and writes a value that depends on the read, on the condition that no other write came between. If one did, it
 * begins again. From then on, the attempts of one session at one key go one after the other: see {@link inTurn}.
 *
 * @param line the name of the line in which an attempt that was overtaken waits: the node or the key
 * @param attempt writes. If another write came between, it returns `next()`, or `next(seen$)` if the refusal has told
 *   the new state
 */
export function optimistic<S, T>(
  session: TurnTaker,
  line: () => string,
  options: CallOptions,
  read$: Observable<S>,
  attempt: (seen: S, next: NextAttempt<S, T>) => Observable<T>
): Observable<T> {
  const again: NextAttempt<S, T> = (seen$ = read$) => seen$.pipe(concatMap((seen) => attempt(seen, again)));
  return read$.pipe(concatMap((seen) => attempt(seen, () => inTurn(session, line(), options, again()))));
}
