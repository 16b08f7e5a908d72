import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Observable, firstValueFrom, of, throwError } from 'rxjs';
import { AskZooKeeper } from '../../../lib/cli/dash/askZooKeeper.js';
import { zooKeeperMembers } from '../../../lib/cli/dash/zooKeeperMembers.js';
import { zooKeeperSessions, zooKeeperWatchers } from '../../../lib/cli/dash/zooKeeperSessions.js';
import { ConnectError } from '../../../lib/index.js';

/** As ZooKeeper 3.8.0 has sent them, shortened. */
const WORDS: Readonly<Record<string, string>> = {
  mntr: [
    'zk_version\t3.8.0-${mvngit.commit.id}, built on 2024-12-29 17:54 UTC',
    'zk_server_state\tleader',
    'zk_avg_latency\t6.6154',
    'zk_num_alive_connections\t3',
    'zk_packets_received\t140',
    'zk_watch_count\t4',
    '',
  ].join('\n'),
  cons:
    ' /127.0.0.1:57010[1](queued=0,recved=2913,sent=2969,sid=0xa22294e8a70001,lop=MLTR,est=1795876513998,to=30000,' +
    'lcxid=0xb60,lzxid=0x890,lresp=0,llat=0,minlat=0,avglat=1,maxlat=3)\n' +
    ' /127.0.0.1:44546[0](queued=0,recved=1,sent=0)\n\n',
  wchp: '/app\n\t0xa22294e8a70001\n\t0xa22294e8a70002\n/app/config\n\t0xa22294e8a70003\n',
};
const ADMIN: Readonly<Record<string, object>> = {
  monitor: {
    version: '3.8.0-${mvngit.commit.id}, built on 2024-12-29 17:54 UTC',
    server_state: 'leader',
    avg_latency: 6.6154,
    num_alive_connections: 3,
    packets_received: 140,
    watch_count: 4,
    command: 'monitor',
    error: null,
  },
  connections: {
    connections: [
      {
        remote_socket_address: '127.0.0.1:57010',
        packets_received: 2913,
        session_id: '45636969180889089', // as the parser leaves large numbers
        last_operation: 'MLTR',
        established: 1795876513998,
        session_timeout: 30000,
        avg_latency: 1,
      },
    ],
    secure_connections: [],
    command: 'connections',
    error: null,
  },
  watches_by_path: {
    path_to_session_ids: { '/app': ['45636969180889089', '45636969180889090'], '/app/config': ['45636969180889091'] },
    command: 'watches_by_path',
    error: null,
  },
};
const REFUSAL = (word: string) => `${word} is not executed because it is not in the whitelist.\n`;
const SRVR = `Zookeeper version: 3.8.0-x, built on 2024-12-29 17:54 UTC
Latency min/avg/max: 1/6.6154/31
Received: 140
Sent: 14
Connections: 3
Outstanding: 0
Zxid: 0x5
Mode: leader
Node count: 8
`;

type Allowed = 'all' | 'srvr' | 'none';

/** A server whose words are allowed or not, and whose AdminServer is there or not. */
async function asked<T>(allowed: Allowed, hasAdmin: boolean, ask: (server: AskZooKeeper) => Observable<T>) {
  const words: string[] = [];
  const command = (word: string): Observable<string> => {
    words.push(word);
    if (allowed === 'none') return throwError(() => new ConnectError('connect ECONNREFUSED'));
    return of(word === 'srvr' ? SRVR : allowed === 'all' ? WORDS[word]! : REFUSAL(word));
  };
  const admin: Server = createServer((request, response) => {
    words.push(request.url!);
    response.end(JSON.stringify(ADMIN[request.url!.replace('/commands/', '')]));
  }).listen(0, '127.0.0.1');
  await once(admin, 'listening');
  const { port } = admin.address() as AddressInfo;
  if (!hasAdmin) admin.close();
  try {
    const server = new AskZooKeeper({ command }, { host: '127.0.0.1', port: 2181 }, port);
    await firstValueFrom(ask(server));
    words.length = 0;
    return { answer: await firstValueFrom(ask(server)), words };
  } finally {
    admin.closeAllConnections();
    admin.close();
  }
}

describe.each([
  ['four-letter words', 'all', false, 'mntr'],
  ['its AdminServer, where words are not allowed', 'srvr', true, '/commands/monitor'],
] as const)('a server of ZooKeeper, asked by %s', (_, allowed, hasAdmin, way) => {
  it('tells its role and its figures, by the way that has worked before', async () => {
    const { answer, words } = await asked(allowed, hasAdmin, (server) => zooKeeperMembers([server]));
    expect(answer).toMatchObject({
      alarms: [],
      members: [
        {
          server: '127.0.0.1:2181',
          role: 'leader',
          facts: { version: '3.8.0', connections: 3, watches: 4 },
          gauges: { Latency: 6.6154, Connections: 3 },
          counters: { Requests: 140 },
        },
      ],
    });
    expect(words).toEqual([way]);
  });

  it('tells its sessions, by the ids that nodes have', async () => {
    const { answer } = await asked(allowed, hasAdmin, (server) => zooKeeperSessions([server], undefined));
    expect(answer.problems).toEqual([]);
    expect(answer.sessions).toEqual([
      {
        id: '0xa22294e8a70001',
        ephemerals: 0,
        address: '127.0.0.1:57010',
        'timeout, ms': 30000,
        since: new Date(1795876513998),
        requests: 2913,
        'latency avg, ms': 1,
        'last operation': 'MLTR',
        server: '127.0.0.1:2181',
      },
    ]);
  });

  it('tells who watches a path', async () => {
    const { answer } = await asked(allowed, hasAdmin, (server) => zooKeeperWatchers([server], '/app'));
    expect(answer.servers).toEqual([{ server: '127.0.0.1:2181', sessions: ['0xa22294e8a70001', '0xa22294e8a70002'] }]);
  });
});

describe('a server of ZooKeeper that tells little', () => {
  it('still tells its role, by the word that is allowed by default', async () => {
    const { answer } = await asked('srvr', false, (server) => zooKeeperMembers([server]));
    expect(answer.members).toMatchObject([
      {
        role: 'leader',
        facts: { version: '3.8.0', nodes: 8 },
        counters: { Requests: 140 },
        gauges: { Latency: 6.6154 },
      },
    ]);
    expect(answer.members[0]!.facts['more figures']).toMatch(/^no: the AdminServer at /);
  });

  it('is unreachable where it does not answer, and nobody leads then', async () => {
    const { answer } = await asked('none', false, (server) => zooKeeperMembers([server]));
    expect(answer).toMatchObject({
      alarms: ['none of these servers leads'],
      members: [{ role: 'unreachable', problem: 'connect ECONNREFUSED' }],
    });
  });

  it('is named among the problems of the sessions', async () => {
    const { answer } = await asked('srvr', false, (server) => zooKeeperSessions([server], undefined));
    expect(answer).toMatchObject({
      sessions: [],
      problems: [expect.stringMatching(/^127.0.0.1:2181: the AdminServer/)],
    });
  });
});
