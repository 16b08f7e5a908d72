import { type Observable, defer, map, mergeMap, of } from 'rxjs';
import { ServerError } from '../../../core/errors.js';
import { memberList, moveLeader as transfer, status } from '../protocol/methods.js';
import type { Methods } from './methods.js';
import type { MemberCallOptions } from './requestOptions.js';

const OPERATION = 'moveLeader';
const CONTEXT = { operation: OPERATION };

/** Makes another member the leader: asks the leader for it, which is looked for unless the options say where it is. */
export function moveLeader(
  { session, filled, exchange, exchangeWith }: Methods,
  to: bigint,
  options: MemberCallOptions
): Observable<void> {
  return defer(() => {
    const { scheduler, timeout } = session.settings;
    const { signal, timeout: patience = timeout } = filled(options);
    const deadline = scheduler.now() + patience;
    /** One deadline for all requests. */
    const rest = () => ({ signal, timeout: Math.max(1, deadline - scheduler.now()) });
    const ask = (endpoint: string | MemberCallOptions['endpoint']) =>
      exchangeWith(endpoint)(transfer, { targetId: to }, CONTEXT, rest(), { decode: () => undefined });
    if (options.endpoint !== undefined) return ask(options.endpoint);
    return exchange(status, {}, CONTEXT, rest()).pipe(
      mergeMap(({ leader, header }) =>
        leader === header?.memberId
          ? of(undefined)
          : exchange(memberList, {}, CONTEXT, rest()).pipe(
              map(({ members }) => members.find(({ id }) => id === leader)?.clientUrls[0] ?? unknownLeader())
            )
      ),
      mergeMap((leader) => ask(leader))
    );
  });
}

function unknownLeader(): never {
  throw new ServerError('NO_LEADER', 0, {
    ...CONTEXT,
    message: `${OPERATION}: the address of the leader is not known`,
  });
}
