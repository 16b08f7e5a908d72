import {
  EMPTY,
  type Observable,
  catchError,
  defer,
  ignoreElements,
  merge,
  mergeMap,
  of,
  repeat,
  take,
  throwError,
  timer,
} from 'rxjs';
import { aborted } from '../../../client/aborted.js';
import { Redial } from '../../../client/redial.js';
import { asCoordinationError } from '../../../core/failures.js';
import type { EtcdV2Result } from '../protocol/answer.js';
import { waitForKey } from '../protocol/keyRequests.js';
import type { CourseContext } from '../session/course.js';
import { type Known, compareKey } from './compareKey.js';
import type { FollowBase, FollowOptions } from './follow.js';
import { isHidden } from './tree.js';
import { WaitCursor } from './waitCursor.js';
import { waitOnce, watchOutlives } from './waitOnce.js';

/** What to wait for, from where, and until when. */
export interface WaitOptions extends FollowOptions {
  readonly signal: AbortSignal | undefined;
}

/** Waits for one event from an index on, over any number of waits and members. */
export function waitForEvent(
  { session, exchange }: FollowBase,
  key: string,
  { recursive, next, signal }: WaitOptions,
  context: CourseContext
): Observable<EtcdV2Result> {
  return defer(() => {
    const { scheduler, waitTimeout } = session.settings;
    const cursor = new WaitCursor(next);
    const redial = new Redial(session.settings);
    const pause$ = defer(() => timer(redial.delay(), scheduler).pipe(ignoreElements()));
    const known: Known = { tree: undefined, since: next };
    const compare$ = compareKey(exchange, key, recursive, { cursor, known }, context);
    const wait$ = defer(() =>
      waitOnce(session, waitForKey(key, recursive, cursor.next), context, () => cursor.patience(waitTimeout))
    ).pipe(
      mergeMap((waited): Observable<EtcdV2Result> => {
        if (waited.kind === 'event') {
          cursor.event(waited.result.node?.modifiedIndex ?? 0);
          return isHidden(waited.result, key) ? EMPTY : of(waited.result);
        }
        if (waited.kind === 'began') {
          if (cursor.next === undefined) known.since = waited.etcdIndex + 1;
          cursor.began(waited.etcdIndex, scheduler.now());
        }
        if (waited.kind === 'settled') redial.succeeded();
        if (waited.kind !== 'silence') return EMPTY;
        cursor.silent(waited.silence);
        if (waited.silence.settled) return EMPTY;
        redial.failed();
        return pause$;
      })
    );
    const round$ = defer(() => (cursor.doubtful === undefined ? wait$ : compare$)).pipe(
      catchError((thrown: unknown) => {
        const error = asCoordinationError(thrown);
        if (!watchOutlives(error)) return throwError(() => error);
        redial.failed();
        return pause$;
      })
    );
    return merge(aborted(signal, context), round$.pipe(repeat())).pipe(take(1));
  });
}
