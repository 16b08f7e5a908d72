import { embeddedZooKeeper, realZooKeeper } from './built.mjs';
import { runClient } from './clients.mjs';
import { CACHE, ROOT } from './folders.mjs';
import { goProgram } from './goProgram.mjs';
import { javaProgram } from './javaProgram.mjs';
import { pythonProgram } from './pythonProgram.mjs';

const PART = 'ZooKeeper clients with the embedded ZooKeeper';
const sources = (name) => `${ROOT}/spec/clients/${name}`;

/**
 * The usual calls of foreign clients, with the embedded ZooKeeper.
 *
 * @param {{ curator: string, kazoo: string, goZookeeper: string }} versions
 * @returns {import('./outcome.mjs').Row[]}
 */
export function zookeeperClients({ curator, kazoo, goZookeeper }) {
  return [
    row(`Curator ${curator} (Java)`, () => {
      const artifacts = [`org.apache.curator:curator-recipes:${curator}`, 'org.slf4j:slf4j-nop:1.7.36'];
      return javaProgram([sources('java'), sources('curator')], `${CACHE}/curator`, artifacts);
    }),
    row(`kazoo ${kazoo} (Python)`, () => pythonProgram('kazoo', `${CACHE}/kazoo`, [`kazoo==${kazoo}`])),
    row(`go-zookeeper ${goZookeeper} (Go)`, async () => {
      const folders = [sources('go'), sources('go-zookeeper')];
      const packages = [`github.com/go-zookeeper/zk@v${goZookeeper}`];
      return { program: await goProgram(folders, `${CACHE}/go-zookeeper`, packages), args: [] };
    }),
  ];
}

function row(name, prepare) {
  return { part: PART, name, run: async () => runClient(await prepare(), embeddedZooKeeper, realZooKeeper) };
}
