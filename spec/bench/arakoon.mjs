// This client of Arakoon, and a raw socket, against the embedded Arakoon.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inRounds } from './rounds.mjs';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));

export const arakoonTitles = {
  'arakoon-get1': 'Arakoon: get, 1 outstanding',
  'arakoon-get256': 'Arakoon: get, 256 outstanding',
  'arakoon-set1': 'Arakoon: set of 100 bytes, 1 outstanding',
  'arakoon-set256': 'Arakoon: set of 100 bytes, 256 outstanding',
};

/**
 * Returns rows as the other workloads have them.
 *
 * @param run runs a script in a process of its own, and returns its figures
 */
export async function arakoon({ build, rounds, window, run }) {
  const server = fork(here('arakoonServer.mjs'), [build]);
  const [{ port }] = await once(server, 'message');
  const rows = new Map();
  for (const name of Object.keys(arakoonTitles)) {
    const [, verb, lanes] = /-([a-z]+)(\d+)$/.exec(name);
    const measured = (contender) =>
      run([here('arakoonWorker.mjs'), JSON.stringify({ build, port, window, contender, verb, lanes: Number(lanes) })]);
    rows.set(name, await inRounds(rounds, name, ['raw', 'ours'], measured));
  }
  server.disconnect();
  return rows;
}
