import {
  EMPTY,
  type Observable,
  type SchedulerLike,
  catchError,
  defer,
  finalize,
  ignoreElements,
  map,
  share,
  tap,
  throwError,
} from 'rxjs';
import { isCoordinationError } from '../../../core/errors.js';
import type { Carrier } from '../carrier.js';
import type { Settings } from '../options.js';
import { authenticate } from '../protocol/methods.js';
import type { Credentials } from '../types.js';
import type { MemberLink } from './memberLink.js';
import { unary } from './unary.js';

/** Refusals that a new token may mend. */
const STALE: ReadonlySet<string> = new Set(['INVALID_TOKEN', 'OLD_AUTH_REVISION', 'USER_EMPTY']);
/** Milliseconds for which a token is as good as new. Servers forget tokens that were not used for minutes. */
const FRESH = 10_000;
const CONTEXT = { operation: 'authenticate' };

/** Whether the token was at fault. */
export function isStaleToken(code: string): boolean {
  return STALE.has(code);
}

/** Gets tokens for a user: one question at a time for each connection, because passwords are slow to check. */
export class Tokens {
  readonly #user: Credentials | undefined;
  readonly #scheduler: SchedulerLike;
  readonly #asking = new Map<MemberLink, Observable<never>>();

  constructor({ user, scheduler }: Pick<Settings, 'user' | 'scheduler'>) {
    this.#user = user;
    this.#scheduler = scheduler;
  }

  /** Whether there is a user to ask for. */
  get wanted(): boolean {
    return this.#user !== undefined;
  }

  /** As {@link renew}, unless the token is only seconds old. For streams, which keep the token that they begin with. */
  refresh(link: MemberLink): Observable<never> {
    return defer(() => (this.#scheduler.now() - link.tokenSince < FRESH ? EMPTY : this.renew(link)));
  }

  /**
   * Gives a connection a new token, or none where the cluster has no authentication. **Completes** when that is done.
   * **Errors** with `AUTH_FAILED` for a wrong password.
   */
  renew(link: MemberLink): Observable<never> {
    return defer(() => {
      if (this.#user === undefined) return EMPTY;
      const asking$ =
        this.#asking.get(link) ??
        ask(link.carrier, this.#user).pipe(
          tap((token) => {
            link.token = token;
            link.tokenSince = this.#scheduler.now();
          }),
          ignoreElements(),
          finalize(() => this.#asking.delete(link)),
          share()
        );
      this.#asking.set(link, asking$);
      return asking$;
    });
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
