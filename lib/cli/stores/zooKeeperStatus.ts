import { type Observable, catchError, concatMap, forkJoin, map, of, throwError } from 'rxjs';
import { type Endpoint, formatEndpoint } from '../../core/endpoint.js';
import { isCoordinationError } from '../../core/errors.js';
import type { ZooKeeper } from '../../zookeeper/index.js';
import { type AdminAnswer, adminServer } from './adminServer.js';
import { type ZooKeeperQuestion, isNotAllowed } from './zooKeeperQuestion.js';
import type { Figure, MemberStatus } from './treeStore.js';
import { srvrAnswer, versionIn } from './srvrAnswer.js';
import { unreachable } from './unreachable.js';

/** The answer of a server without a quorum. */
const NOT_SERVING = /is not currently serving/;

/** The answers of ZooKeeper's servers to `srvr`, or those of their AdminServers where that word is not allowed. */
export function zooKeeperStatus(
  zk: ZooKeeper,
  endpoints: readonly Endpoint[],
  adminPort: number
): Observable<readonly MemberStatus[]> {
  return forkJoin(
    endpoints.map((endpoint) => {
      const server = formatEndpoint(endpoint);
      return wordOrAdmin(zk, endpoint, adminPort, {
        word: 'srvr',
        ofWord: (answer) => statusOfWord(server, answer),
        command: 'server_stats',
        ofAdmin: (answer) => statusOfAdmin(server, answer),
      }).pipe(unreachable({ server }));
    })
  );
}

/** All figures that ZooKeeper's servers tell: to `mntr`, or by their AdminServers. */
export function zooKeeperFigures(
  zk: ZooKeeper,
  endpoints: readonly Endpoint[],
  adminPort: number
): Observable<readonly Figure[]> {
  const all = endpoints.map((endpoint) => {
    const server = formatEndpoint(endpoint);
    const figures = (pairs: readonly (readonly [string, unknown])[]) =>
      pairs.map(([figure, value]): Figure => ({ server, figure, value: numberOrText(value) }));
    return wordOrAdmin(zk, endpoint, adminPort, {
      word: 'mntr',
      ofWord: (answer) => figures(pairsIn(answer)),
      command: 'monitor',
      ofAdmin: ({ command: _command, error: _error, ...answer }) => figures(Object.entries(answer)),
    });
  });
  return forkJoin(all).pipe(map((lists) => lists.flat()));
}

/** Asks the word; where it is not allowed, the AdminServer. */
export function wordOrAdmin<T>(
  zk: ZooKeeper,
  endpoint: Endpoint,
  adminPort: number,
  { word, ofWord, command, ofAdmin }: ZooKeeperQuestion<T>
): Observable<T> {
  return zk.command(word, endpoint).pipe(
    concatMap((answer) => {
      if (!isNotAllowed(answer) && !NOT_SERVING.test(answer)) return of(ofWord(answer));
      const refusal = answer.trim().split('\n')[0]!;
      return adminServer({ host: endpoint.host, port: adminPort })
        .ask(command)
        .pipe(
          map(ofAdmin),
          catchError((error: unknown) => {
            if (isCoordinationError(error))
              error.message = `${refusal.replace(/\.$/, '')}; ${error.message}. Try: --admin-port N`;
            return throwError(() => error);
          })
        );
    })
  );
}

function statusOfWord(server: string, answer: string): MemberStatus {
  const { role, received: _received, firstLine, ...facts } = srvrAnswer(answer);
  return role === undefined ? { server, role: 'unknown', problem: firstLine } : { server, role, ...facts };
}

function statusOfAdmin(server: string, answer: AdminAnswer): MemberStatus {
  const stats = (answer['server_stats'] ?? {}) as Readonly<Record<string, unknown>>;
  const text = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? `${value}` : undefined);
  const number = (value: unknown) => (value === undefined ? undefined : Number(value));
  return {
    server,
    role: text(stats['server_state']) ?? 'unknown',
    version: versionIn(text(answer['version'])),
    'latency min/avg/max': ['min', 'avg', 'max'].map((name) => text(stats[`${name}_latency`])).join('/'),
    connections: number(stats['num_alive_client_connections']),
    outstanding: number(stats['outstanding_requests']),
    nodes: number(answer['node_count']),
    zxid: `0x${BigInt.asUintN(64, BigInt(text(stats['last_processed_zxid']) ?? '0')).toString(16)}`,
  };
}

function pairsIn(answer: string): readonly (readonly [string, string])[] {
  return answer.split('\n').flatMap((line) => {
    const [name, ...value] = line.split('\t');
    return value.length === 0 ? [] : [[name!, value.join(' ')] as const];
  });
}

function numberOrText(value: unknown): number | string {
  if (typeof value === 'number') return value;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^-?\d{1,15}(\.\d+)?$/.test(text) ? Number(text) : text;
}
