import { connect as connectArakoon, cells as arakoonCells } from '../../lib/arakoon/index.js';
import { cells as zooKeeperCells, connect as connectZooKeeper } from '../../lib/zookeeper/index.js';
import { cells as etcdCells, connect as connectEtcd } from '../../lib/etcd/index.js';
import { cells as etcdV2Cells, connectV2, v2OverV3 } from '../../lib/etcd/v2/index.js';
import { startArakoon, startEtcd, startZooKeeper as startEmbedded } from '../../lib/testing/index.js';
import { etcdHasV2 } from '../helpers/etcdUnderTest.js';
import { startFaultProxy } from '../helpers/faultProxy.js';
import { startRealEtcd } from '../helpers/realEtcd.js';
import { startZooKeeper } from '../helpers/zookeeperServer.js';
import { type Ground, type Tenant, cellLaws } from './laws.js';
import { type Observable } from 'rxjs';

const ALL = ['transact', 'watch', 'watchPrefix', 'announce'] as const;
const WATCHED = ['watch', 'watchPrefix'] as const;

/** A client for as long as it is not closed. */
function owned<C extends { close(): Promise<unknown> }>(client$: Observable<C>): Promise<C> {
  return new Promise((next, error) => client$.subscribe({ next, error }));
}

async function zooKeeperTenant(connectString: string, place: string): Promise<Tenant<number>> {
  const zk = await owned(connectZooKeeper(connectString, { backoff: { min: 10, max: 100 } }));
  return { cells: zooKeeperCells(zk, `/${place}`), close: async () => void (await zk.close()) };
}

cellLaws('the embedded ZooKeeper', ALL, async (): Promise<Ground<number>> => {
  const server = await startEmbedded();
  return {
    tenant: (place) => zooKeeperTenant(server.connectString, place),
    disturb: () => server.drop(),
    stop: () => server.stop(),
  };
});

cellLaws('ZooKeeper 3.8.0', ALL, async (): Promise<Ground<number>> => {
  const server = await startZooKeeper();
  const proxy = await startFaultProxy(server);
  return {
    tenant: (place) => zooKeeperTenant(proxy.connectString, place),
    disturb: () => void proxy.cut(),
    stop: async () => {
      await proxy.stop();
      await server.stop();
    },
  };
});

cellLaws('the embedded Arakoon', ['transact', 'poll'], async (): Promise<Ground<string>> => {
  const server = await startArakoon({ nodes: ['a', 'b', 'c'] });
  return {
    tenant: async (place) => {
      const arakoon = await owned(connectArakoon(server.cluster, { backoff: { min: 10, max: 100 } }));
      return { cells: arakoonCells(arakoon, `${place}/`), close: async () => void (await arakoon.close()) };
    },
    disturb: () => server.drop(),
    stop: () => server.stop(),
  };
});

cellLaws('etcd 3.4', ALL, async (): Promise<Ground<number>> => {
  const cluster = await startRealEtcd();
  const proxy = await startFaultProxy(cluster.members[0]!);
  return {
    tenant: async (place) => {
      const etcd = await owned(connectEtcd(`127.0.0.1:${proxy.port}`, { backoff: { min: 10, max: 100 } }));
      return { cells: etcdCells(etcd, `${place}/`), close: () => etcd.close() };
    },
    disturb: () => void proxy.cut(),
    stop: async () => {
      await proxy.stop();
      await cluster.stop();
    },
  };
});

async function v2Tenant(endpoints: string, place: string): Promise<Tenant<number>> {
  const etcd = await owned(connectV2(endpoints, { backoff: { min: 10, max: 100 } }));
  return { cells: etcdV2Cells(etcd, `/${place}`), close: () => etcd.close() };
}

cellLaws('the v2 API of the embedded etcd', WATCHED, async (): Promise<Ground<number>> => {
  const server = await startEtcd();
  return {
    tenant: (place) => v2Tenant(server.endpoints.join(), place),
    disturb: () => server.drop(),
    stop: () => server.stop(),
  };
});

if (etcdHasV2)
  cellLaws('the v2 API of etcd 3.4', WATCHED, async (): Promise<Ground<number>> => {
    const cluster = await startRealEtcd();
    const proxy = await startFaultProxy(cluster.members[0]!);
    return {
      tenant: (place) => v2Tenant(`127.0.0.1:${proxy.port}`, place),
      disturb: () => void proxy.cut(),
      stop: async () => {
        await proxy.stop();
        await cluster.stop();
      },
    };
  });

cellLaws('the methods of v2 over version 3 of etcd 3.4', WATCHED, async (): Promise<Ground<number>> => {
  const cluster = await startRealEtcd();
  return {
    tenant: async (place) => {
      const etcd = v2OverV3(
        await owned(connectEtcd(cluster.members.map(({ host, port }) => `${host}:${port}`).join()))
      );
      return { cells: etcdV2Cells(etcd, `/${place}`), close: () => etcd.close() };
    },
    stop: () => cluster.stop(),
  };
});
