import { type Observable, defer, endWith, finalize, ignoreElements, merge, takeUntil, tap } from 'rxjs';
import type { Endpoint } from '../../../core/endpoint.js';
import { Session } from './session.js';

/**
 * Works with members of the caller's choice, mostly one: on a session of its own, which lasts as long as the work, and
 * which is closed with the client. Its requests are treated as those of the client are.
 */
export function memberSession<T>(
  client: Session,
  endpoints: readonly Endpoint[],
  work: (session: Session) => Observable<T>
): Observable<T> {
  return defer(() => {
    const own = new Session(endpoints, client.settings, client.transport, client.meter, client);
    const end$ = own.link$.pipe(ignoreElements(), endWith(undefined));
    const closed$ = client.link$.pipe(ignoreElements(), tap({ complete: () => void own.close() }), takeUntil(end$));
    const diagnostics$ = own.diagnostics$.pipe(
      tap((diagnostic) => client.tell(diagnostic)),
      ignoreElements()
    );
    return merge(own.life$, diagnostics$, closed$, defer(() => work(own)).pipe(finalize(() => void own.close())));
  });
}
