import { embeddedEtcd, realEtcd } from './built.mjs';
import { runClient } from './clients.mjs';
import { CACHE, ROOT } from './folders.mjs';
import { goProgram } from './goProgram.mjs';
import { javaProgram } from './javaProgram.mjs';
import { nodeProgram } from './nodeProgram.mjs';
import { pythonProgram } from './pythonProgram.mjs';

const PART = 'etcd clients with the embedded etcd';

/**
 * The usual calls of foreign clients, with the embedded etcd.
 *
 * @param {{ clientv3: readonly string[], python: string, node: string, jetcd: string }} versions
 * @returns {import('./outcome.mjs').Row[]}
 */
export function etcdClients({ clientv3, python, node, jetcd }) {
  return [
    ...clientv3.map((version) => row(`clientv3 ${version} (Go)`, () => goClient(version))),
    row(`etcd3 ${python} (Python)`, () =>
      // it needs older messages, and an older way of waiting
      pythonProgram('python-etcd3', `${CACHE}/python-etcd3`, [
        `etcd3==${python}`,
        'protobuf==3.20.3',
        'tenacity==6.3.1',
      ])
    ),
    row(`jetcd ${jetcd} (Java)`, () => {
      const folders = ['java', 'jetcd'].map((name) => `${ROOT}/spec/clients/${name}`);
      const artifacts = [`io.etcd:jetcd-core:${jetcd}`, 'org.slf4j:slf4j-nop:2.0.17'];
      return javaProgram(folders, `${CACHE}/jetcd`, artifacts);
    }),
    row(`etcd3 ${node} (npm)`, () => nodeProgram('node-etcd3', `${CACHE}/node-etcd3`, [`etcd3@${node}`])),
  ];
}

async function goClient(version) {
  const packages = ['go.etcd.io/etcd/client/v3', 'go.etcd.io/etcd/api/v3'].map((name) => `${name}@v${version}`);
  const folders = ['go', 'clientv3'].map((name) => `${ROOT}/spec/clients/${name}`);
  const program = await goProgram(folders, `${CACHE}/clientv3-${version}`, packages);
  return { program, args: [] };
}

function row(name, prepare) {
  return { part: PART, name, run: async () => runClient(await prepare(), embeddedEtcd, realEtcd) };
}
