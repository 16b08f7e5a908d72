import { EMPTY, type Observable, concat, defer, endWith, ignoreElements, map, merge, mergeMap, takeUntil } from 'rxjs';
import { aborted } from '../../../client/aborted.js';
import { sessionOver } from '../../../core/callErrors.js';
import type { Work } from '../../../client/paced.js';
import { ConnectionLostError } from '../../../core/errors.js';
import { raise } from '../../../core/failures.js';
import { snapshot as method, status } from '../protocol/methods.js';
import { memberSession } from '../session/memberSession.js';
import type { Session } from '../session/session.js';
import { streamed } from '../session/streamed.js';
import { memberEndpoint } from './memberEndpoint.js';
import type { Methods } from './methods.js';
import type { MemberCallOptions } from './requestOptions.js';
import { SnapshotSum } from './snapshotSum.js';

const CONTEXT = { operation: 'snapshot' };

/**
 * The pieces of a snapshot, over a connection of its own.
 *
 * @param work the work on each piece, whose values are emitted instead
 */
export function snapshot<W = Uint8Array>(
  { session, filled }: Methods,
  options: MemberCallOptions,
  work?: Work<Uint8Array, W>
): Observable<W> {
  const { endpoint } = options;
  const { settings } = session;
  const { signal, timeout: each = settings.timeout } = filled(options);
  const given = endpoint === undefined ? undefined : [memberEndpoint('options.endpoint', endpoint, settings)];
  return defer(() => {
    const sum = new SnapshotSum();
    const connected = session.link === undefined ? session.endpoints : [session.link.endpoint];
    return memberSession(session, given ?? connected, (own) =>
      own.exchange(status, {}, CONTEXT, { signal, timeout: each }, { leaderless: true }).pipe(
        map(() => own.link ?? raise(new ConnectionLostError('the connection was lost', 'none', CONTEXT))),
        mergeMap((link) => {
          const take = ({ blob }: { readonly blob: Uint8Array }) => {
            sum.add(blob);
            return blob;
          };
          const pieces$ =
            work === undefined
              ? (streamed(link, method, {}, CONTEXT, { each }, settings).pipe(map(take)) as Observable<unknown>)
              : streamed(link, method, {}, CONTEXT, { each, work: (reply) => work(take(reply)) }, settings);
          return concat(
            pieces$ as Observable<W>,
            defer(() => (sum.check(), EMPTY))
          );
        })
      )
    ).pipe(takeUntil(merge(closed(session), aborted(signal, CONTEXT))));
  });
}

/** **Errors** when the client is closed. */
function closed({ link$ }: Session): Observable<never> {
  const over = () => raise(sessionOver('CLOSED', 'the client was closed')({ effect: 'none', context: CONTEXT }));
  return link$.pipe(ignoreElements(), endWith(undefined), map(over));
}
