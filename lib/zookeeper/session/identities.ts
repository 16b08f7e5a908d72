import { type Observable, catchError, defer, filter, ignoreElements, map, merge, take, throwError, throwIfEmpty } from 'rxjs';
import { SessionError } from '../../core/errors.js';
import type { Identity } from '../options.js';
import type { SessionState } from '../sessionState.js';
import type { Channel } from './channel.js';
import { lossOf } from './sessionRecord.js';

/** Who this client says it is; every connection hears it before any request of a user. */
export class Identities {
  readonly #list: Identity[];

  constructor(list: readonly Identity[]) {
    this.#list = [...list];
  }

  /** Presents them all. **Completes** once the server has accepted them. */
  present(channel: Channel): Observable<never> {
    return defer(() => merge(...this.#list.map(({ scheme, auth }) => channel.authenticate(scheme, auth)))).pipe(ignoreElements());
  }

  /** Holds one more, on this and on every later connection. **Emits** once a server has accepted it. */
  add(identity: Identity, channel: () => Channel | undefined, state$: Observable<SessionState>): Observable<void> {
    return defer(() => {
      this.#list.push(identity);
      const presented$ = state$.pipe(
        filter((state) => state.kind === 'connected' || (state.kind === 'lost' && state.reason === 'auth-failed')),
        take(1),
        throwIfEmpty(() => new SessionError('CLOSED', 'the client ended before a server has accepted the identity')),
        map(({ kind }) => {
          if (kind === 'lost') throw new SessionError('AUTH_FAILED', 'the server refused an identity');
        })
      );
      const now$ = channel()?.authenticate(identity.scheme, identity.auth);
      return now$?.pipe(catchError((error: unknown) => (lossOf(error) ? throwError(() => error) : presented$))) ?? presented$;
    });
  }
}
