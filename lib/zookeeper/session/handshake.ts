import { EMPTY, type Observable, concatMap, endWith, ignoreElements, tap } from 'rxjs';
import type { Endpoint } from '../../core/endpoint.js';
import { ProtocolError, SessionError, isCoordinationError } from '../../core/errors.js';
import type { ConnectRequest, ConnectResponse } from '../protocol/handshake.js';
import { sasl } from '../protocol/ops/session.js';
import type { Settings } from '../options.js';
import type { SaslExchange, SaslMechanism } from '../sasl/saslMechanism.js';
import type { Channel } from './channel.js';
import { authenticate } from './authenticate.js';

/**
 * Makes a connection ready for requests: the connect request, SASL. **Emits** the server's answer, once, and completes.
 *
 * **Errors** with a `SessionError`: `EXPIRED`, `REPLACED`, `AUTH_FAILED`; or with the error that broke the link.
 */
export function handshake(
  channel: Channel,
  endpoint: Endpoint,
  request: ConnectRequest,
  settings: Settings
): Observable<ConnectResponse> {
  return channel.greet(request).pipe(
    tap((response) => checkResponse(request, response)),
    concatMap((response) => authenticated(channel, endpoint, settings).pipe(ignoreElements(), endWith(response)))
  );
}

/** Whether the server let us in, and as whom. */
function checkResponse(request: ConnectRequest, response: ConnectResponse): void {
  const fresh = request.id === 0n;
  if (response.timeout <= 0 || response.id === 0n) {
    throw fresh
      ? new ProtocolError('the server granted no session', { code: 'REFUSED', effect: 'none' })
      : new SessionError('EXPIRED', 'the session has expired');
  }
  if (!fresh && response.id !== request.id)
    throw new SessionError('REPLACED', 'the server answered with another session than the one asked for');
}

/** The exchange of SASL, where there is one. */
export function authenticated(channel: Channel, endpoint: Endpoint, settings: Settings): Observable<unknown> {
  if (settings.sasl === undefined) return EMPTY;
  return authenticate(begun(settings.sasl, endpoint), (token) => channel.request(sasl, token));
}

/** The exchange of a mechanism. One that cannot begin is as one that fails. */
function begun(mechanism: SaslMechanism, endpoint: Endpoint): SaslExchange {
  try {
    return mechanism.start(endpoint);
  } catch (cause) {
    if (isCoordinationError(cause)) throw cause;
    throw new SessionError('AUTH_FAILED', `SASL: ${cause instanceof Error ? cause.message : String(cause)}`, 'none', {
      cause,
    });
  }
}
