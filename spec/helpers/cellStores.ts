import type { Cells, List, Polling, Presence, PrefixWatching, Transact, Watching } from '../../lib/core/contract.js';
import { cells as arakoonCells, open as openArakoon } from '../../lib/arakoon/index.js';
import { cells as etcdCells, open as openEtcd } from '../../lib/etcd/index.js';
import { cells as etcdV2Cells, openV2, v2OverV3 } from '../../lib/etcd/v2/index.js';
import { MemoryStore } from '../../lib/hive/memoryStore.js';
import { startArakoon, startEtcd, startZooKeeper as startEmbedded } from '../../lib/testing/index.js';
import { cells as zooKeeperCells, open as openZooKeeper } from '../../lib/zookeeper/index.js';
import { startFaultProxy } from './faultProxy.js';
import { startRealEtcd } from './realEtcd.js';
import { startZooKeeper } from './zookeeperServer.js';

/** The abilities that some stores have. */
export type Abilities<V> = Transact<V> & Watching<V> & PrefixWatching<V> & Polling<V> & Presence;

/** The abilities that every store has, and some of the others. */
export type Offer<V> = Cells<V> & List & Partial<Abilities<V>>;

/** A client of a store. */
export interface CellClient<V> {
  /** The cells of a place. Clients share them by the name of the place. */
  cells(place: string): Offer<V>;
  close(): Promise<void>;
}

/** A store that runs. */
export interface CellStore<V> {
  client(): Promise<CellClient<V>>;
  /** Cuts all links, of which clients recover by themselves. */
  disturb?(): void;
  stop(): Promise<void>;
}

/** Connects to a store at an address. */
type Dial = (address: string) => Promise<CellClient<number>>;

const backoff = { min: 10, max: 100 };

const zooKeeperAt: Dial = async (connectString) => {
  const zk = await openZooKeeper(connectString, { backoff });
  return { cells: (place) => zooKeeperCells(zk, `/${place}`), close: () => zk.close() };
};

const etcdAt: Dial = async (endpoints) => {
  const etcd = await openEtcd(endpoints, { backoff });
  return { cells: (place) => etcdCells(etcd, `${place}/`), close: () => etcd.close() };
};

const etcdV2At: Dial = async (endpoints) => {
  const etcd = await openV2(endpoints, { backoff });
  return { cells: (place) => etcdV2Cells(etcd, `/${place}`), close: () => etcd.close() };
};

const v2OverV3At: Dial = async (endpoints) => {
  const etcd = v2OverV3(await openEtcd(endpoints, { backoff }));
  return { cells: (place) => etcdV2Cells(etcd, `/${place}`), close: () => etcd.close() };
};

export function inMemory(): Promise<CellStore<number>> {
  const memory = new MemoryStore();
  const client = { cells: (place: string) => memory.cells(`${place}/`), close: () => Promise.resolve() };
  return Promise.resolve({ client: () => Promise.resolve(client), stop: () => Promise.resolve() });
}

export async function embeddedZooKeeper(): Promise<CellStore<number>> {
  const server = await startEmbedded();
  return embedded(server, zooKeeperAt, server.connectString);
}

export async function realZooKeeper(): Promise<CellStore<number>> {
  const server = await startZooKeeper();
  return behindProxy(server, server, zooKeeperAt);
}

export async function embeddedArakoon(): Promise<CellStore<string>> {
  const server = await startArakoon({ nodes: ['a', 'b', 'c'] });
  return {
    client: async () => {
      const arakoon = await openArakoon(server.cluster, { backoff });
      return { cells: (place) => arakoonCells(arakoon, `${place}/`), close: () => arakoon.close() };
    },
    disturb: () => server.drop(),
    stop: () => server.stop(),
  };
}

export const embeddedEtcd = (): Promise<CellStore<number>> => inEmbeddedEtcd(etcdAt);
export const realEtcd = (): Promise<CellStore<number>> => inRealEtcd(etcdAt);
export const embeddedEtcdV2 = (): Promise<CellStore<number>> => inEmbeddedEtcd(etcdV2At);
export const realEtcdV2 = (): Promise<CellStore<number>> => inRealEtcd(etcdV2At);
/** The methods of version 2 over version 3. */
export const realEtcdV2OverV3 = (): Promise<CellStore<number>> => inRealEtcd(v2OverV3At);

async function inEmbeddedEtcd(dial: Dial): Promise<CellStore<number>> {
  const server = await startEtcd();
  return embedded(server, dial, server.endpoints.join());
}

async function inRealEtcd(dial: Dial): Promise<CellStore<number>> {
  const cluster = await startRealEtcd();
  return behindProxy(cluster, cluster.members[0]!, dial);
}

function embedded(server: { drop(): void; stop(): Promise<void> }, dial: Dial, address: string): CellStore<number> {
  return { client: () => dial(address), disturb: () => server.drop(), stop: () => server.stop() };
}

/** A server whose clients come through a proxy, which can cut their links. */
async function behindProxy(
  server: { stop(): Promise<void> },
  target: { readonly host: string; readonly port: number },
  dial: Dial
): Promise<CellStore<number>> {
  const proxy = await startFaultProxy(target);
  return {
    client: () => dial(proxy.connectString),
    disturb: () => void proxy.cut(),
    stop: async () => {
      await proxy.stop();
      await server.stop();
    },
  };
}
