import { EMPTY, type Observable, concatMap, defaultIfEmpty, defer, from, take } from 'rxjs';
import { SessionError } from '../../core/errors.js';
import type { SaslExchange } from '../saslMechanism.js';

/**
 * Runs an exchange of tokens with a server to its end.
 *
 * - **Completes** when both sides are content; emits nothing.
 * - **Errors** with `AUTH_FAILED`, also when the server knows nothing of SASL; or with the link.
 *
 * @param send sends a token and emits the server's answer
 */
export function authenticate(exchange: SaslExchange, send: (token: Uint8Array) => Observable<Uint8Array | null>): Observable<never> {
  const step = (token: Uint8Array | null): Observable<never> =>
    defer(() => from(exchange.step(token))).pipe(
      take(1),
      defaultIfEmpty(undefined),
      concatMap((answer) => {
        if (answer === undefined) return done(exchange);
        return send(answer).pipe(
          concatMap((reply) => {
            if (reply !== null) return step(reply);
            return exchange.complete ? EMPTY : done(exchange, 'the server does not know SASL');
          })
        );
      })
    );
  return step(null);
}

function done({ complete }: SaslExchange, why = 'the exchange ended before the server had proved itself'): Observable<never> {
  if (complete) return EMPTY;
  throw new SessionError('AUTH_FAILED', `SASL: ${why}`);
}
