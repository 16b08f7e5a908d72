import { pathToFileURL } from 'node:url';
import { CACHE } from './folders.mjs';

const load = (file) => import(pathToFileURL(`${CACHE}/build/${file}`).href);

// The embedded servers, and the real ones of the specs, as `tsc -p spec/matrix` has built them.
const embedded = () => load('lib/testing/index.js');

/** The members of an embedded etcd: a cluster of three. */
export async function embeddedEtcd() {
  const server = await (await embedded()).startEtcd({ members: ['a', 'b', 'c'] });
  return { endpoints: server.endpoints.join(), stop: () => server.stop() };
}

/** An embedded ZooKeeper. */
export async function embeddedZooKeeper() {
  const server = await (await embedded()).startZooKeeper();
  return { endpoints: server.connectString, stop: () => server.stop() };
}

/** A real ZooKeeper. */
export async function realZooKeeper() {
  const server = await (await load('spec/helpers/zookeeperServer.js')).startZooKeeper();
  return { endpoints: server.connectString, stop: () => server.stop() };
}

/** A real cluster of three. */
export async function realEtcd() {
  const cluster = await (await load('spec/helpers/realEtcd.js')).startRealEtcd({ members: 3 });
  return { endpoints: cluster.endpoints, stop: () => cluster.stop() };
}
