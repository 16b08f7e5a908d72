// How the embedded server compares with a real one, under the same load of a raw socket.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { middle } from './rounds.mjs';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));

/**
 * Returns rows as the other workloads have them, one line a server.
 *
 * @param measured runs a workload of the raw socket against a port
 * @param seed makes the nodes that the workloads read, and so many more, on the server at a port
 */
export async function embedded({ build, realPort, rounds, measured, seed }) {
  const child = fork(here('embeddedServer.mjs'), [build], { execArgv: ['--expose-gc'] });
  const ask = async (message) => (child.send(message), (await once(child, 'message'))[0]);
  const [{ port, startMs }] = await once(child, 'message');
  const empty = await ask({ mark: 'empty' });
  await seed(port, 100_000);
  const full = await ask({ mark: 'full' });
  const rows = new Map([
    ['server-start', new Map([['embedded', { ms: startMs, low: startMs, high: startMs, rss: empty.rss }]])],
  ]);
  rows.set(
    'server-nodes',
    new Map([['embedded', { ms: full.rss - empty.rss, low: full.nodes, high: full.nodes, rss: full.rss }]])
  );
  for (const workload of ['get256', 'set256']) {
    const results = { real: [], embedded: [] };
    for (let round = 0; round < rounds; round++) {
      for (const [server, at] of [
        ['real', realPort],
        ['embedded', port],
      ])
        results[server].push(await measured(workload, at));
    }
    rows.set(`server-${workload}`, new Map(Object.entries(results).map(([server, list]) => [server, middle(list)])));
  }
  child.disconnect();
  return rows;
}

export const titles = {
  'server-start': 'start of the embedded server, ms',
  'server-nodes': 'embedded server with 100,000 nodes of 100 bytes: MB more than empty',
  'server-get256': 'servers, by a raw socket: get, 256 outstanding',
  'server-set256': 'servers, by a raw socket: set, 256 outstanding',
};
