import { type Observable, concatMap, defer, forkJoin, map, of } from 'rxjs';
import type { Etcd, Member } from '../../etcd/index.js';
import type { MemberStatus } from './treeStore.js';
import { unreachable } from './unreachable.js';

/** The status of etcd's members, as each tells it. */
export function etcdStatus(etcd: Etcd): Observable<readonly MemberStatus[]> {
  return etcd.members
    .list({ serializable: true })
    .pipe(concatMap((members) => forkJoin(members.map((member) => statusOf(etcd, member)))));
}

function statusOf(etcd: Etcd, { name, clientUrls, isLearner }: Member): Observable<MemberStatus> {
  const [endpoint] = clientUrls;
  const server = endpoint ?? '';
  if (endpoint === undefined) return of({ name, server, role: 'not started' });
  return defer(() => {
    const began = performance.now();
    return etcd.maintenance.status({ endpoint }).pipe(
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
