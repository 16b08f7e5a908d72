import { type Observable, type SchedulerLike, throwError, timer } from 'rxjs';
import { type CoordinationError, SessionError, isCoordinationError } from '../../core/errors.js';

/** Milliseconds until a search starts again: after a lost link, and after a refusal. */
const [SEARCH_AGAIN, SEARCH_LATER] = [100, 1000];
/** Refusals that the same search would meet again. */
const HOPELESS: ReadonlySet<string> = new Set(['NO_AUTH', 'UNSUPPORTED', 'UNIMPLEMENTED']);

/** **Emits** when a failed search may start again; or **errors** with a final error. */
export function searchAgain(error: unknown, scheduler: SchedulerLike): Observable<unknown> {
  if (!isCoordinationError(error)) return throwError(() => error);
  const { code, layer } = error;
  if (code === 'CONNECTION_LOST' || code === 'PROTOCOL' || code === 'MOVED') return timer(SEARCH_AGAIN, scheduler);
  return code === 'REPLY_TOO_LARGE' || code === 'QUEUE_FULL' || (layer === 'server' && !HOPELESS.has(code))
    ? timer(SEARCH_LATER, scheduler)
    : throwError(() => error);
}

/** The error after a failed search: the lost reply; or the lost session, with whose end the node may be gone. */
export function doubtful(error: unknown, reply: CoordinationError): unknown {
  return error instanceof SessionError
    ? new SessionError(error.code, error.message, 'unknown', {
        path: reply.path,
        operation: reply.operation,
        cause: reply,
      })
    : reply;
}
