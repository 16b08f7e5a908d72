// What it costs to import a package: each time in a new process, that of an empty one not counted.
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { median } from './measure.mjs';

const ROUNDS = 7;
const SCRIPT =
  'const t = process.hrtime.bigint(); require(process.argv[1]); ' +
  'console.log(Number(process.hrtime.bigint() - t) / 1e6, process.memoryUsage.rss() / 2 ** 20)';

export function importTimes({ build, peers, nativePeers, names }) {
  const wanted = {
    ours: resolve(build, 'index.js'),
    'node-zookeeper-client': `${peers}/node_modules/node-zookeeper-client`,
    zkstream: `${peers}/node_modules/zkstream`,
    zookeeper: `${nativePeers}/node_modules/zookeeper`,
  };
  const row = new Map();
  for (const [name, path] of Object.entries(wanted)) {
    if (!names.includes(name)) continue;
    const runs = Array.from({ length: ROUNDS }, () =>
      execFileSync(process.execPath, ['-e', SCRIPT, path], { encoding: 'utf8' })
        .trim()
        .split('\n')
        .at(-1)
        .split(' ')
        .map(Number)
    );
    const times = runs.map(([ms]) => ms);
    row.set(name, {
      ms: median(times),
      rss: median(runs.map(([, rss]) => rss)),
      low: Math.min(...times),
      high: Math.max(...times),
    });
  }
  return row;
}
