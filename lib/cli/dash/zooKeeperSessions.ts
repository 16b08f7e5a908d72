import { type Observable, catchError, forkJoin, map, of } from 'rxjs';
import type { TreeNode } from '../../zookeeper/index.js';
import { withinTree } from '../../zookeeper/watch/tree/treeNode.js';
import { CONNECTIONS, type ServerConnection, sessionText } from '../stores/serverConnection.js';
import type { ZooKeeperQuestion } from '../stores/zooKeeperQuestion.js';
import type { AskZooKeeper } from './askZooKeeper.js';
import type { Facts, SessionsState, WatchersState } from './types.js';

/** The most paths of one session that are shown. */
const MOST_PATHS = 200;

/** The sessions that watch each path of a server. */
const WATCHERS: ZooKeeperQuestion<ReadonlyMap<string, readonly string[]>> = {
  word: 'wchp',
  command: 'watches_by_path',
  ofWord(answer) {
    const byPath = new Map<string, string[]>();
    let sessions: string[] = [];
    for (const line of answer.split('\n')) {
      if (line.startsWith('\t')) sessions.push(sessionText(line.trim()));
      else if (line !== '') byPath.set(line, (sessions = []));
    }
    return byPath;
  },
  ofAdmin: ({ path_to_session_ids: byPath = {} }) =>
    new Map(
      Object.entries(byPath as Readonly<Record<string, readonly (string | number)[]>>).map(([path, ids]) => [
        path,
        ids.map((id) => sessionText(String(id))),
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
      map((sessions) => ({ sessions: sessions.map((it) => ({ ...shown(it), server: server.server })), problems: [] })),
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
    const id = sessionText(`${stat.ephemeralOwner}`);
    const list = paths.get(id);
    if (list === undefined) paths.set(id, [path]);
    else list.push(path);
  }
  return paths;
}

function shown({ session, client, timeout, since, received, latency, last }: ServerConnection): Facts {
  return {
    id: session,
    address: client,
    'timeout, ms': timeout,
    since,
    requests: received,
    'latency avg, ms': latency.avg,
    'last operation': last,
  };
}
