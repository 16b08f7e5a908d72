import { type Observable, type SchedulerLike, defer, map, mergeMap, of, throwError } from 'rxjs';
import type { CallOptions } from '../../../../client/callOptions.js';
import type { Etcd } from '../../../v3/client/etcd.js';
import { type EtcdV2Result, resultOf } from '../../protocol/answer.js';
import { refused } from '../../protocol/etcdV2Error.js';
import type { KeyRequest } from '../../protocol/keyRequests.js';
import type { CourseContext } from '../../session/course.js';
import { rewriteValue } from '../updateTtl.js';
import { asV2, unsupported } from './asV2.js';
import { type Entry, below, nodeOf } from './treeOf.js';
import { readKey } from './readKey.js';
import { guarded, looking, refusalAt, refusing, standingIn } from './standing.js';
import { type KeyLease, withLease } from './withLease.js';

type Of<K extends KeyRequest['kind']> = Extract<KeyRequest, { kind: K }>;
type Send<K extends KeyRequest['kind']> = (
  etcd: Etcd<string, string>,
  request: Of<K>,
  context: CourseContext,
  options: CallOptions
) => Observable<EtcdV2Result>;

/** Names in order have so many digits. */
const DIGITS = 20;
const ELDEST = { by: 'createRevision' } as const;

/** One request about a key, in transactions of version 3. */
export function v3Keys(
  etcd: Etcd<string, string>,
  request: KeyRequest,
  context: CourseContext,
  options: CallOptions
): Observable<EtcdV2Result> {
  return asV2(
    defer(() => sent(etcd, request, context, sharing(options, etcd.scheduler))),
    context
  );
}

/** Options of several requests that share one timeout: each has what those before it have left. */
function sharing({ timeout, signal }: CallOptions, scheduler: SchedulerLike): CallOptions {
  if (timeout === undefined) return { signal };
  const end = scheduler.now() + timeout;
  return {
    signal,
    get timeout() {
      return Math.max(1, end - scheduler.now());
    },
  };
}

function sent(etcd: Etcd<string, string>, request: KeyRequest, context: CourseContext, options: CallOptions) {
  switch (request.kind) {
    case 'read':
      return readKey(etcd, request, context, options);
    case 'write':
      if (request.key === '/') return throwError(() => refused(107, '/', 0, context));
      if (request.fields.refresh === true) return refresh(etcd, request, context, options);
      return write(etcd, request, context, options);
    case 'post':
      return post(etcd, request, context, options);
    case 'delete':
      if (request.key === '/') return throwError(() => refused(107, '/', 0, context));
      return remove(etcd, request, context, options);
  }
}

const write: Send<'write'> = (etcd, request, context, options) => {
  const { key, fields, conditions } = request;
  const { value = '', ttl, dir, noValueOnSuccess } = fields;
  const { prevValue, prevIndex, prevExist } = conditions;
  const compares = prevExist !== false && (prevValue !== undefined || prevIndex !== undefined);
  if (dir === true && ttl !== undefined) return throwError(() => mortalDirectory(context));
  return withLease(etcd, ttl, options, (lease) => {
    let txn = guarded(etcd, key).when(below(key), { exists: false });
    if (prevExist !== undefined || compares || dir === true)
      txn = txn.when(key, { exists: prevExist ?? (compares || dir !== true) });
    if (compares && prevValue !== undefined) txn = txn.when(key, { value: { is: prevValue } });
    if (compares && prevIndex !== undefined) txn = txn.when(key, { modRevision: prevIndex });
    return txn
      .do((t) => t.put(dir === true ? `${key}/` : key, value, { lease: lease?.id, previous: true }))
      .otherwise(looking(key))
      .commit(options)
      .pipe(
        mergeMap((done) => {
          if (!done.succeeded) return refusing(request, done, context);
          const { previous } = done.results[0];
          const { revision } = done;
          const action = prevExist === false ? 'create' : compares ? 'compareAndSwap' : prevExist ? 'update' : 'set';
          const written: Entry = {
            ...{ key: dir === true ? `${key}/` : key, value, createRevision: previous?.createRevision ?? revision },
            ...{ modRevision: revision, ttl: lease?.ttl },
          };
          const isQuiet = noValueOnSuccess === true;
          return of({
            ...resultOf(action, revision, {
              node: isQuiet ? undefined : nodeOf(written),
              prevNode: isQuiet || previous === undefined ? undefined : nodeOf(previous),
            }),
            created: previous === undefined,
          });
        })
      );
  });
};

