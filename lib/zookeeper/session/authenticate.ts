import {
  EMPTY,
  type Observable,
  catchError,
  concatMap,
  defaultIfEmpty,
  defer,
  from,
  take,
  throwError,
  throwIfEmpty,
} from 'rxjs';
import { CoordinationError, SessionError } from '../../core/errors.js';
import type { SaslExchange } from '../sasl/saslMechanism.js';

/** More than any mechanism needs: a server must not keep a client at it for ever. */
const MOST_TOKENS = 32;

/**
 * Runs an exchange of tokens with a server to its end.
 *
 * - **Completes** when both sides are content; emits nothing.
 * - **Errors** with `AUTH_FAILED`, also when the mechanism fails in a way of its own, or the server knows nothing of
 *   SASL;
 *   or with the link.
 *
 * @param send sends a token and emits the server's answer
 */
export function authenticate(
  exchange: SaslExchange,
  send: (token: Uint8Array) => Observable<Uint8Array | null>
): Observable<never> {
  const step = (token: Uint8Array | null, sent: number): Observable<never> =>
    defer(() => from(exchange.step(token))).pipe(
      take(1),
      defaultIfEmpty(undefined),
      // an error below is the link's
      catchError((cause: unknown) => throwError(() => asCoordinationError(cause))),
      concatMap((answer) => {
        if (answer === undefined)
          return exchange.complete ? EMPTY : failed('the exchange ended before the server had proved itself');
        if (sent === MOST_TOKENS) return failed(`no end after ${sent} tokens`);
        return send(answer).pipe(
          throwIfEmpty(() => failure('the server did not answer')),
          concatMap((reply) => {
            if (reply !== null) return step(reply, sent + 1);
            if (exchange.complete) return EMPTY;
            return failed(
              sent === 0 ? 'the server does not know SASL' : 'the server let the login fail without a word'
            ); // allowSaslFailedClients
          })
        );
      })
    );
  return step(null, 0);
}

function failed(why: string): Observable<never> {
  return throwError(() => failure(why));
}

function failure(why: string, cause?: unknown): SessionError {
  return new SessionError('AUTH_FAILED', `SASL: ${why}`, 'none', { cause });
}

function asCoordinationError(cause: unknown): CoordinationError {
  return cause instanceof CoordinationError
    ? cause
    : failure(cause instanceof Error ? cause.message : String(cause), cause);
}
