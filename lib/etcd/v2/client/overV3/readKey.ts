import { type Observable, catchError, forkJoin, map, mergeMap, of, throwError } from 'rxjs';
import type { CallOptions } from '../../../../client/callOptions.js';
import { isCoordinationError } from '../../../../core/errors.js';
import type { Etcd } from '../../../v3/client/etcd.js';
import type { KeyValue } from '../../../v3/client/keyValue.js';
import type { RangeResult } from '../../../v3/client/requestOptions.js';
import { type EtcdV2Result, resultOf } from '../../protocol/answer.js';
import { refused } from '../../protocol/etcdV2Error.js';
import type { KeyRequest } from '../../protocol/keyRequests.js';
import type { CourseContext } from '../../session/course.js';
import { guarded, looking, refusing } from './standing.js';
import { type Entry, below, treeOf } from './treeOf.js';

type Found = KeyValue<string, string>;

const SECOND = 1000;

/** Reads a key, or a directory, at one revision. */
export function readKey(
  etcd: Etcd<string, string>,
  request: Extract<KeyRequest, { kind: 'read' }>,
  context: CourseContext,
  options: CallOptions
): Observable<EtcdV2Result> {
  const { key } = request;
  const { recursive, quorum } = request.fields;
  const how = { serializable: quorum !== true };
  return etcd
    .transaction()
    .do((t) => t.range(below(key), how).get(key, how))
    .commit(options)
    .pipe(
      mergeMap(({ revision, results }) => {
        const [{ entries }, own] = results as readonly [RangeResult<Found>, Found | undefined];
        return withTimes(etcd, own === undefined ? entries : [own], options).pipe(
          mergeMap((timed) => {
            const node = treeOf(key, timed, recursive === true ? Infinity : 1);
            return node === undefined
              ? missing(etcd, request, revision, context, options)
              : of(resultOf('get', revision, { node }));
          })
        );
      })
    );
}

/** There is no such key; or a file is in the way to it, if the user may know. */
function missing(
  etcd: Etcd<string, string>,
  request: KeyRequest,
  revision: number,
  context: CourseContext,
  options: CallOptions
): Observable<never> {
  const absent$ = throwError(() => refused(100, request.key, revision, context));
  return guarded(etcd, request.key)
    .otherwise(looking(request.key))
    .commit(options)
    .pipe(
      catchError((error: unknown) =>
        isCoordinationError(error, 'PERMISSION_DENIED') ? absent$ : throwError(() => error)
      ),
      mergeMap((done) => (done.succeeded ? absent$ : refusing(request, done, context)))
    );
}

/** Entries with the times that their leases have left. */
function withTimes(
  etcd: Etcd<string, string>,
  entries: readonly Found[],
  options: CallOptions
): Observable<readonly Entry[]> {
  const ids = [...new Set(entries.map(({ lease }) => lease))].filter((id) => id !== 0n);
  if (ids.length === 0) return of(entries);
  return forkJoin(ids.map((id) => etcd.leases.timeToLive(id, options))).pipe(
    map((all) => {
      const left = new Map(all.map((info) => [info.id, Math.ceil((info.left ?? 0) / SECOND)]));
      return entries.map((entry) => ({ ...entry, ttl: left.get(entry.lease) }));
    })
  );
}
