// The stores that hives are tried in: real servers, and the embedded Arakoon. Each is a process of its own.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { load } from '../load.mjs';

const ARAKOON = fileURLToPath(new URL('arakoonServer.mjs', import.meta.url));

/** How to start each store. `url` is that of a hive in it; `cells` are those of a place of that hive. */
export const stores = {
  async zookeeper(options) {
    const { startZooKeeper } = await load('spec/helpers/zookeeperServer.js');
    const { cells, open } = await load('lib/zookeeper/index.js');
    const server = await startZooKeeper(options);
    const zk = await open(server.connectString);
    return {
      url: `zk://${server.connectString}/hive`,
      cells: (place) => cells(zk, `/hive/${place}`),
      async stop() {
        await zk.close();
        await server.stop();
      },
    };
  },
  async etcd(options) {
    const { cells, open } = await load('lib/etcd/index.js');
    return inEtcd('etcd', options, open, (etcd) => (place) => cells(etcd, `hive/${place}/`));
  },
  async etcd2(options) {
    const { cells, openV2 } = await load('lib/etcd/v2/index.js');
    return inEtcd('etcd2', options, openV2, (etcd) => (place) => cells(etcd, `/hive/${place}`));
  },
  async arakoon() {
    const { cells, open } = await load('lib/arakoon/index.js');
    const server = fork(ARAKOON);
    const [cluster] = await once(server, 'message');
    const arakoon = await open(cluster);
    const nodes = Object.entries(cluster.nodes).map(([name, [address]]) => `${name}=${address}`);
    return {
      url: `arakoon://${cluster.id}/hive?${nodes.join('&')}`,
      cells: (place) => cells(arakoon, `hive/${place}/`),
      async stop() {
        await arakoon.close();
        server.disconnect();
      },
    };
  },
};

async function inEtcd(scheme, options, open, cellsOf) {
  const { startRealEtcd } = await load('spec/helpers/realEtcd.js');
  const cluster = await startRealEtcd(options);
  const etcd = await open(cluster.endpoints);
  return {
    url: `${scheme}://${cluster.endpoints}/hive`,
    cells: cellsOf(etcd),
    async stop() {
      await etcd.close();
      await cluster.stop();
    },
  };
}
