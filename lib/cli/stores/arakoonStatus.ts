import { type Observable, catchError, concatMap, defer, forkJoin, map, of } from 'rxjs';
import type { Arakoon, Statistic, Statistics } from '../../arakoon/index.js';
import type { Figure, MemberStatus } from './treeStore.js';
import { PATIENCE, unreachable } from './unreachable.js';

/** The nodes of an Arakoon cluster, and the master. */
export function arakoonStatus(arakoon: Arakoon): Observable<readonly MemberStatus[]> {
  const names = Object.keys(arakoon.cluster.nodes);
  return arakoon
    .whoMaster()
    .pipe(concatMap((master) => forkJoin(names.map((name) => statusOf(arakoon, name, name === master)))));
}

/** The statistics of each node that answers, by their own names. */
export function arakoonFigures(arakoon: Arakoon): Observable<readonly Figure[]> {
  const names = Object.keys(arakoon.cluster.nodes);
  const all = names.map((node) =>
    arakoon.statistics({ node, timeout: PATIENCE }).pipe(
      map((statistics) => figuresIn(node, statistics)),
      catchError((error: unknown) => of([{ server: node, figure: 'problem', value: (error as Error).message }]))
    )
  );
  return forkJoin(all).pipe(map((lists) => lists.flat()));
}

function figuresIn(server: string, statistics: Statistics, above = ''): readonly Figure[] {
  return Object.entries(statistics).flatMap(([name, value]: readonly [string, Statistic]) => {
    const figure = above + name;
    if (typeof value === 'object') return figuresIn(server, value, `${figure}.`);
    return [{ server, figure, value: typeof value === 'bigint' ? Number(value) : value }];
  });
}

function statusOf(arakoon: Arakoon, name: string, isMaster: boolean): Observable<MemberStatus> {
  const server = [arakoon.cluster.nodes[name]].flat().map(String).join();
  return defer(() => {
    const began = performance.now();
    const asked = { node: name, timeout: PATIENCE };
    return forkJoin([arakoon.version(asked), arakoon.getCurrentState(asked)]).pipe(
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
