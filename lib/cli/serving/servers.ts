import { UsageError } from '../../core/errors.js';
import type { ZooKeeperServerOptions } from '../../testing/zookeeper/zooKeeperServerOptions.js';
import type { OptionOfVerb } from '../command/optionOfVerb.js';
import type { Call } from '../command/verb.js';

/** A server that runs in this process. */
export interface Served {
  readonly url: string;
  stop(): Promise<void>;
  /** Cuts all connections and stops listening; and listens again. Not every server can. */
  refuse?(): Promise<void>;
  accept?(): Promise<void>;
}

/** The options of all servers. */
export const SERVING: Readonly<Record<string, OptionOfVerb>> = {
  port: { value: 'N', about: 'ZooKeeper: the port; default: a free one' },
  host: { value: 'ADDRESS', about: 'ZooKeeper: where to listen; default 127.0.0.1' },
  'server-version': { value: 'X.Y.Z', about: 'ZooKeeper: the version to be, 3.4 to 3.9; default 3.8.0' },
  'tick-time': { value: 'MS', about: 'ZooKeeper: the unit of session timeouts; default 200' },
  'max-buffer': { value: 'BYTES', about: 'ZooKeeper: jute.maxbuffer; default 1048575' },
  'super-digest': { value: 'USER:HASH', about: 'ZooKeeper: who may do everything' },
  'data-file': { value: 'FILE', about: 'ZooKeeper: the file that keeps the tree over restarts; default: none' },
  'read-only': { about: 'ZooKeeper: as a server without a quorum' },
  profile: { value: 'NAME', about: 'ZooKeeper: conformance (as strict as a real server), or clickhouse-keeper' },
  members: { value: 'N', about: 'etcd and Arakoon: how many members; default 1' },
};

const PROFILES: Readonly<Record<string, ZooKeeperServerOptions>> = {
  'clickhouse-keeper': { profile: 'clickhouse-keeper' },
  conformance: {
    tickTime: 2000,
    maxSessionTimeout: 40_000,
    fourLetterWords: '*',
    reapInterval: 1000,
    maxBuffer: 1024 * 1024,
    extendedTypes: true,
  },
};

/** Starts a server of each kind. It is loaded when it is asked for. */
export const servers: Readonly<Record<string, (call: Call) => Promise<Served>>> = {
  async zookeeper(call) {
    refuse(call, 'members', 'is for etcd and Arakoon');
    const { startZooKeeper } = await import('../../testing/zookeeper/startZooKeeper.js');
    const server = await startZooKeeper(zooKeeperOptions(call));
    return {
      url: `zk://${server.connectString}`,
      stop: () => server.stop(),
      refuse: () => server.refuse(),
      accept: () => server.accept(),
    };
  },
  async etcd(call) {
    refuseZooKeepers(call);
    const { startEtcd } = await import('../../testing/etcd/startEtcd.js');
    const server = await startEtcd({ members: names(call, 'member') });
    return { url: `etcd://${server.endpoints.join()}`, stop: () => server.stop() };
  },
  async arakoon(call) {
    refuseZooKeepers(call);
    const { startArakoon } = await import('../../testing/arakoon/startArakoon.js');
    const server = await startArakoon({ nodes: names(call, 'arakoon') });
    const nodes = Object.entries(server.cluster.nodes).map(([name, address]) => `${name}=${[address].flat().join()}`);
    return { url: `arakoon://${server.cluster.id}?${nodes.join('&')}`, stop: () => server.stop() };
  },
};

/** Refuses an option that is not for the server of this call. */
function refuse(call: Call, name: string, reason: string): void {
  const isGiven = SERVING[name]?.value === undefined ? call.flag(name) : call.value(name) !== undefined;
  if (isGiven) throw new UsageError(`--${name}`, reason);
}

function refuseZooKeepers(call: Call): void {
  for (const name of Object.keys(SERVING)) if (name !== 'members') refuse(call, name, 'is for ZooKeeper');
}

function zooKeeperOptions(call: Call): ZooKeeperServerOptions {
  const profile = call.value('profile');
  if (profile !== undefined && !Object.hasOwn(PROFILES, profile))
    throw new UsageError('--profile', `must be one of ${Object.keys(PROFILES).join(', ')}, not ${profile}`);
  const given = {
    port: call.number('port'),
    host: call.value('host'),
    version: call.value('server-version'),
    tickTime: call.number('tick-time'),
    maxBuffer: call.number('max-buffer'),
    superDigest: call.value('super-digest'),
    dataFile: call.value('data-file'),
    readOnly: call.flag('read-only') || undefined,
  };
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...(profile !== undefined && PROFILES[profile]), ...options };
}

function names(call: Call, word: string): readonly string[] {
  return Array.from({ length: call.number('members') ?? 1 }, (_, i) => `${word}_${i}`);
}
