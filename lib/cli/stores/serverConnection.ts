import type { ZooKeeperQuestion } from './zooKeeperQuestion.js';

/** A connection with a session, as a server describes it. */
export interface ServerConnection {
  /** In the form of `stat`: `0x1000…`. */
  readonly session: string;
  readonly client: string | undefined;
  /** Milliseconds. */
  readonly timeout: number | undefined;
  readonly since: Date | undefined;
  readonly queued: number | undefined;
  readonly received: number | undefined;
  readonly sent: number | undefined;
  /** Milliseconds. */
  readonly latency: Readonly<Record<'min' | 'avg' | 'max', number | undefined>>;
  readonly last: string | undefined;
}

/** The connections of a server that have a session: from `cons`, or from its AdminServer. */
export const CONNECTIONS: ZooKeeperQuestion<readonly ServerConnection[]> = {
  word: 'cons',
  // lines such as ` /127.0.0.1:5[1](queued=0,recved=1,sent=1,sid=0x1,lop=PING,est=1,to=30000,…)`
  ofWord: (answer) =>
    [...answer.matchAll(/^ *\/(\S+?)\[\d+\]\((.*)\)$/gm)].flatMap(([, client, list = '']) => {
      const fields = new Map(list.split(',').map((pair) => pair.split('=', 2) as [string, string]));
      return connectionOf(fields.get('sid'), client, (name) => fields.get(IN_CONS[name]));
    }),
  command: 'connections',
  ofAdmin: (answer) =>
    [answer['connections'], answer['secure_connections']]
      .filter((list): list is Fields[] => Array.isArray(list))
      .flat()
      .flatMap((fields) =>
        connectionOf(fields['session_id'], fields['remote_socket_address'], (name) => fields[IN_ADMIN[name]])
      ),
};

/** The id of a session in the form of `stat`; an AdminServer sends decimal numbers, with a sign. */
export function sessionText(id: string): string {
  return /^-?\d+$/.test(id) ? `0x${BigInt.asUintN(64, BigInt(id)).toString(16)}` : id;
}

type Field = string | number | undefined;
type Fields = Readonly<Record<string, Field>>;

const IN_CONS = {
  ...({ timeout: 'to', since: 'est', queued: 'queued', received: 'recved', sent: 'sent' } as const),
  ...({ min: 'minlat', avg: 'avglat', max: 'maxlat', last: 'lop' } as const),
};
const IN_ADMIN = {
  ...({ timeout: 'session_timeout', since: 'established', queued: 'outstanding_requests' } as const),
  ...({ received: 'packets_received', sent: 'packets_sent' } as const),
  ...({ min: 'min_latency', avg: 'avg_latency', max: 'max_latency', last: 'last_operation' } as const),
};

/** None for a connection without a session, such as the one that asks. */
function connectionOf(
  id: Field,
  client: Field,
  field: (name: keyof typeof IN_CONS) => Field
): readonly ServerConnection[] {
  if (id === undefined || String(id) === '0') return [];
  const text = (value: Field) => (value === undefined ? undefined : String(value));
  const number = (name: keyof typeof IN_CONS) => (field(name) === undefined ? undefined : Number(field(name)));
  const since = number('since');
  return [
    {
      session: sessionText(String(id)),
      client: text(client),
      timeout: number('timeout'),
      since: since === undefined || !Number.isFinite(since) ? undefined : new Date(since),
      queued: number('queued'),
      received: number('received'),
      sent: number('sent'),
      latency: { min: number('min'), avg: number('avg'), max: number('max') },
      last: text(field('last')),
    },
  ];
}
