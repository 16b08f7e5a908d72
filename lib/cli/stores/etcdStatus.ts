import { type Observable, catchError, concatMap, defer, forkJoin, from, map, mergeMap, of, toArray } from 'rxjs';
import type { Etcd, Member } from '../../etcd/index.js';
import type { Figure, MemberStatus, SessionStatus } from './treeStore.js';
import { PATIENCE, unreachable } from './unreachable.js';

/** The status of etcd's members, as each tells it. */
export function etcdStatus(etcd: Etcd): Observable<readonly MemberStatus[]> {
  return etcd.members
    .list({ serializable: true })
    .pipe(concatMap((members) => forkJoin(members.map((member) => statusOf(etcd, member)))));
}

/** All that each member tells of itself. */
export function etcdFigures(etcd: Etcd): Observable<readonly Figure[]> {
  return etcd.members.list({ serializable: true }).pipe(
    concatMap((members) => forkJoin(members.map((member) => figuresOf(etcd, member)))),
    map((lists) => lists.flat())
  );
}

function figuresOf(etcd: Etcd, { name, clientUrls: [endpoint] }: Member): Observable<readonly Figure[]> {
  if (endpoint === undefined) return of([{ server: name, figure: 'problem', value: 'not started' }]);
  return etcd.maintenance.status({ endpoint, timeout: PATIENCE }).pipe(
    map((status) =>
      Object.entries(status).map(([figure, value]): Figure => {
        return { server: name, figure, value: typeof value === 'number' ? value : String(value) };
      })
    ),
    catchError((error: unknown) => of([{ server: name, figure: 'problem', value: (error as Error).message }]))
  );
}

/** Leases that are looked at together. */
const WIDTH = 32;

/** The leases, with the keys that go with each. */
export function etcdLeases(etcd: Etcd): Observable<readonly SessionStatus[]> {
  return etcd.leases.list().pipe(
    concatMap((ids) => from(ids)),
    mergeMap((id) => etcd.leases.timeToLive(id, { keys: true }), WIDTH),
    map(({ id, left, ttl, keys }) => ({
      lease: id.toString(16),
      'ttl ms': ttl,
      'left ms': left,
      keys: keys.length,
      first: keys[0],
    })),
    toArray()
  );
}

function statusOf(etcd: Etcd, { name, clientUrls, isLearner }: Member): Observable<MemberStatus> {
  const [endpoint] = clientUrls;
  const server = endpoint ?? '';
  if (endpoint === undefined) return of({ name, server, role: 'not started' });
  return defer(() => {
    const began = performance.now();
    return etcd.maintenance.status({ endpoint, timeout: PATIENCE }).pipe(
      map((status) => ({
        name,
        server,
        role: status.isLeader ? 'leader' : isLearner ? 'learner' : 'follower',
        version: status.version,
        ms: Math.round(performance.now() - began),
        revision: status.revision,
        term: status.raftTerm,
        bytes: status.dbSize,
        'bytes in use': status.dbSizeInUse,
        ...(status.errors.length > 0 && { problem: status.errors.join('; ') }),
      }))
    );
  }).pipe(unreachable({ name, server }));
}
