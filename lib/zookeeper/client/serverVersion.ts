import { type Observable, filter, map, take, tap } from 'rxjs';
import { ServerError } from '../../core/errors.js';
import { dotted } from '../protocol/opForVersion.js';
import type { SessionState } from '../sessionState.js';
import { orClosed, throwCause } from '../watch/closed.js';

/** The version of the connected server, once it is known. **Errors** with `UNSUPPORTED` where the server hides it. */
export function serverVersion(state$: Observable<SessionState>): Observable<string> {
  return state$.pipe(
    tap(throwCause),
    map((state) => (state.kind === 'connected' ? state.version : undefined)),
    filter((version) => version !== undefined),
    take(1),
    map((version) => {
      if (version === 0)
        throw new ServerError('UNSUPPORTED', -6, {
          operation: 'serverVersion',
          message: 'the server does not tell its version (srvr is not allowed)',
        });
      return dotted(version);
    }),
    orClosed({ operation: 'serverVersion' })
  );
}
