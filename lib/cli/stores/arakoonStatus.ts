import { type Observable, concatMap, defer, forkJoin, map } from 'rxjs';
import type { Arakoon } from '../../arakoon/index.js';
import type { MemberStatus } from './treeStore.js';
import { unreachable } from './unreachable.js';

/** The nodes of an Arakoon cluster, and the master. */
export function arakoonStatus(arakoon: Arakoon): Observable<readonly MemberStatus[]> {
  const names = Object.keys(arakoon.cluster.nodes);
  return arakoon
    .whoMaster()
    .pipe(concatMap((master) => forkJoin(names.map((name) => statusOf(arakoon, name, name === master)))));
}

function statusOf(arakoon: Arakoon, name: string, isMaster: boolean): Observable<MemberStatus> {
  const server = [arakoon.cluster.nodes[name]].flat().map(String).join();
  return defer(() => {
    const began = performance.now();
    return forkJoin([arakoon.version({ node: name }), arakoon.getCurrentState({ node: name })]).pipe(
      map(([{ major, minor, patch }, state]) => ({
        name,
        server,
        role: isMaster ? 'master' : 'slave',
        version: `${major}.${minor}.${patch}`,
        ms: Math.round(performance.now() - began),
        state,
      }))
    );
  }).pipe(unreachable({ name, server }));
}
