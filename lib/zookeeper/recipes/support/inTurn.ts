import { NEVER, Observable, type Subscriber, exhaustMap, merge, take, timer } from 'rxjs';
import { onAbort } from '../../../core/onAbort.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { inChroot } from '../../path.js';
import type { CallOptions } from '../../session/exchange.js';

/** The longest wait for a turn, in milliseconds. */
const PATIENCE = 5000;

/** Who waits at each path; the first one works. The key is the state stream: all views of one session share it. */
const sessions = new WeakMap<ZooKeeper['state$'], Map<string, Subscriber<void>[]>>();

/**
 * Runs work on one node in the order of subscription, one at a time for each session. It is for optimistic writes: if
 * all of them read at once, only the first write succeeds, and the others have to read again.
 *
 * - **Emits** the first value of `work$`, and completes.
 * - **Errors** as `work$` does.
 * - **Unsubscribing** lets the next one begin.
 *
 * The wait ends early when the signal aborts, and after the timeout, or 5 seconds if there is none. Then `work$` begins
 * at once, and the request in it reports the fault.
 */
export function inTurn<T>(
  { state$, root, scheduler }: Pick<ZooKeeper, 'state$' | 'root' | 'scheduler'>,
  path: string,
  { timeout = PATIENCE, signal }: CallOptions,
  work$: Observable<T>
): Observable<T> {
  const impatient$ = timer(Math.min(timeout, PATIENCE), scheduler);
  return merge(turn(state$, inChroot(root, path)), impatient$, signal === undefined ? NEVER : aborted(signal)).pipe(
    exhaustMap(() => work$),
    take(1)
  );
}

/** Emits when everybody who came before has left. */
function turn(state$: ZooKeeper['state$'], path: string): Observable<void> {
  return new Observable((subscriber) => {
    const lines = sessions.get(state$) ?? new Map<string, Subscriber<void>[]>();
    sessions.set(state$, lines);
    const line = lines.get(path) ?? [];
    lines.set(path, line);
    if (line.push(subscriber) === 1) subscriber.next();
    return () => {
      const at = line.indexOf(subscriber);
      line.splice(at, 1);
      if (line.length === 0) lines.delete(path);
      else if (at === 0) line[0]!.next();
    };
  });
}

function aborted(signal: AbortSignal): Observable<void> {
  return new Observable((subscriber) => onAbort(signal, () => subscriber.next()));
}
