import { type Observable, catchError, defer, forkJoin, map, of } from 'rxjs';
import { srvrAnswer, versionIn } from '../stores/srvrAnswer.js';
import type { ZooKeeperQuestion } from '../stores/zooKeeperQuestion.js';
import type { AskZooKeeper } from './askZooKeeper.js';
import type { MemberSample, MembersSample } from './dashStore.js';

type Figures = Readonly<Record<string, string | number>>;

/** The plots of ZooKeeper's servers. */
export const ZOOKEEPER_PLOTS = {
  Requests: 'per second',
  Latency: 'ms, average of the server',
  'Time to answer': 'ms, to this dashboard',
  Connections: '',
} as const;

/** The figures of `mntr` and of the AdminServer's `monitor`, by the names that both have without `zk_`. */
const MONITOR: ZooKeeperQuestion<Figures> = {
  word: 'mntr',
  command: 'monitor',
  ofWord: (answer) =>
    Object.fromEntries(
      [...answer.matchAll(/^zk_(\S+)\t(.*)$/gm)].map(([, name = '', value = '']) => [name, numberIn(value)])
    ),
  ofAdmin: (answer) =>
    Object.fromEntries(
      Object.entries(answer).filter((entry): entry is [string, string | number] =>
        ['string', 'number'].includes(typeof entry[1])
      )
    ),
};

/** The servers of ZooKeeper as they are. What a server does not tell is not there. */
export function zooKeeperMembers(servers: readonly AskZooKeeper[]): Observable<MembersSample> {
  return forkJoin(servers.map(sampleOf)).pipe(map((members) => ({ members, alarms: alarmsOf(members) })));
}

function sampleOf(server: AskZooKeeper): Observable<MemberSample> {
  return defer(() => {
    const began = performance.now();
    const took = () => performance.now() - began;
    return server.ask(MONITOR).pipe(
      map((figures) => memberOf(server.server, figures, took())),
      // without the figures, the server still tells its role
      catchError((problem: unknown) =>
        defer(() => {
          const asked = performance.now();
          return server.srvr().pipe(map((answer) => ofSrvr(server.server, answer, performance.now() - asked, problem)));
        })
      ),
      catchError((error: unknown) =>
        of({
          server: server.server,
          role: 'unreachable',
          facts: {},
          problem: (error as Error).message,
          gauges: {},
          counters: {},
        })
      )
    );
  });
}

function memberOf(server: string, figures: Figures, ms: number): MemberSample {
  const number = (name: string) => (typeof figures[name] === 'number' ? figures[name] : undefined);
  return {
    server,
    role: String(figures['server_state'] ?? 'unknown'),
    facts: {
      version: figures['version'] === undefined ? undefined : versionIn(String(figures['version'])),
      connections: number('num_alive_connections'),
      sessions: number('global_sessions'),
      watches: number('watch_count'),
      nodes: number('znode_count'),
      ephemerals: number('ephemerals_count'),
      outstanding: number('outstanding_requests'),
      'latency min/avg/max': ['min', 'avg', 'max'].map((which) => number(`${which}_latency`) ?? '?').join('/'),
      'data, bytes': number('approximate_data_size'),
      'synced followers': number('synced_followers'),
      'open files': number('open_file_descriptor_count'),
    },
    ...plotted(ms, number('avg_latency'), number('num_alive_connections'), number('packets_received')),
  };
}

function ofSrvr(server: string, answer: string, ms: number, problem: unknown): MemberSample {
  const told = srvrAnswer(answer);
  const { role, version, connections, nodes, outstanding, 'latency min/avg/max': latency } = told;
  const facts = { version, connections, nodes, outstanding, 'latency min/avg/max': latency };
  const average = latency === undefined ? undefined : Number(latency.split('/')[1]);
  const own = { server, ...plotted(ms, average, connections, told.received) };
  if (role === undefined) return { ...own, role: 'unknown', facts, problem: told.firstLine };
  return { ...own, role, facts: { ...facts, 'more figures': `no: ${(problem as Error).message}` } };
}

function plotted(ms: number, latency?: number, connections?: number, requests?: number) {
  const known = (figures: Readonly<Record<string, number | undefined>>) =>
    Object.fromEntries(Object.entries(figures).filter((each): each is [string, number] => Number.isFinite(each[1])));
  return {
    gauges: known({ Latency: latency, 'Time to answer': Math.round(ms * 100) / 100, Connections: connections }),
    counters: known({ Requests: requests }),
  };
}

function alarmsOf(members: readonly MemberSample[]): readonly string[] {
  const leads = members.some(({ role }) => ['leader', 'standalone'].includes(role));
  return leads ? [] : ['none of these servers leads'];
}

function numberIn(text: string): string | number {
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}
