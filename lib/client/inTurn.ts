import { Observable, type SchedulerLike, type Subscriber, exhaustMap, merge, take, timer } from 'rxjs';
import { abortOf } from '../operators/abortOf.js';
import type { CallOptions } from './callOptions.js';

/** The longest wait for a turn, in milliseconds. */
const PATIENCE = 5000;

/** A session, or a part of it. */
export interface TurnTaker {
  /** All views of one session share it: it stands for the session. */
  readonly state$: Observable<unknown>;
  readonly scheduler: SchedulerLike;
}

/** The work that waits at each node or key of a session; the first one runs. */
const sessions = new WeakMap<TurnTaker['state$'], Map<string, Subscriber<void>[]>>();

/**
 * Runs work on one node or key in the order of subscription, one at a time for each session. It is for optimistic
 * writes: if all of them read at once, only the first write succeeds, and the others have to read again.
 *
 * - **Emits** the first value of `work$`, and completes.
 * - **Errors** as `work$` does.
 * - **Unsubscribing** lets the next one begin.
 *
 * The wait ends early when the signal aborts, and after the timeout, or 5 seconds if there is none. Then `work$` begins
 * at once, and the request in it reports the fault.
 */
export function inTurn<T>(
  { state$, scheduler }: TurnTaker,
  key: string,
  { timeout = PATIENCE, signal }: CallOptions,
  work$: Observable<T>
): Observable<T> {
  const impatient$ = timer(Math.min(timeout, PATIENCE), scheduler);
  return merge(turn(state$, key), impatient$, abortOf(signal)).pipe(
    exhaustMap(() => work$),
    take(1)
  );
}

/** Emits when all who came before have left. */
function turn(state$: TurnTaker['state$'], key: string): Observable<void> {
  return new Observable((subscriber) => {
    const lines = sessions.get(state$) ?? new Map<string, Subscriber<void>[]>();
    sessions.set(state$, lines);
    const line = lines.get(key) ?? [];
    lines.set(key, line);
    if (line.push(subscriber) === 1) subscriber.next();
    return () => {
      const at = line.indexOf(subscriber);
      line.splice(at, 1);
      if (line.length === 0) lines.delete(key);
      else if (at === 0) line[0]!.next();
    };
  });
}
