import {
  EMPTY,
  type Observable,
  catchError,
  concat,
  defer,
  ignoreElements,
  map,
  mergeMap,
  of,
  repeat,
  throwError,
  timer,
} from 'rxjs';
import { Redial } from '../../../client/redial.js';
import type { CoordinationError } from '../../../core/errors.js';
import { asCoordinationError } from '../../../core/failures.js';
import type { EtcdV2Node, EtcdV2Result } from '../protocol/answer.js';
import { waitForKey } from '../protocol/keyRequests.js';
import type { CourseContext } from '../session/course.js';
import type { Exchange } from '../session/exchange.js';
import type { Session } from '../session/session.js';
import { currentKey } from './currentKey.js';
import { type Known, compareKey } from './compareKey.js';
import { applied, differences, isHidden } from './tree.js';
import { WaitCursor } from './waitCursor.js';
import { type Waited, waitOnce, watchOutlives } from './waitOnce.js';

/** What a follower of a key learns. */
export type Step =
  /** The first read. */
  | { readonly kind: 'snapshot'; readonly tree: EtcdV2Node | undefined }
  | { readonly kind: 'event'; readonly event: EtcdV2Result; readonly tree: EtcdV2Node | undefined }
  /** Etcd has forgotten events. The key was read again, and these events lead there from what was known. */
  | { readonly kind: 'resync'; readonly events: readonly EtcdV2Result[]; readonly tree: EtcdV2Node | undefined }
  /** A member waits, and there is nothing that was missed. */
  | { readonly kind: 'live' }
  /** For now, changes are not seen. */
  | { readonly kind: 'lost'; readonly cause: CoordinationError }
  /** This user may not read it, for now. */
  | { readonly kind: 'denied'; readonly cause: CoordinationError };

/** What to follow, and from where. */
export interface FollowOptions {
  readonly recursive: boolean;
  /** The first index to hear of. Default: the key is read first. */
  readonly next?: number | undefined;
}

/** The parts of a client that followers work with. */
export interface FollowBase {
  readonly session: Session;
  readonly exchange: Exchange;
}

/**
 * Follows a key, and with `recursive` all below it. No event is lost, and none comes twice: over lost connections, over
 * members that stop, and over a history that etcd has forgotten.
 *
 * **Errors** with a refusal that does not pass by itself, but `UNAUTHORIZED`: users get rights, and lose them.
 */
export function follow(
  { session, exchange }: FollowBase,
  key: string,
  { recursive, next }: FollowOptions,
  context: CourseContext
): Observable<Step> {
  return defer(() => {
    const { settings } = session;
    const cursor = new WaitCursor(next);
    const redial = new Redial(settings);
    const known: Known = { tree: undefined, since: next };
    let cluster: string | undefined;
    let isFirst = next === undefined; // a later read is a resync

    const pause$ = defer(() => {
      const delay = redial.delay();
      return delay === 0 ? EMPTY : timer(delay, settings.scheduler).pipe(ignoreElements());
    });

    const read = (): Observable<Step> =>
      currentKey(exchange, key, recursive, true, context).pipe(
        map((result): Step => {
          const { node } = result;
          cluster = result.clusterId || cluster;
          cursor.restart(result.etcdIndex);
          if (isFirst) {
            isFirst = false;
            known.tree = node;
            return { kind: 'snapshot', tree: node };
          }
          const events = differences(known.tree, node, result, known.since);
          if (events.length > 0) known.tree = node; // else the same object: nothing is to be shown
          known.since = undefined;
          return { kind: 'resync', events, tree: known.tree };
        })
      );

    const wait = (): Observable<Step> =>
      waitOnce(session, waitForKey(key, recursive, cursor.next), context, () =>
        cursor.patience(settings.waitTimeout)
      ).pipe(mergeMap((waited) => heard(waited)));

    const heard = (waited: Waited): Observable<Step> => {
      switch (waited.kind) {
        case 'began': {
          const moved = cluster !== undefined && waited.clusterId !== '' && waited.clusterId !== cluster;
          cluster = waited.clusterId || cluster;
          cursor.began(waited.etcdIndex, settings.scheduler.now());
          if (moved) cursor.forget(); // another cluster, made of the same members: its indexes begin again
          return moved ? throwError(() => ANOTHER) : EMPTY;
        }
        case 'settled':
          redial.succeeded();
          return of(LIVE);
        case 'event':
          redial.succeeded();
          cursor.event(waited.result.node?.modifiedIndex ?? 0);
          if (isHidden(waited.result, key)) return EMPTY;
          known.tree = applied(known.tree, key, waited.result);
          return of({ kind: 'event', event: waited.result, tree: known.tree });
        case 'silence':
          // the store is younger than what is known of it: it was restored, or made anew
          if (waited.silence.settled && waited.silence.etcdIndex + 1 < (cursor.next ?? 0)) cursor.forget();
          else cursor.silent(waited.silence);
          if (!waited.silence.settled) redial.failed(); // no busy loop with a broken server
          return concat(
            waited.cause === undefined ? EMPTY : of({ kind: 'lost' as const, cause: waited.cause }),
            pause$
          );
      }
    };

    const compare$ = compareKey(exchange, key, recursive, { cursor, known }, context);
    const goOn = () => (cursor.doubtful === undefined ? wait() : compare$);
    const round$ = defer(() => (cursor.next === undefined ? read() : goOn())).pipe(
      catchError((thrown: unknown): Observable<Step> => {
        if (thrown === ANOTHER) return EMPTY;
        const error = asCoordinationError(thrown);
        if (error.code === 'EVENT_INDEX_CLEARED') {
          cursor.forget();
          return EMPTY;
        }
        const isDenied = error.code === 'UNAUTHORIZED';
        if (!isDenied && !watchOutlives(error)) return throwError(() => error);
        redial.failed();
        if (!isDenied) return concat(of({ kind: 'lost' as const, cause: error }), pause$);
        cursor.forget();
        return concat(
          of({ kind: 'denied' as const, cause: error }),
          timer(settings.backoff.max, settings.scheduler).pipe(ignoreElements())
        );
      })
    );
    return round$.pipe(repeat());
  });
}

const LIVE: Step = { kind: 'live' };
/** The end of a wait at a member of another cluster. */
const ANOTHER: unknown = Symbol('another cluster');
