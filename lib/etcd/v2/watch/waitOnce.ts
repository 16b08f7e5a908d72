import {
  EMPTY,
  type Observable,
  catchError,
  concat,
  defer,
  map,
  merge,
  mergeMap,
  of,
  takeWhile,
  tap,
  throwError,
} from 'rxjs';
import type { CoordinationError } from '../../../core/errors.js';
import { elapsed } from '../../../client/inTime.js';
import { asCoordinationError } from '../../../core/failures.js';
import { type EtcdV2Result, etcdIndexOf, keyResult } from '../protocol/answer.js';
import type { Ask } from '../protocol/ask.js';
import { mayPass } from '../protocol/errorCode.js';
import { refusalOf } from '../protocol/etcdV2Error.js';
import { Attempt, type Part } from '../session/attempt.js';
import type { CourseContext } from '../session/course.js';
import type { Session } from '../session/session.js';
import type { Silence } from './waitCursor.js';

/** What one wait brings. The last is an event or a silence. */
export type Waited =
  /** The member waits. `etcdIndex` is the store's index. */
  | { readonly kind: 'began'; readonly etcdIndex: number; readonly clusterId: string }
  /** It has brought nothing for a while. */
  | { readonly kind: 'settled' }
  | { readonly kind: 'event'; readonly result: EtcdV2Result }
  /** It has ended without an event; with a `cause`, since the connection broke or the member became unfit. */
  | { readonly kind: 'silence'; readonly silence: Silence; readonly cause?: CoordinationError };

/** Milliseconds after the head of an answer in which an event that has happened already would come. */
const SETTLING = 50;

/**
 * Waits at the current member for one event. **Completes** with the event, or after a silence. **Errors** with a
 * refusal, or when the member does not begin to wait.
 *
 * @param patience milliseconds after which a silent wait ends
 */
export function waitOnce(
  session: Session,
  ask: Ask,
  context: CourseContext,
  patience: () => number
): Observable<Waited> {
  return defer(() => {
    const { scheduler, answerTimeout } = session.settings;
    const attempt = new Attempt(session.members.current);
    let head: { readonly etcdIndex: number } | undefined;
    let settled = false;
    const silence = (complete: boolean, cause?: CoordinationError): Waited => ({
      kind: 'silence',
      ...(cause !== undefined && { cause }),
      silence: { etcdIndex: head?.etcdIndex ?? 0, complete, settled: settled && attempt.bytes === 0 },
    });
    const meaning = (part: Part): Observable<Waited> => {
      const { status, headers } = part;
      if (part.kind === 'body') {
        if (status !== 200) return throwError(() => refusalOf(status, part.body, true, context));
        return of(part.body.trim() === '' ? silence(true) : event(part));
      }
      if (status !== 200) return EMPTY; // the body says why
      head = { etcdIndex: etcdIndexOf(headers) };
      const settled$ = elapsed(SETTLING, scheduler).pipe(
        tap(() => (settled = true)),
        map(() => ({ kind: 'settled' as const }))
      );
      const limit$ = defer(() => elapsed(Math.max(1, patience() - SETTLING), scheduler)).pipe(
        map(() => silence(false))
      );
      return concat(
        of({ kind: 'began' as const, ...head, clusterId: headers['x-etcd-cluster-id'] ?? '' }),
        settled$,
        limit$
      );
    };
    const event = (answer: Extract<Part, { kind: 'body' }>): Waited => ({
      kind: 'event',
      result: keyResult(answer, context),
    });
    const over$ = session.end$.pipe(map((error) => ({ over: error({ effect: 'none', context }) })));
    return merge(session.send(attempt, ask, answerTimeout), session.leaving(attempt.endpoint), over$).pipe(
      mergeMap((it) => ('over' in it ? throwError(() => it.over) : meaning(it))),
      catchError((thrown: unknown) => {
        const error = asCoordinationError(thrown);
        if (watchOutlives(error)) session.failed(attempt.endpoint, error);
        return head !== undefined && mayPass(error) ? of(silence(false, error)) : throwError(() => error);
      }),
      takeWhile(({ kind }) => kind !== 'event' && kind !== 'silence', true)
    );
  });
}

/** Whether a watch goes on after an error. It may be of this member alone, also where its answer has no sense. */
export function watchOutlives(error: CoordinationError): boolean {
  return mayPass(error) || error.code === 'PROTOCOL';
}
