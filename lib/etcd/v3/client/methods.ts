import type { Observable } from 'rxjs';
import { type CallOptions, checkCallOptions } from '../../../client/callOptions.js';
import type { RequestFilter } from '../../../client/requestFilter.js';
import { sound } from '../../../client/sound.js';
import { knownKeys } from '../../../core/check.js';
import type { Endpoint } from '../../../core/endpoint.js';
import type { Draft } from '../protocol/message.js';
import type { Method } from '../protocol/methods.js';
import type { CallProfile } from '../session/call.js';
import { type Exchange, withFilters } from '../session/exchange.js';
import { memberSession } from '../session/memberSession.js';
import type { Session } from '../session/session.js';
import { memberEndpoint } from './memberEndpoint.js';
import type { MemberCallOptions } from './requestOptions.js';

/** The options of every request. */
export const CALL = ['timeout', 'signal'] as const;

/** How the methods of a client come about: see {@link methods}. */
export type Methods = ReturnType<typeof methods>;

/**
 * How the methods of a client come about: they check their options, send a request, and report mistakes of the caller
 * on the error channel.
 *
 * @param defaults options of requests that do not say otherwise
 * @param filters those of this view alone; those of the session are in its exchange
 */
export function methods(session: Session, defaults: CallOptions, filters: readonly RequestFilter[]) {
  const filled = <O extends CallOptions>(options: O | undefined) =>
    options === undefined ? defaults : { ...defaults, ...options };
  const own = withFilters(session.exchange, filters);
  const exchange: Exchange = (to, request, context, options, profile) =>
    own(to, request, context, filled(options), profile);
  /** As `exchange`, with the member that is named. */
  const exchangeWith = (endpoint: string | Endpoint | undefined): Exchange => {
    if (endpoint === undefined) return exchange;
    const member = memberEndpoint('options.endpoint', endpoint, session.settings);
    return (to, request, context, options, profile) =>
      memberSession(session, [member], (other) =>
        withFilters(other.exchange, filters)(to, request, context, filled(options), profile)
      );
  };
  /** The options of a call, checked as far as they are those of every request. */
  const checked = <O extends CallOptions>(options: O | undefined, keys: readonly string[] = []): O => {
    const chosen = options === undefined ? ({} as O) : knownKeys('options', options, [...CALL, ...keys]);
    checkCallOptions(chosen);
    return chosen;
  };
  /** A method: which options it has, and how its arguments become a request; `shown` is the key to name in errors. */
  const method = <Q, R, T = R, O extends MemberCallOptions = CallOptions>(
    operation: string,
    to: Method<Q, R>,
    keys: readonly string[],
    options: O | undefined,
    request: (options: O) => Draft<Q>,
    profile?: CallProfile<R, T>,
    shown?: () => string | undefined
  ): Observable<T> =>
    sound(
      operation,
      () => {
        const chosen = checked(options, keys);
        const { endpoint } = chosen;
        return exchangeWith(endpoint)(to, request(chosen), { operation, path: shown?.() }, chosen, profile);
      },
      shown
    );
  return { session, filled, exchange, exchangeWith, checked, method };
}
