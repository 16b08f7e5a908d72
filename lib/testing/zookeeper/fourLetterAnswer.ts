import { arch, hostname, platform, release } from 'node:os';
import { dumpAnswer } from './dumpAnswer.js';
import { fourLetterWords } from './fourLetterWords.js';
import { hexId } from './hexId.js';
import type { Guest, ZooKeeperHost } from './zooKeeperHost.js';
import { shortName } from './request/opcode.js';

type Answer = (host: ZooKeeperHost, bytes: Buffer) => string;

const lines = (...all: readonly string[]) => all.map((line) => `${line}\n`).join('');
const pairs = (all: Readonly<Record<string, unknown>>, between: string) =>
  lines(...Object.entries(all).map(([key, value]) => `${key}${between}${String(value)}`));

/** The four-letter words, and their answers. */
const WORDS: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ['ruok', () => 'imok'],
  ['isro', ({ readOnly }) => (readOnly ? 'ro' : 'rw')],
  ['srvr', (host) => `${versionLine(host)}\n${statistics(host)}`],
  ['stat', (host) => `${versionLine(host)}\nClients:\n${clients(host, () => '')}\n${statistics(host)}`],
  ['mntr', (host) => pairs(monitored(host), '\t')],
  ['conf', (host) => pairs(configuration(host), '=')],
  ['cons', (host) => `${clients(host, details)}\n`],
  ['dump', (host) => lines(...dumpAnswer(host))],
  ['envi', (host) => `Environment:\n${pairs(environment(host), '=')}`],
  [
    'wchs',
    ({ state }) =>
      lines(
        `${state.watches.data.connections} connections watching ${state.watches.data.paths} paths`,
        `Total watches:${state.watches.data.total}`
      ),
  ],
  ['wchc', (host) => `${listed(grouped(host, (path, id) => [id, path]))}\n`],
  ['wchp', (host) => `${listed(grouped(host, (path, id) => [path, id]))}\n`],
  ['crst', resetConnections],
  ['srst', resetServer],
  ['dirs', () => lines('datadir_size: 0', 'logdir_size: 0')],
  ['gtmk', ({ state }) => String(state.traceMask)],
  ['stmk', setTraceMask],
  ['hash', () => ''], // the digests that a server has written down: this one makes none
]);

/** Those that only ZooKeeper has. */
const OWN: readonly string[] = ['gtmk', 'stmk', 'hash'];

/** The answer to a four-letter word; `undefined` for an unknown word. */
export function fourLetterAnswer(host: ZooKeeperHost, word: string, bytes: Buffer): string | undefined {
  const answer = WORDS.get(word);
  const { fourLetterWords: allowed, version, profile } = host.settings;
  const known = profile === undefined ? version >= (fourLetterWords.get(word) ?? Infinity) : !OWN.includes(word);
  if (answer === undefined || !known) return undefined;
  if (allowed !== '*' && !allowed.includes(word))
    return `${word} is not executed because it is not in the whitelist.\n`;
  return answer(host, bytes);
}

/** The first line of `srvr` and `stat`. */
function versionLine(host: ZooKeeperHost): string {
  return host.settings.profile?.versionLine ?? `Zookeeper version: ${built(host)}`;
}

function built({ settings: { version, profile } }: ZooKeeperHost): string {
  if (profile !== undefined) return profile.versionLine.replace(/^.*version: */, '');
  const dotted = [Math.floor(version / 10000), Math.floor(version / 100) % 100, version % 100].join('.');
  return `${dotted}-quorum-rx, built on 1970-01-01 00:00 UTC`;
}

function mode({ readOnly }: ZooKeeperHost): string {
  return readOnly ? 'read-only' : 'standalone';
}

/** The root counts twice, as on real servers. */
function nodeCount({ state }: ZooKeeperHost): number {
  return state.tree.nodes.size + 1;
}

function statistics(host: ZooKeeperHost): string {
  const { received, sent } = host.state.traffic;
  return pairs(
    {
      'Latency min/avg/max': '0/0.0/0',
      Received: received,
      Sent: sent,
      Connections: host.connections.size,
      Outstanding: 0,
      Zxid: host.settings.profile === undefined ? `0x${host.state.zxid.toString(16)}` : host.state.zxid,
      Mode: mode(host),
      'Node count': nodeCount(host),
    },
    ': '
  );
}

