import { type Observable, catchError, concatMap, defer, expand, filter, map, of, take, timeout, timer } from 'rxjs';
import type { Endpoint } from '../../core/endpoint.js';
import type { Settings } from '../options.js';
import { fourLetterWord } from './fourLetterWord.js';

/** Apache's client begins with this and doubles it up to the last, in milliseconds. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 60_000;
const PATIENCE = 1000;

/**
 * Looks for a server that has its quorum, while a read-only one serves.
 *
 * - **Emits** the first one found, and completes.
 * - **Errors** never.
 * - **Unsubscribing** ends the search.
 *
 * @param next the server to ask now
 */
export function findWritableServer(next: () => Endpoint, { transport, scheduler }: Settings): Observable<Endpoint> {
  const ask = (pause: number): Observable<{ readonly pause: number; readonly found: Endpoint | undefined }> =>
    timer(pause, scheduler).pipe(
      concatMap(() => {
        const endpoint = next();
        return fourLetterWord(transport, endpoint, 'isro').pipe(
          timeout({ each: PATIENCE, scheduler }),
          catchError(() => of('')),
          map((answer) => ({
            pause: Math.min(pause * 2, LONGEST_PAUSE),
            found: answer.trim() === 'rw' ? endpoint : undefined,
          }))
        );
      })
    );
  return defer(() => ask(FIRST_PAUSE)).pipe(
    expand(({ pause }) => ask(pause)),
    map(({ found }) => found),
    filter((found) => found !== undefined),
    take(1)
  );
}
