import { type Observable, forkJoin, map } from 'rxjs';
import { type Endpoint, formatEndpoint } from '../../core/endpoint.js';
import type { ZooKeeper } from '../../zookeeper/index.js';
import type { AdminAnswer } from './adminServer.js';
import type { SessionStatus } from './treeStore.js';
import { wordOrAdmin } from './zooKeeperStatus.js';

/** The sessions that are connected to ZooKeeper's servers: from `cons`, or from their AdminServers. */
export function zooKeeperSessions(
  zk: ZooKeeper,
  endpoints: readonly Endpoint[],
  adminPort: number
): Observable<readonly SessionStatus[]> {
  const all = endpoints.map((endpoint) => {
    const server = formatEndpoint(endpoint);
    return wordOrAdmin(zk, endpoint, adminPort, {
      word: 'cons',
      ofWord: (answer) => ofWord(server, answer),
      command: 'connections',
      ofAdmin: (answer) => ofAdmin(server, answer),
    });
  });
  return forkJoin(all).pipe(map((lists) => lists.flat()));
}

/** Lines such as ` /127.0.0.1:5[1](queued=0,recved=1,sent=1,sid=0x1,lop=PING,est=1,to=30000,…)`. */
function ofWord(server: string, answer: string): readonly SessionStatus[] {
  return [...answer.matchAll(/^ *\/(\S+?)\[\d+\]\((.*)\)$/gm)].flatMap(([, client, list]) => {
    const fields = new Map(list!.split(',').map((pair) => pair.split('=', 2) as [string, string]));
    const number = (name: string) => Number(fields.get(name) ?? 0);
    const session = fields.get('sid');
    if (session === undefined) return []; // the connection that asks
    return [
      {
        server,
        session,
        client,
        timeout: number('to'),
        since: new Date(number('est')),
        queued: number('queued'),
        received: number('recved'),
        sent: number('sent'),
        'latency min/avg/max': ['minlat', 'avglat', 'maxlat'].map(number).join('/'),
        last: fields.get('lop'),
      },
    ];
  });
}

function ofAdmin(server: string, answer: AdminAnswer): readonly SessionStatus[] {
  const lists = [answer['connections'], answer['secure_connections']].filter((list) => Array.isArray(list));
  return (lists.flat() as Readonly<Record<string, string | number | undefined>>[]).flatMap((it) => {
    const id = it['session_id'];
    if (id === undefined) return []; // a connection without a session yet
    return [
      {
        server,
        session: `0x${BigInt.asUintN(64, BigInt(id)).toString(16)}`,
        client: it['remote_socket_address'],
        timeout: Number(it['session_timeout']),
        since: new Date(Number(it['established'])),
        queued: Number(it['outstanding_requests']),
        received: Number(it['packets_received']),
        sent: Number(it['packets_sent']),
        'latency min/avg/max': ['min', 'avg', 'max'].map((name) => it[`${name}_latency`]).join('/'),
        last: it['last_operation'],
      },
    ];
  });
}
