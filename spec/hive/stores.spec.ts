import { describe } from '@jest/globals';
import { cells as arakoonCells, open as openArakoon } from '../../lib/arakoon/index.js';
import { cells as etcdCells, open as openEtcd } from '../../lib/etcd/index.js';
import { MemoryStore } from '../../lib/hive/memoryStore.js';
import { cells as etcdV2Cells, openV2 } from '../../lib/etcd/v2/index.js';
import { startArakoon, startEtcd, startZooKeeper as startEmbedded } from '../../lib/testing/index.js';
import { cells as zooKeeperCells, open as openZooKeeper } from '../../lib/zookeeper/index.js';
import { startFaultProxy } from '../helpers/faultProxy.js';
import { startRealEtcd } from '../helpers/realEtcd.js';
import { startZooKeeper } from '../helpers/zookeeperServer.js';
import { type HiveGround, hiveLaws } from './laws.js';

const backoff = { min: 10, max: 100 };

async function inZooKeeper(connectString: string, name: string) {
  const zk = await openZooKeeper(connectString, { backoff });
  return {
    store: (place: string) => zooKeeperCells(zk, `/${name}/${place}`),
    close: async () => void (await zk.close()),
  };
}

async function inEtcd(endpoints: string, name: string) {
  const etcd = await openEtcd(endpoints, { backoff });
  return { store: (place: string) => etcdCells(etcd, `${name}/${place}/`), close: () => etcd.close() };
}

async function inEtcdV2(endpoints: string, name: string) {
  const etcd = await openV2(endpoints, { backoff });
  return { store: (place: string) => etcdV2Cells(etcd, `/${name}/${place}`), close: () => etcd.close() };
}

hiveLaws('memory', (): Promise<HiveGround<number>> => {
  const memory = new MemoryStore();
  return Promise.resolve({
    tenant: (name) =>
      Promise.resolve({ store: (place) => memory.cells(`${name}/${place}/`), close: () => Promise.resolve() }),
    stop: () => Promise.resolve(),
  });
});

hiveLaws('the embedded ZooKeeper', async (): Promise<HiveGround<number>> => {
  const server = await startEmbedded();
  return {
    tenant: (name) => inZooKeeper(server.connectString, name),
    disturb: () => server.drop(),
    stop: () => server.stop(),
  };
});

hiveLaws('the embedded etcd', async (): Promise<HiveGround<number>> => {
  const server = await startEtcd();
  return {
    tenant: (name) => inEtcd(server.endpoints.join(), name),
    disturb: () => server.drop(),
    stop: () => server.stop(),
  };
});

hiveLaws('the embedded Arakoon', async (): Promise<HiveGround<string>> => {
  const server = await startArakoon({ nodes: ['a', 'b', 'c'] });
  return {
    tenant: async (name) => {
      const arakoon = await openArakoon(server.cluster, { backoff });
      return {
        store: (place) => arakoonCells(arakoon, `${name}/${place}/`),
        close: async () => void (await arakoon.close()),
      };
    },
    disturb: () => server.drop(),
    stop: () => server.stop(),
  };
});

hiveLaws('ZooKeeper 3.8.0', async (): Promise<HiveGround<number>> => {
  const server = await startZooKeeper();
  const proxy = await startFaultProxy(server);
  return {
    tenant: (name) => inZooKeeper(proxy.connectString, name),
    disturb: () => void proxy.cut(),
    stop: async () => {
      await proxy.stop();
      await server.stop();
    },
  };
});

hiveLaws('the embedded etcd, by its v2 API', async (): Promise<HiveGround<number>> => {
  const server = await startEtcd();
  return {
    tenant: (name) => inEtcdV2(server.endpoints.join(), name),
    disturb: () => server.drop(),
    stop: () => server.stop(),
  };
});

describe.each([
  ['etcd 3.4', inEtcd],
  ['etcd 3.4, by its v2 API', inEtcdV2],
])('etcd', (title, inIt) => {
  hiveLaws(title, async (): Promise<HiveGround<number>> => {
    const cluster = await startRealEtcd();
    const proxy = await startFaultProxy(cluster.members[0]!);
    return {
      tenant: (name) => inIt(`127.0.0.1:${proxy.port}`, name),
      disturb: () => void proxy.cut(),
      stop: async () => {
        await proxy.stop();
        await cluster.stop();
      },
    };
  });
});