function monitored(host: ZooKeeperHost): Readonly<Record<string, unknown>> {
  const { state, sessions, connections, startedAt, settings } = host;
  const { received, sent } = host.state.traffic;
  let size = 0;
  for (const [path, node] of state.tree.nodes) size += path.length + node.size;
  return {
    zk_version: built(host),
    zk_server_state: mode(host),
    zk_ephemerals_count: [...state.tree.ephemerals.values()].reduce((sum, { size: owned }) => sum + owned, 0),
    zk_num_alive_connections: connections.size,
    zk_avg_latency: '0.0',
    zk_min_latency: 0,
    zk_max_latency: 0,
    zk_outstanding_requests: 0,
    zk_znode_count: nodeCount(host),
    zk_global_sessions: sessions.size,
    zk_local_sessions: 0,
    zk_packets_sent: sent,
    zk_packets_received: received,
    zk_watch_count: state.watches.total,
    zk_approximate_data_size: size,
    zk_uptime: Math.floor(settings.now() - startedAt),
  };
}

function configuration({ settings, port }: ZooKeeperHost): Readonly<Record<string, unknown>> {
  const { tickTime, minSessionTimeout, maxSessionTimeout, dataFile: dataDir = '' } = settings;
  const directories = { dataDir, dataDirSize: 0, dataLogDir: dataDir, dataLogSize: 0 };
  return {
    clientPort: port,
    secureClientPort: -1,
    ...directories,
    tickTime,
    maxClientCnxns: 0,
    minSessionTimeout,
    maxSessionTimeout,
    clientPortListenBacklog: -1,
    serverId: 0,
  };
}

function environment(host: ZooKeeperHost): Readonly<Record<string, unknown>> {
  return {
    'zookeeper.version': built(host),
    'host.name': hostname(),
    'node.version': process.version,
    'os.name': platform(),
    'os.arch': arch(),
    'os.version': release(),
  };
}

function clients({ connections }: ZooKeeperHost, more: (connection: Guest) => string): string {
  const one = (it: Guest) =>
    ` /${it.wire.address}:${it.wire.port}[${it.session === undefined ? 0 : 1}]` +
    `(queued=0,recved=${it.traffic.received},sent=${it.traffic.sent}${more(it)})`;
  return lines(...[...connections].map(one));
}

function details({ session, traffic: { opcode, since, xid, zxid } }: Guest): string {
  if (session === undefined) return '';
  const asked = xid < 0 ? '' : `,lcxid=0x${xid.toString(16)}`;
  return (
    `,sid=${hexId(session.id)},lop=${shortName(opcode)},est=${Math.floor(since)},to=${session.timeout}${asked}` +
    `,lzxid=0x${zxid.toString(16)},lresp=0,llat=0,minlat=0,avglat=0,maxlat=0`
  );
}

function grouped(
  { state }: ZooKeeperHost,
  pair: (path: string, id: string) => [string, string]
): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const [path, watchers] of state.watches.data.entries()) {
    for (const { sessionId } of watchers) {
      const [key, value] = pair(path, hexId(sessionId));
      groups.set(key, [...(groups.get(key) ?? []), value]);
    }
  }
  return groups;
}

function listed(groups: ReadonlyMap<string, readonly string[]>): string {
  return lines(...[...groups].flatMap(([key, values]) => [key, ...values.map((value) => `\t${value}`)]));
}

function resetConnections({ connections }: ZooKeeperHost): string {
  for (const { traffic } of connections) traffic.reset();
  return 'Connection stats reset.\n';
}

function resetServer({ state }: ZooKeeperHost): string {
  state.traffic.reset();
  return 'Server stats reset.\n';
}

/** Eight bytes must follow the word at once: a real server waits for no more. */
function setTraceMask({ state }: ZooKeeperHost, bytes: Buffer): string {
  if (bytes.length < 12) return '';
  state.traceMask = bytes.readBigInt64BE(4);
  return String(state.traceMask);
}
