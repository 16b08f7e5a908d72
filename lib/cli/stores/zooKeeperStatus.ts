import { type Observable, forkJoin, map } from 'rxjs';
import { type Endpoint, formatEndpoint } from '../../core/endpoint.js';
import type { ZooKeeper } from '../../zookeeper/index.js';
import type { MemberStatus } from './treeStore.js';
import { unreachable } from './unreachable.js';

/** The answers of ZooKeeper's servers to `srvr`. */
export function zooKeeperStatus(zk: ZooKeeper, endpoints: readonly Endpoint[]): Observable<readonly MemberStatus[]> {
  return forkJoin(
    endpoints.map((endpoint) => {
      const server = formatEndpoint(endpoint);
      return zk.command('srvr', endpoint).pipe(
        map((answer) => statusIn(server, answer)),
        unreachable({ server })
      );
    })
  );
}

function statusIn(server: string, answer: string): MemberStatus {
  const field = (name: string) => new RegExp(`^${name}: *(.*)$`, 'm').exec(answer)?.[1];
  const number = (name: string) => (field(name) === undefined ? undefined : Number(field(name)));
  const role = field('Mode');
  if (role === undefined) return { server, role: 'unknown', problem: answer.trim().split('\n')[0] };
  return {
    server,
    role,
    version: field('Zookeeper version')?.split(/[-,]/)[0],
    'latency min/avg/max': field('Latency min/avg/max'),
    connections: number('Connections'),
    outstanding: number('Outstanding'),
    nodes: number('Node count'),
    zxid: field('Zxid'),
  };
}
