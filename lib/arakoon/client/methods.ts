import type { Observable } from 'rxjs';
import type { RequestFilter } from '../../client/requestFilter.js';
import { sound } from '../../client/sound.js';
import { withDefaults } from '../filters/withDefaults.js';
import type { Op } from '../protocol/op.js';
import type { CallOptions } from '../session/callOptions.js';
import type { CallProfile } from '../session/callProfile.js';
import { type Pullable, pullable } from '../../client/paced.js';
import type { Listener } from '../session/replyParts.js';
import { exchangeOver } from '../session/exchange.js';
import type { Session } from '../session/session.js';
import { streamingCall } from '../session/streamingCall.js';
import { CALL, checkOptions } from './checkOptions.js';
import type { ReadOptions, UserHookOptions } from './requestOptions.js';

/**
 * How the methods of a client come about: they check their options, send a request, and report mistakes of the caller
 * on the error channel.
 *
 * @param shown a key as errors show it
 */
export function methods<K>(
  session: Session,
  defaults: ReadOptions,
  filters: readonly RequestFilter[],
  shown: (key: K) => string | undefined
) {
  const exchange = withDefaults(defaults)(exchangeOver(session.router, filters));
  const checked = (options: object | undefined, keys: readonly string[]) =>
    checkOptions(options, keys, session.router.nodes);
  /** A method: which options it has, and how its arguments become a request; `of` is the key to name in errors. */
  const method = <Q, R, T = R>(
    op: Op<Q, R>,
    keys: readonly string[],
    options: CallOptions | undefined,
    request: () => Q,
    manner?: CallProfile<R, T>,
    of?: K
  ): Observable<T> =>
    sound(
      op.name,
      () => {
        checked(options, keys);
        return exchange(op, request(), options, manner);
      },
      () => (of === undefined ? undefined : shown(of))
    );
  const plain = <R, T = R>(op: Op<void, R>, options: CallOptions | undefined, manner?: CallProfile<R, T>) =>
    method(op, CALL, options, () => undefined, manner);
  const stream = <Q, R, T>(
    op: Op<Q, R>,
    keys: readonly string[],
    options: UserHookOptions | undefined,
    request: () => Q,
    listener: () => Listener<T>,
    long = {}
  ): Pullable<T> =>
    pullable((work) =>
      sound(op.name, () => {
        checked(options, keys);
        return streamingCall(
          session,
          op,
          request(),
          listener,
          { ...long, ...defaults, ...options },
          options?.input$,
          work
        );
      })
    );
  return { checked, method, plain, stream };
}
