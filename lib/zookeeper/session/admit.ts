import { EMPTY, type Observable, catchError, concatMap, endWith, forkJoin, ignoreElements, map, of, tap, timeout } from 'rxjs';
import type { Endpoint } from '../../core/endpoint.js';
import { ProtocolError, SessionError } from '../../core/errors.js';
import type { ConnectRequest, ConnectResponse } from '../protocol/handshake.js';
import { sasl } from '../protocol/ops/session.js';
import type { Settings } from '../options.js';
import type { Version } from '../types.js';
import type { Channel } from './channel.js';
import { fourLetterWord, versionIn } from './fourLetterWord.js';
import { authenticate } from './authenticate.js';

/** A server that does not tell its version within this many milliseconds is taken for one that does not tell. */
const PATIENCE = 1000;

/**
 * Gets a connection to where requests may go out: the connect request, the server's version, SASL.  **Emits** the server's answer, once, and completes.
 *
 * **Errors** with a `SessionError`: `EXPIRED`, `REPLACED`, `AUTH_FAILED`; or with what broke the link.
 */
export function admit(channel: Channel, endpoint: Endpoint, request: ConnectRequest, settings: Settings): Observable<ConnectResponse> {
  const greeting$ = channel.greet(request).pipe(tap((response) => checkResponse(request, response)));
  return forkJoin([greeting$, versionOf(endpoint, settings)]).pipe(
    concatMap(([response, version]) => {
      channel.sender.version = version;
      return authenticated(channel, endpoint, settings).pipe(ignoreElements(), endWith(response));
    })
  );
}

/** Whether the server let us in, and as whom. */
function checkResponse(request: ConnectRequest, response: ConnectResponse): void {
  const fresh = request.id === 0n;
  if (response.timeout <= 0 || response.id === 0n) {
    throw fresh ? new ProtocolError('the server granted no session', { code: 'REFUSED', effect: 'none' }) : new SessionError('EXPIRED', 'the session has expired');
  }
  if (!fresh && response.id !== request.id) throw new SessionError('REPLACED', 'the server answered with another session than the one asked for');
}

function versionOf(endpoint: Endpoint, { serverVersion, transport, scheduler }: Settings): Observable<Version> {
  if (serverVersion !== undefined) return of(serverVersion);
  return fourLetterWord(transport, endpoint, 'srvr').pipe(
    timeout({ each: PATIENCE, with: () => of(''), scheduler }),
    catchError(() => of('')),
    map(versionIn)
  );
}

function authenticated(channel: Channel, endpoint: Endpoint, settings: Settings): Observable<unknown> {
  if (settings.sasl === undefined) return EMPTY;
  return authenticate(settings.sasl.start(endpoint), (token) => channel.request(sasl, token));
}
