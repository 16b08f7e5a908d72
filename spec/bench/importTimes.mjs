// What it costs to import a package: the time of the processor, each time in a new process, that of an empty one not
// counted. RxJS alone is beside it, as CommonJS and as ES modules, because every program with this package has RxJS.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { median } from './measure.mjs';

const ROUNDS = 15;
const SCRIPT = (load) =>
  `const before = process.cpuUsage(); ${load}; const { user, system } = process.cpuUsage(before); ` +
  'console.log((user + system) / 1e3, process.memoryUsage.rss() / 2 ** 20)';
const required = (path) => ['--input-type=commonjs', '-e', SCRIPT(`require(${JSON.stringify(path)})`)];
const imported = (path) => [
  '--input-type=module',
  '-e',
  SCRIPT(`await import(${JSON.stringify(pathToFileURL(path).href)})`),
];

export function importTimes({ build, peers, nativePeers, names }) {
  const rxjs = createRequire(resolve(build, 'index.js')).resolve('rxjs');
  const wanted = {
    rxjs: required(rxjs),
    ours: required(resolve(build, 'index.js')),
    'rxjs, ES modules': imported(rxjs),
    'ours, ES modules': imported(resolve(build, '../esm/index.js')),
    'node-zookeeper-client': required(`${peers}/node_modules/node-zookeeper-client`),
    zkstream: required(`${peers}/node_modules/zkstream`),
    zookeeper: required(`${nativePeers}/node_modules/zookeeper`),
  };
  const chosen = Object.keys(wanted).filter((name) => names.includes(name) || /ours|rxjs/.test(name));
  const runs = new Map(chosen.map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, figures] of runs) {
      const output = execFileSync(process.execPath, wanted[name], { encoding: 'utf8' });
      figures.push(output.trim().split('\n').at(-1).split(' ').map(Number));
    }
  return new Map([...runs].map(([name, figures]) => [name, rowOf(figures)]));
}

function rowOf(figures) {
  const times = figures.map(([ms]) => ms);
  return {
    ms: median(times),
    rss: median(figures.map(([, rss]) => rss)),
    low: Math.min(...times),
    high: Math.max(...times),
  };
}
