import { type Observable, catchError, forkJoin, map, of } from 'rxjs';
import type { TreeNode } from '../../zookeeper/index.js';
import { withinTree } from '../../zookeeper/watch/tree/treeNode.js';
import type { AskZooKeeper, Question } from './askZooKeeper.js';
import type { Facts, SessionsState, WatchersState } from './types.js';

/** The most paths of one session that are shown. */
const MOST_PATHS = 200;

/** The connections of a server, in the words of `cons`. */
const CONNECTIONS: Question<readonly Facts[]> = {
  word: 'cons',
  command: 'connections',
  ofWord: (answer) =>
    [...answer.matchAll(/^ ?\/(\S+?)\[\d+\]\((.*)\)$/gm)].flatMap(([, address, list = '']) => {
      const pairs = list.split(',').map((pair) => pair.split('=', 2) as [string, string | undefined]);
      const fields: Readonly<Record<string, string | undefined>> = Object.fromEntries<string | undefined>(pairs);
      const number = (name: string) => (fields[name] === undefined ? undefined : Number(fields[name]));
      if (fields['sid'] === undefined) return []; // a connection without a session, such as ours of this moment
      return {
        id: hexOf(fields['sid']),
        address,
        'timeout, ms': number('to'),
        since: dateOf(number('est')),
        requests: number('recved'),
        'latency avg, ms': number('avglat'),
        'last operation': fields['lop'],
      };
    }),
  ofAdmin: ({ connections = [], secure_connections: secure = [] }) =>
    [...(connections as readonly Connection[]), ...(secure as readonly Connection[])]
      .filter(({ session_id: id }) => id !== undefined && String(id) !== '0')
      .map((it) => ({
        id: hexOf(String(it.session_id)),
        address: it.remote_socket_address,
        'timeout, ms': it.session_timeout,
        since: dateOf(it.established),
        requests: it.packets_received,
        'latency avg, ms': it.avg_latency,
        'last operation': it.last_operation,
      })),
};

/** A connection as an AdminServer describes it. */
interface Connection {
  readonly session_id?: string | number;
  readonly remote_socket_address?: string;
  readonly session_timeout?: number;
  readonly established?: number;
  readonly packets_received?: number;
  readonly avg_latency?: number;
  readonly last_operation?: string;
}

/** The sessions that watch each path of a server. */
const WATCHERS: Question<ReadonlyMap<string, readonly string[]>> = {
  word: 'wchp',
  command: 'watches_by_path',
  ofWord(answer) {
    const byPath = new Map<string, string[]>();
    let sessions: string[] = [];
    for (const line of answer.split('\n')) {
      if (line.startsWith('\t')) sessions.push(hexOf(line.trim()));
      else if (line !== '') byPath.set(line, (sessions = []));
    }
    return byPath;
  },
  ofAdmin: ({ path_to_session_ids: byPath = {} }) =>
    new Map(
      Object.entries(byPath as Readonly<Record<string, readonly (string | number)[]>>).map(([path, ids]) => [
        path,
        ids.map((id) => hexOf(String(id))),
      ])
    ),
};

/** The sessions that servers know, and those that own ephemeral nodes. */
export function zooKeeperSessions(
  servers: readonly AskZooKeeper[],
  root: TreeNode<undefined> | undefined
): Observable<SessionsState> {
  const asked$ = servers.map((server) =>
    server.ask(CONNECTIONS).pipe(
      map((sessions) => ({ sessions: sessions.map((it) => ({ ...it, server: server.server })), problems: [] })),
      catchError((error: unknown) => of({ sessions: [], problems: [`${server.server}: ${(error as Error).message}`] }))
    )
  );
  return forkJoin(asked$).pipe(
    map((answers) => {
      const paths = ephemeralsOf(root);
      const sessions = answers.flatMap((answer) => answer.sessions as readonly Facts[]);
      const known = new Set(sessions.map(({ id }) => id));
      const others = [...paths.keys()].filter((id) => !known.has(id)).map((id): Facts => ({ id }));
      const all = [...sessions, ...others].map(({ id, ...facts }) => ({
        id,
        ephemerals: paths.get(String(id))?.length ?? 0,
        ...facts,
      }));
      const shown = [...paths].map(([id, list]) => [id, list.slice(0, MOST_PATHS)] as const);
      return { sessions: all, paths: new Map(shown), problems: answers.flatMap(({ problems }) => problems) };
    })
  );
}

/** Who watches a path of the servers, chroot and all. */
export function zooKeeperWatchers(servers: readonly AskZooKeeper[], path: string): Observable<WatchersState> {
  const asked$ = servers.map((server) =>
    server.ask(WATCHERS).pipe(
      map((byPath) => ({ server: server.server, sessions: byPath.get(path) ?? [] })),
      catchError((error: unknown) => of({ server: server.server, sessions: [], problem: (error as Error).message }))
    )
  );
  return forkJoin(asked$).pipe(map((asked) => ({ servers: asked })));
}

function ephemeralsOf(root: TreeNode<undefined> | undefined): Map<string, string[]> {
  const paths = new Map<string, string[]>();
  if (root === undefined) return paths;
  for (const { path, stat } of withinTree(root)) {
    if (stat.ephemeralOwner === 0n) continue;
    const id = hexOf(`${stat.ephemeralOwner}`);
    const list = paths.get(id);
    if (list === undefined) paths.set(id, [path]);
    else list.push(path);
  }
  return paths;
}

/** The id of a session in the form of `stat`; an AdminServer sends decimal numbers, with a sign. */
function hexOf(id: string): string {
  return /^-?\d+$/.test(id) ? `0x${BigInt.asUintN(64, BigInt(id)).toString(16)}` : id;
}

function dateOf(ms: number | undefined): Date | undefined {
  return ms === undefined || !Number.isFinite(ms) ? undefined : new Date(ms);
}
