import { EMPTY, type Observable, catchError, defer, finalize, ignoreElements, map, share, tap, throwError } from 'rxjs';
import { inTime } from '../../../client/inTime.js';
import { ConnectionLostError, type CoordinationError, ServerError, isCoordinationError } from '../../../core/errors.js';
import type { CallContext, Carrier } from '../carrier.js';
import type { Settings } from '../options.js';
import { mayPass } from '../protocol/errorCode.js';
import { authenticate } from '../protocol/methods.js';
import type { Credentials } from '../../types.js';
import type { MemberLink } from './memberLink.js';
import { unary } from './unary.js';

/** Refusals that a new token may mend. */
const STALE: ReadonlySet<string> = new Set(['INVALID_TOKEN', 'OLD_AUTH_REVISION', 'USER_EMPTY']);
/** The member was too slow, or something changed meanwhile. The next attempt may succeed. */
const PASSING: ReadonlySet<string> = new Set(['DEADLINE_EXCEEDED', 'CANCELLED', 'OLD_AUTH_REVISION']);
/** Milliseconds for which a token is as good as new. Servers forget tokens that were not used for minutes. */
const FRESH = 10_000;
const CONTEXT = { operation: 'authenticate' };

/** Whether the token was at fault. */
export function isStaleToken(code: string): boolean {
  return STALE.has(code);
}

/** Whether the cluster does not let the user in, so that requests need not wait for another attempt. */
export function isRefusedUser(error: CoordinationError): error is ServerError {
  return error.layer === 'server' && !mayPass(error.code) && !PASSING.has(error.code);
}

/** The error of a call whose user is not let in. */
export function refusedUser(cause: ServerError, context: CallContext): ServerError {
  const message = `${context.operation}: ${cause.message}`;
  return new ServerError(cause.code, cause.number, { ...context, message, cause });
}

/** Gets tokens for a user: one question at a time for each connection, because passwords are slow to check. */
export class Tokens {
  readonly #settings: Settings;
  readonly #asking = new Map<MemberLink, Observable<never>>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Whether there is a user to ask for. */
  get wanted(): boolean {
    return this.#settings.user !== undefined;
  }

  /** As {@link renew}, unless the token is only seconds old. For streams, which keep the token that they begin with. */
  refresh(link: MemberLink): Observable<never> {
    return defer(() => (this.#settings.scheduler.now() - link.tokenSince < FRESH ? EMPTY : this.renew(link)));
  }

  /**
   * Gives a connection a new token, or none where the cluster has no authentication. **Completes** when that is done.
   * **Errors** with `AUTH_FAILED` for a wrong password, and with `TIMEOUT` when there is no answer within
   * `connectTimeout`.
   */
  renew(link: MemberLink): Observable<never> {
    return defer(() => {
      const { user } = this.#settings;
      if (user === undefined) return EMPTY;
      const asking$ = this.#asking.get(link) ?? this.#ask(link, user);
      this.#asking.set(link, asking$);
      return asking$;
    });
  }

  #ask(link: MemberLink, user: Credentials): Observable<never> {
    const { scheduler, connectTimeout } = this.#settings;
    const late = () => {
      const message = `authenticate: no reply within ${connectTimeout} ms`;
      return throwError(() => new ConnectionLostError(message, 'none', { ...CONTEXT, code: 'TIMEOUT' }));
    };
    return ask(link.carrier, user).pipe(
      inTime(connectTimeout, scheduler, late),
      tap((token) => {
        link.token = token;
        link.tokenSince = scheduler.now();
      }),
      ignoreElements(),
      finalize(() => this.#asking.delete(link)),
      share()
    );
  }
}

function ask(carrier: Carrier, user: Credentials): Observable<string | undefined> {
  return unary(carrier, authenticate, user, {}, CONTEXT).pipe(
    map(({ token }): string | undefined => token),
    catchError((error: unknown) =>
      isCoordinationError(error, 'AUTH_NOT_ENABLED') ? [undefined] : throwError(() => error)
    )
  );
}
