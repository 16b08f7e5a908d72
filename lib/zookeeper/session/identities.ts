import {
  type Observable,
  catchError,
  defer,
  filter,
  ignoreElements,
  map,
  merge,
  take,
  throwError,
  throwIfEmpty,
} from 'rxjs';
import { equalBytes } from '../../bytes/equalBytes.js';
import { SessionError } from '../../core/errors.js';
import type { HeldIdentity } from '../options.js';
import type { SessionState } from '../sessionState.js';
import type { Channel } from './channel.js';
import { lossOf } from './verdict.js';

const ADDING = { operation: 'addAuth' };

/** Who this client says it is; every connection hears it before any request of a user. */
export class Identities {
  readonly #list: HeldIdentity[] = [];

  constructor(list: readonly HeldIdentity[]) {
    for (const identity of list) this.#hold(identity);
  }

  /** Presents them all. **Completes** once the server has accepted them. */
  present(channel: Channel): Observable<never> {
    return defer(() => merge(...this.#list.map(({ scheme, auth }) => channel.authenticate(scheme, auth)))).pipe(
      ignoreElements()
    );
  }

  /** Holds one more, on this and on every later connection. **Emits** once a server has accepted it. */
  add(identity: HeldIdentity, channel: () => Channel | undefined, state$: Observable<SessionState>): Observable<void> {
    return defer(() => {
      this.#hold(identity);
      const presented$ = state$.pipe(
        filter((state) => state.kind === 'connected' || (state.kind === 'lost' && state.reason === 'auth-failed')),
        take(1),
        throwIfEmpty(
          () => new SessionError('CLOSED', 'the client ended before a server has accepted the identity', 'none', ADDING)
        ),
        map(({ kind }) => {
          if (kind === 'lost') throw refused(undefined);
        })
      );
      const now$ = channel()?.authenticate(identity.scheme, identity.auth);
      return (
        now$?.pipe(
          catchError((error: unknown) => (lossOf(error) !== undefined ? throwError(() => refused(error)) : presented$))
        ) ?? presented$
      );
    });
  }

  /** An identity that is held already is presented once. */
  #hold(identity: HeldIdentity): void {
    if (!this.#list.some(({ scheme, auth }) => scheme === identity.scheme && equalBytes(auth, identity.auth)))
      this.#list.push(identity);
  }
}

function refused(cause: unknown): SessionError {
  return new SessionError('AUTH_FAILED', 'the server refused an identity', 'none', { ...ADDING, cause });
}
