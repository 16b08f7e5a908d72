// This client of etcd, npm's etcd3, and clients in other languages, against a real etcd.
import { fileURLToPath } from 'node:url';
import { inRounds } from './rounds.mjs';
import { startEtcd } from './servers.mjs';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));

export const etcdTitles = {
  'etcd-get1': 'etcd: get, 1 outstanding',
  'etcd-get256': 'etcd: get, 256 outstanding',
  'etcd-put1': 'etcd: put of 100 bytes, 1 outstanding',
  'etcd-put256': 'etcd: put of 100 bytes, 256 outstanding',
  'etcd-txn64': 'etcd: transaction of a compare and a put, 64 outstanding',
  'etcd-lease64': 'etcd: grant and revoke a lease, 64 outstanding',
  'etcd-watch64': 'etcd: put and see it in a watch, 64 outstanding',
};

/**
 * Returns rows as the other workloads have them.
 *
 * @param run runs a script in a process of its own, and returns its figures
 * @param only these workloads alone; `etcd`: all of them
 * @param foreign the clients in other languages, by name
 */
export async function etcd({ build, peers, rounds, window, run, only, foreign }) {
  const isWanted = (name) => only === undefined || only.includes('etcd') || only.includes(name);
  const server = await startEtcd();
  const rows = new Map();
  try {
    for (const name of Object.keys(etcdTitles).filter(isWanted)) {
      const [, verb, lanes] = /-([a-z]+)(\d+)$/.exec(name);
      const contenders = ['ours', ...(verb === 'get' && lanes > 1 ? ['ours uncoalesced'] : []), 'etcd3'];
      const measured = (contender) => {
        const asked = { port: server.port, window, verb, lanes: Number(lanes) };
        if (foreign.has(contender)) return foreign.get(contender)({ ...asked, path: 'bench/' });
        const context = { build, peers, contender, ...asked };
        return run([here('etcdWorker.mjs'), JSON.stringify(context)]);
      };
      rows.set(name, await inRounds(rounds, name, [...contenders, ...foreign.keys()], measured));
    }
  } finally {
    server.stop();
  }
  return rows;
}