/** Writes a key's own value again, with another lease. */
const refresh: Send<'write'> = (etcd, request, context, options) => {
  const { key, fields } = request;
  return rewriteValue(
    defer(() => readKey(etcd, { kind: 'read', key, fields: { quorum: true } }, context, options)),
    (value, prevIndex) => {
      const same = { value, ttl: fields.ttl };
      return write(etcd, { kind: 'write', key, fields: same, conditions: { prevIndex } }, context, options);
    },
    () => mortalDirectory(context)
  ).pipe(map((done) => ({ ...done, action: 'update' as const })));
};

/**
 * Creates a key whose name is the next revision. Others that do so at the same time may have taken it: then again, with
 * a later one. So names follow the order of creation.
 */
const post: Send<'post'> = (etcd, request, context, options) => {
  const { key } = request;
  const { value = '', ttl } = request.fields;
  const directory = below(key).prefix;
  const attempt = (newest: number, lease: KeyLease | undefined): Observable<EtcdV2Result> => {
    const name = `${directory}${String(newest + 1).padStart(DIGITS, '0')}`;
    return guarded(etcd, name)
      .when(name, { exists: false })
      .when({ from: name, to: `${directory}:` }, { createRevision: { below: newest + 1 } })
      .do((t) => t.put(name, value, { lease: lease?.id }))
      .otherwise(looking(name))
      .commit(options)
      .pipe(
        mergeMap(({ succeeded, revision, results }) => {
          if (succeeded) {
            const written = {
              key: name,
              value,
              createRevision: revision,
              modRevision: revision,
              ttl: lease?.ttl,
            };
            return of({ ...resultOf('create', revision, { node: nodeOf(written) }), created: true });
          }
          const standing = standingIn(results, revision);
          if (standing.inTheWay !== undefined) return throwError(() => refusalAt(request, standing, context));
          return attempt(Math.max(revision, newest + 1), lease);
        })
      );
  };
  return withLease(etcd, ttl, options, (lease) =>
    etcd.range(below(key), { ...options, limit: 1 }).pipe(mergeMap(({ revision }) => attempt(revision, lease)))
  );
};

const remove: Send<'delete'> = (etcd, request, context, options) => {
  const { key, flags, conditions } = request;
  const { prevValue, prevIndex } = conditions;
  const compares = prevValue !== undefined || prevIndex !== undefined;
  const inside = below(key);
  let txn = guarded(etcd, key);
  if (compares || (flags.dir !== true && flags.recursive !== true)) txn = txn.when(inside, { exists: false });
  else if (flags.recursive !== true) txn = txn.when({ from: `${inside.prefix}\0`, to: `${key}0` }, { exists: false });
  if (compares) txn = txn.when(key, { exists: true });
  if (prevValue !== undefined) txn = txn.when(key, { value: { is: prevValue } });
  if (prevIndex !== undefined) txn = txn.when(key, { modRevision: prevIndex });
  return txn
    .do((t) => t.delete(key, { previous: true }).range(inside, { limit: 1, sort: ELDEST }).deleteRange(inside))
    .otherwise(looking(key))
    .commit(options)
    .pipe(
      mergeMap((done) => {
        if (!done.succeeded) return refusing(request, done, context);
        const { revision } = done;
        const [{ previous }, { entries }] = done.results;
        const [own] = previous;
        if (own === undefined && entries.length === 0) return throwError(() => refused(100, key, revision, context));
        const dir = own === undefined;
        const createdIndex = own?.createRevision ?? entries[0]!.createRevision;
        const before = own === undefined ? { key, dir, createdIndex, modifiedIndex: createdIndex } : nodeOf(own);
        return of(
          resultOf(compares ? 'compareAndDelete' : 'delete', revision, {
            node: { key, dir, createdIndex, modifiedIndex: revision },
            prevNode: before,
          })
        );
      })
    );
};

function mortalDirectory(context: CourseContext) {
  return unsupported('a directory cannot have a time to live in version 3', context);
}
