import { catchError, mergeMap, of, throwError } from 'rxjs';
import type { CallOptions } from '../../../client/callOptions.js';
import { countedWhile } from '../../../client/countedWhile.js';
import type { RequestFilter } from '../../../client/requestFilter.js';
import { sound } from '../../../client/sound.js';
import { statsFeed } from '../../../client/statsFeed.js';
import { UsageError, isCoordinationError } from '../../../core/errors.js';
import { keyResult } from '../protocol/answer.js';
import { HEALTH, VERSION, isHealthy, versionOf } from '../protocol/clusterRequests.js';
import { askOf } from '../protocol/keyRequests.js';
import { exchangeOver, withFilters } from '../session/exchange.js';
import type { Session } from '../session/session.js';
import { follow } from '../watch/follow.js';
import { waitForEvent } from '../watch/waitForEvent.js';
import { auth } from './auth.js';
import type { Backing } from './backing.js';
import type { CallMaker } from './callMaker.js';
import { checked } from './fields.js';
import { membership } from './membership.js';
import { statistics } from './statistics.js';

/** The v2 API itself, over HTTP. */
export function httpBacking(
  session: Session,
  close: () => Promise<void>,
  filters: readonly RequestFilter[] = session.settings.use
): Backing {
  const exchange = withFilters(exchangeOver(session), filters);
  const base = { session, exchange };
  const watching = <T>() => countedWhile<T>(session.meter, 'watches');
  const calls = (defaults: CallOptions): CallMaker => {
    return (operation, options, ask, read, at) =>
      sound(operation, () => {
        const context = { operation };
        return exchange(
          ask(),
          context,
          { ...defaults, ...checked(options, []) },
          (answer) => read(answer, context),
          at
        );
      });
  };
  return {
    state$: session.states.state$,
    get state() {
      return session.states.state;
    },
    diagnostics$: session.diagnostics$,
    ...statsFeed(session, session.states.state$),
    scheduler: session.settings.scheduler,
    use: (filter) => httpBacking(session, close, [filter, ...filters]),
    keys: (request, context, options) => {
      const sent$ = exchange(askOf(request), context, options, (answer) => keyResult(answer, context));
      if (request.kind !== 'write' || request.fields.refresh !== true) return sent$;
      return exchange(VERSION, context, options, versionOf).pipe(
        mergeMap(({ cluster }) =>
          canRefresh(cluster)
            ? sent$
            : throwError(() => new UsageError('ttl', `cannot be refreshed by etcd ${cluster}; use updateTtl`))
        )
      );
    },
    follow: (key, recursive, context) => follow(base, key, { recursive }, context).pipe(watching()),
    events: (key, options, context) => follow(base, key, options, context).pipe(watching()),
    wait: (key, options, context) => waitForEvent(base, key, options, context).pipe(watching()),
    cluster: (defaults) => {
      const call = calls(defaults);
      const members = membership(call);
      return {
        members,
        statistics: statistics(call, members, session.settings.tls !== undefined),
        auth: auth(call),
        version: (options) => call('version', options, () => VERSION, versionOf),
        health: (options) =>
          call('health', options, () => HEALTH, isHealthy).pipe(
            catchError((error: unknown) =>
              isCoordinationError(error, 'UNAVAILABLE') ? of(false) : throwError(() => error)
            )
          ),
      };
    },
    close,
  };
}

/** Whether a version knows `refresh`: others would empty the value. */
function canRefresh(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 2 || (major === 2 && minor >= 3);
}
