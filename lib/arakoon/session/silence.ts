import { type Observable, defer, ignoreElements, repeat, takeWhile, tap } from 'rxjs';
import { elapsed } from '../../client/inTime.js';
import type { Settings } from '../options.js';
import type { Connection } from './connection.js';
import { Silence } from './failures.js';

/**
 * Watches a connection over which the server owes answers. A server at work on a request may be silent for long, so
 * silence proves something only when an answer has begun, or when the answer needs no work.
 *
 * **Errors** when the server makes no progress for as long as a dial may take. **Completes** when it owes nothing.
 *
 * @param promptly whether every answer needs no work
 */
export function silence(
  connection: Pick<Connection, 'since' | 'owed' | 'begun'>,
  node: string,
  promptly: boolean,
  { scheduler, connectTimeout }: Settings
): Observable<never> {
  const left = () => connection.since + connectTimeout - scheduler.now();
  return defer(() => elapsed(left() > 0 ? left() : connectTimeout, scheduler)).pipe(
    tap(() => {
      const stuck = connection.owed > 0 && left() <= 0 && (promptly || connection.begun);
      if (stuck) throw new Silence(node, connectTimeout - left());
    }),
    repeat(),
    // eslint-disable-next-line rxjs-x/no-ignored-takewhile-value -- the timer says when to look at the connection
    takeWhile(() => connection.owed > 0),
    ignoreElements()
  );
}
