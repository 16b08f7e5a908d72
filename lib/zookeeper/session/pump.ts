import { type Observable, concat, defer, ignoreElements, merge, tap } from 'rxjs';
import { ConnectionLostError } from '../../core/errors.js';
import { raise } from '../../core/failures.js';
import type { Link } from '../../core/link.js';
import type { Channel } from './channel.js';

/**
 * Moves bytes from a link into a channel: once per chunk, in an operator, so that what the channel throws is an error
 * here. Ends with an error.
 */
export function pump({ chunk$, drain$ }: Link, channel: Channel): Observable<never> {
  const chunks$ = chunk$.pipe(
    tap((chunk) => channel.receive(chunk)),
    ignoreElements()
  );
  const drains$ = drain$.pipe(
    tap(() => channel.sender.drained()),
    ignoreElements()
  );
  return merge(
    drains$,
    concat(
      chunks$,
      defer(() => raise(new ConnectionLostError('the server closed the connection')))
    )
  );
}
