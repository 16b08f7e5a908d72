// A hive beside the client of its store: small entries beside single values, large ones beside slices of the same size.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inRounds } from './rounds.mjs';
import { startEtcd, startZooKeeper } from './servers.mjs';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const NAMES = { zookeeper: 'ZooKeeper', etcd: 'etcd', arakoon: 'Arakoon' };
const SMALL = {
  get1: 'get of 100 bytes, 1 outstanding',
  get64: 'get of 100 bytes, 64 outstanding',
  update1: 'update of 100 bytes, 1 outstanding',
  update64: 'update of 100 bytes, 64 outstanding',
};
const LARGE = { upload: 'upload of 64 MiB, in MiB', download: 'download of 64 MiB, in MiB' };
/** The quota of the etcd, which keeps deleted values too. */
const QUOTA = 8 * 2 ** 30;

export const hiveTitles = Object.fromEntries(
  Object.entries(NAMES).flatMap(([store, name]) =>
    Object.entries({ ...SMALL, ...LARGE }).map(([verb, title]) => [
      `hive-${store}-${verb}`,
      `hive in ${name}: ${title}`,
    ])
  )
);

/**
 * Returns rows as the other workloads have them: `own` is the client of the store.
 *
 * @param run runs a script in a process of its own, and returns its figures
 * @param only these workloads alone; `hive`: all of them
 */
export async function hive({ build, rounds, window, run, only }) {
  const isWanted = (name) => only === undefined || only.some((part) => name === part || name.startsWith(`${part}-`));
  const rows = new Map();
  for (const [store, start] of Object.entries(starts)) {
    const wanted = Object.keys(hiveTitles).filter((name) => name.startsWith(`hive-${store}-`) && isWanted(name));
    if (wanted.length === 0) continue;
    const server = await start(build);
    try {
      for (const name of wanted) {
        const verb = name.split('-').at(-1);
        const measured = (contender) =>
          run([
            '--expose-gc',
            here('hiveWorker.mjs'),
            JSON.stringify({ build, store, port: server.port, window, contender, verb }),
          ]);
        rows.set(
          name,
          await inRounds(rounds, name, ['own', 'hive', ...(verb in SMALL ? ['hive objects'] : [])], measured)
        );
      }
    } finally {
      server.stop();
    }
  }
  return rows;
}

const starts = {
  zookeeper: () => startZooKeeper({ heap: '4g' }),
  etcd: () => startEtcd(['--quota-backend-bytes', String(QUOTA)]),
  async arakoon(build) {
    const server = fork(here('arakoonServer.mjs'), [build]);
    const [{ port }] = await once(server, 'message');
    return { port, stop: () => server.disconnect() };
  },
};
