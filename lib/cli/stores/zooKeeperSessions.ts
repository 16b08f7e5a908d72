import { type Observable, forkJoin, map } from 'rxjs';
import { type Endpoint, formatEndpoint } from '../../core/endpoint.js';
import type { ZooKeeper } from '../../zookeeper/index.js';
import type { SessionStatus } from './treeStore.js';
import { CONNECTIONS } from './serverConnection.js';
import { wordOrAdmin } from './zooKeeperStatus.js';

/** The sessions that are connected to ZooKeeper's servers: from `cons`, or from their AdminServers. */
export function zooKeeperSessions(
  zk: ZooKeeper,
  endpoints: readonly Endpoint[],
  adminPort: number
): Observable<readonly SessionStatus[]> {
  const all = endpoints.map((endpoint) => {
    const server = formatEndpoint(endpoint);
    return wordOrAdmin(zk, endpoint, adminPort, CONNECTIONS).pipe(
      map((connections) =>
        connections.map(({ latency: { min, avg, max }, last, ...facts }): SessionStatus => ({
          server,
          ...facts,
          'latency min/avg/max': `${min}/${avg}/${max}`,
          last,
        }))
      )
    );
  });
  return forkJoin(all).pipe(map((lists) => lists.flat()));
}
