import { embeddedEtcd, realEtcd } from './built.mjs';
import { runClient } from './clients.mjs';
import { CACHE, ROOT } from './folders.mjs';
import { goProgram } from './goProgram.mjs';

const PART = 'etcd clients with the embedded etcd';
const sources = (name) => `${ROOT}/spec/clients/${name}`;

/**
 * The usual calls of foreign clients, with the embedded etcd.
 *
 * @param {{ clientv3: readonly string[] }} versions
 * @returns {import('./outcome.mjs').Row[]}
 */
export function etcdClients({ clientv3 }) {
  return clientv3.map((version) => row(`clientv3 ${version} (Go)`, () => goClient(version)));
}

async function goClient(version) {
  const packages = ['go.etcd.io/etcd/client/v3', 'go.etcd.io/etcd/api/v3'].map((name) => `${name}@v${version}`);
  return { program: await goProgram(sources('clientv3'), `${CACHE}/clientv3-${version}`, packages), args: [] };
}

function row(name, prepare) {
  return { part: PART, name, run: async () => runClient(await prepare(), embeddedEtcd, realEtcd) };
}
