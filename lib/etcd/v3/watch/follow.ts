import {
  EMPTY,
  type Observable,
  catchError,
  concat,
  defer,
  distinctUntilChanged,
  ignoreElements,
  map,
  mergeMap,
  of,
  repeat,
  switchMap,
  takeWhile,
  throwError,
  timer,
} from 'rxjs';
import { backoff } from '../../../core/backoff.js';
import { ConnectionLostError, type CoordinationError, isCoordinationError } from '../../../core/errors.js';
import type { KeyValue } from '../protocol/kv.js';
import { range as rangeMethod } from '../protocol/methods.js';
import type { Event } from '../protocol/watch.js';
import type { Session } from '../session/session.js';
import type { WatchHub } from './watchHub.js';

/** A step in the life of a range that is followed. */
export type FollowStep =
  /** All keys of the range at a revision. */
  | { readonly kind: 'snapshot'; readonly kvs: readonly KeyValue[]; readonly revision: number }
  /** The changes of one revision. */
  | { readonly kind: 'changes'; readonly events: readonly Event[]; readonly revision: number }
  /** The last state may be old. */
  | { readonly kind: 'stale'; readonly cause: CoordinationError }
  /** The user may not read the range. It is tried again. */
  | { readonly kind: 'denied'; readonly cause: CoordinationError };

/** A range, and the words for its errors. */
export interface Followed {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  readonly operation: string;
  readonly path: string | undefined;
}

/** Milliseconds between two tries to read a range that may not be read. */
const DENIED_WAITS = { min: 1000, max: 30_000 };

/**
 * Follows a range: a snapshot, and then every change after its revision; after a lost connection, or a compaction, a
 * snapshot again. So nothing is missed whatever a member has forgotten.
 *
 * - **Completes** when the client is closed.
 * - **Errors** with a refusal that no other try would change.
 */
export function follow(session: Session, hub: WatchHub, followed: Followed): Observable<FollowStep> {
  return session.link$.pipe(
    switchMap((link) => (link === undefined ? of(stale(causeOf(session))) : rounds(session, hub, followed))),
    distinctUntilChanged((a, b) => a.kind === 'stale' && b.kind === 'stale') // an outage has many attempts to connect
  );
}

/** Snapshots, each with the changes after it, for as long as there is a connection. */
function rounds(session: Session, hub: WatchHub, followed: Followed): Observable<FollowStep> {
  const { scheduler, random, backoff: waits } = session.settings;
  let failures = 0;
  const pause = (times = waits) => timer(backoff(failures, times, random), scheduler).pipe(ignoreElements());
  return defer(() => round(session, hub, followed)).pipe(
    map((step) => {
      if (step.kind === 'changes') failures = 0;
      return step;
    }),
    catchError((error: unknown): Observable<FollowStep> => {
      failures++;
      if (!isCoordinationError(error)) return throwError(() => error);
      if (error.code === 'CLOSED') return EMPTY;
      if (error.code === 'PERMISSION_DENIED') return concat(of(denied(error)), pause(DENIED_WAITS));
      if (error.layer === 'usage' || error.code === 'EMPTY_KEY') return throwError(() => error);
      return concat(of(stale(error)), pause());
    }),
    repeat({ delay: () => (session.router.over ? EMPTY : timer(0, scheduler)) })
  );
}

/** One snapshot, and the changes after it. **Completes** when another is needed. */
function round(session: Session, hub: WatchHub, { key, rangeEnd, ...context }: Followed): Observable<FollowStep> {
  return session.exchange(rangeMethod, { key, rangeEnd }, context).pipe(
    mergeMap(({ kvs, header }) => {
      const revision = header?.revision ?? 0;
      const changes$ = hub.watch({ key, rangeEnd }, revision + 1).pipe(
        takeWhile(({ kind }) => kind !== 'down' && kind !== 'compacted', true),
        mergeMap((step): readonly FollowStep[] => {
          if (step.kind === 'down') return [stale(step.cause)];
          return step.kind === 'changes' ? [step] : [];
        })
      );
      return concat(of<FollowStep>({ kind: 'snapshot', kvs, revision }), changes$);
    })
  );
}

function causeOf({ states }: Session): CoordinationError {
  const { state } = states;
  return ('cause' in state ? state.cause : undefined) ?? new ConnectionLostError('not connected', 'none');
}

const stale = (cause: CoordinationError): FollowStep => ({ kind: 'stale', cause });
const denied = (cause: CoordinationError): FollowStep => ({ kind: 'denied', cause });
