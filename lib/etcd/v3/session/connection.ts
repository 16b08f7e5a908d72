import {
  EMPTY,
  type Observable,
  catchError,
  concat,
  defer,
  filter,
  ignoreElements,
  merge,
  mergeMap,
  of,
  race,
  switchMap,
  take,
  throwError,
  timer,
} from 'rxjs';
import { inTime } from '../../../client/inTime.js';
import { type Endpoint, formatEndpoint } from '../../../core/endpoint.js';
import { ConnectError, type CoordinationError } from '../../../core/errors.js';
import { asCoordinationError } from '../../../core/failures.js';
import type { EtcdTransport, Settings } from '../options.js';
import { type HeartbeatTimes, Silence, heartbeat } from './heartbeat.js';
import { MemberLink } from './memberLink.js';
import type { Tokens } from './tokens.js';

/** The parts of a client that a connection works with. */
export interface ConnectionBase {
  readonly settings: Settings;
  readonly transport: EtcdTransport;
  readonly tokens: Tokens;
  readonly heartbeatTimes: HeartbeatTimes;
  /** Reasons to go to another member. */
  readonly avoided$: Observable<{ readonly link: MemberLink; readonly error: CoordinationError }>;
  /** The connection takes requests. */
  begins(link: MemberLink): void;
  /** It takes no more requests, or did not come about: then there is no `link`. */
  ends(endpoint: Endpoint, error: CoordinationError, link: MemberLink | undefined): void;
}

/**
 * A connection to a member, from the dial until its last request has ended. `ends` is called when it takes no more
 * requests, which may be long before. **Completes** after the last request. Never emits, and never errors.
 */
export function connection(base: ConnectionBase, endpoint: Endpoint): Observable<never> {
  const { settings, transport, tokens } = base;
  const { scheduler, connectTimeout } = settings;
  const late = () =>
    throwError(
      () =>
        new ConnectError(`no connection to ${formatEndpoint(endpoint)} within ${connectTimeout} ms`, {
          code: 'TIMEOUT',
        })
    );
  return defer(() => transport(endpoint)).pipe(
    switchMap((carrier) => {
      const link = new MemberLink(endpoint, carrier);
      return merge(carrier.end$, concat(tokens.renew(link), of(link))).pipe(take(1));
    }),
    inTime(connectTimeout, scheduler, late),
    switchMap((link) => concat(serve(base, link), of(undefined))),
    catchError((error: unknown) => {
      base.ends(endpoint, asCoordinationError(error), undefined);
      return EMPTY;
    }),
    take(1),
    ignoreElements()
  );
}

/** From the first request that the connection takes to the end of the last. */
function serve(base: ConnectionBase, link: MemberLink): Observable<never> {
  const { scheduler, timeout: patience } = base.settings;
  const avoided$ = base.avoided$.pipe(
    filter((avoided) => avoided.link === link),
    mergeMap(({ error }) => throwError(() => error))
  );
  const silent$ = heartbeat(link, base.heartbeatTimes, scheduler);
  return defer(() => {
    base.begins(link);
    return merge(link.carrier.end$, silent$, avoided$).pipe(
      catchError((error: unknown) => {
        base.ends(link.endpoint, asCoordinationError(error), link);
        if (error instanceof Silence || link.underWay === 0) return EMPTY;
        return race(link.idle$, timer(patience, scheduler)).pipe(take(1), ignoreElements());
      })
    );
  });
}
