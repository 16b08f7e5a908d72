import { startArakoon, startEtcd, startZooKeeper } from '../../lib/testing/index.js';
import { startRealEtcd } from './realEtcd.js';
import { startZooKeeper as startReal } from './zookeeperServer.js';

/** A store for commands of `qrx`. */
export interface CliGround {
  /** The URL of a place in the store. */
  url(place: string): string;
  /** Cuts all connections. */
  drop?(): void;
  /** Kills a real server, or starts it again with its data. */
  kill?(): Promise<void>;
  start?(): Promise<void>;
  stop(): Promise<unknown>;
}

function inZooKeeper(server: { readonly connectString: string; drop?(): void; stop(): Promise<void> }): CliGround {
  return {
    url: (place) => `zk://${server.connectString}/${place}`,
    ...(server.drop !== undefined && { drop: () => server.drop!() }),
    stop: () => server.stop(),
  };
}

/** The stores on which each verb is tried. */
export const cliGrounds: Readonly<Record<string, () => Promise<CliGround>>> = {
  'the embedded ZooKeeper': async () => inZooKeeper(await startZooKeeper()),
  'ZooKeeper 3.8.0': async () => {
    const server = await startReal();
    return { ...inZooKeeper(server), kill: () => server.kill(), start: () => server.start() };
  },
  'the embedded etcd': async () => {
    const server = await startEtcd();
    const hosts = server.endpoints.join();
    return { url: (place) => `etcd://${hosts}/${place}`, drop: () => server.drop(), stop: () => server.stop() };
  },
  'etcd 3.4': async () => {
    const cluster = await startRealEtcd();
    const member = cluster.members[0]!;
    return {
      url: (place) => `etcd://${member.endpoint}/${place}`,
      kill: () => member.kill(),
      start: async () => member.start(),
      stop: () => cluster.stop(),
    };
  },
  'the embedded Arakoon': async () => {
    const server = await startArakoon({ nodes: ['a', 'b', 'c'] });
    const nodes = Object.entries(server.cluster.nodes).map(([name, address]) => `${name}=${[address].flat().join()}`);
    return {
      url: (place) => `arakoon://${server.cluster.id}/${place}?${nodes.join('&')}`,
      stop: () => server.stop(),
    };
  },
};
