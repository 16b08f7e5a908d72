// Measures this client against the wire, against a minimal client, and against what npm has: `npm run bench`.
//   --quick            one round, short windows, small trees
//   --only a,b         these workloads (see workloads.mjs and etcd.mjs), import, server, arakoon, etcd, hive
//   --rounds n         rounds, of which the median counts; 3
//   --write            puts the table into docs/performance.md
//   --check            compares the ratios with floors.json, and ends with 1 if one of them fell
//   --raise            writes what was measured into floors.json, less what runs differ by
//   --build folder     measures this CommonJS build; dist/cjs
//   --contenders a,b   these alone (see contenders.mjs)
//   --languages        also clients in Go, Java, C and Python, if they are on this machine (see languages.mjs)
//   --prof folder      CPU profiles of the first round
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { arakoon, arakoonTitles } from './arakoon.mjs';
import { PEERS, contenders } from './contenders.mjs';
import { embedded, titles } from './embedded.mjs';
import { etcd, etcdTitles } from './etcd.mjs';
import { fallen, raised, readFloors, writeFloors } from './floors.mjs';
import { installed } from './installed.mjs';
import { hive, hiveTitles } from './hive.mjs';
import { importTimes } from './importTimes.mjs';
import { asked, languages } from './languages.mjs';
import { print } from './print.mjs';
import { writeReport } from './report.mjs';
import { inRounds } from './rounds.mjs';
import { figuresOf, script } from './script.mjs';
import { startCanned, startZooKeeper } from './servers.mjs';
import { judged } from './targets.mjs';
import { workloads } from './workloads.mjs';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const CACHE = here('../../.cache');
const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    write: { type: 'boolean' },
    check: { type: 'boolean' },
    raise: { type: 'boolean' },
    only: { type: 'string' },
    contenders: { type: 'string' },
    rounds: { type: 'string' },
    build: { type: 'string' },
    languages: { type: 'boolean' },
    prof: { type: 'string' },
  },
});
const rounds = Number(flags.rounds ?? (flags.quick ? 1 : 3));
const window = flags.quick ? 700 : 1500;
const build = flags.build ?? here('../../dist/cjs');

const only = flags.only?.split(',');
const wants = (part) => only === undefined || only.some((name) => name.startsWith(part));
const chosen =
  only === undefined
    ? Object.keys(workloads).filter((name) => !(flags.quick && workloads[name].slow))
    : only.filter((name) => name in workloads);
const peers = installed(`${CACHE}/bench-peers`, ['node-zookeeper-client', 'zkstream', 'etcd3']);
const nativePeers = installed(`${CACHE}/bench-peers-native`, ['zookeeper']);
const isWanted = (name) => flags.contenders === undefined || flags.contenders.split(',').includes(name);
const names = Object.keys(contenders)
  .filter(isWanted)
  .filter((name) => name !== 'zookeeper' || usable(nativePeers));

const others = async (store) => (flags.languages ? languages(store, { nativePeers, isWanted }) : new Map());
const foreign = chosen.some((name) => name in asked) ? await others('zookeeper') : new Map();

const canned = await startCanned();
const real = await startZooKeeper();
const counts = {
  watched: chosen.some((name) => workloads[name].watched === 100_000) ? 100_000 : 10_000,
  tree: flags.quick ? 10_000 : 100_000,
};
const seed = (port, watched, tree) =>
  script(process.execPath, [here('seed.mjs'), JSON.stringify({ build, port, watched, tree })]);
await seed(
  real.port,
  chosen.some((name) => workloads[name].watched) ? counts.watched : 0,
  chosen.some((n) => n.startsWith('tree')) ? counts.tree : 0
);

const found = new Map();
for (const name of chosen) {
  const workload = workloads[name];
  const those = (workload.only?.filter(isWanted) ?? names).filter((each) => !(workload.noRaw && each === 'raw'));
  const all = name in asked ? [...those, ...foreign.keys()] : those;
  const row = await inRounds(
    flags.quick ? 1 : Math.max(rounds, workload.rounds ?? 0),
    name,
    all,
    (contender, round) => measured(name, contender, round),
    workload.chosen
  );
  found.set(name, row);
  print(workload.title, row);
}
const imports = wants('import') ? importTimes({ build, peers, nativePeers, names }) : undefined;
if (imports !== undefined) {
  found.set('import', imports);
  print('import of the package, ms of CPU', imports);
}
if (wants('server')) {
  const rawOn = (workload, port) => measured(workload, 'raw', -1, port);
  for (const [name, row] of await embedded({
    build,
    realPort: real.port,
    rounds,
    measured: rawOn,
    seed: (port, nodes) => seed(port, 0, nodes),
  })) {
    found.set(name, row);
    print(titles[name], row);
  }
}
if (wants('arakoon')) {
  for (const [name, row] of await arakoon({ build, rounds, window, run })) {
    found.set(name, row);
    print(arakoonTitles[name], row);
  }
}
if (wants('etcd')) {
  for (const [name, row] of await etcd({ build, peers, rounds, window, run, only, foreign: await others('etcd') })) {
    found.set(name, row);
    print(etcdTitles[name], row);
  }
}
if (wants('hive')) {
  for (const [name, row] of await hive({ build, rounds, window, run, only })) {
    found.set(name, row);
    print(hiveTitles[name], row);
  }
}
const compared = PEERS.filter((name) => names.includes(name));
const results = judged(found, compared);
console.table(
  results.map(({ workload, text, bound, most, ratio, met }) => ({
    workload,
    target: text,
    wanted: `${most ? '<=' : '>='} ${bound}`,
    measured: Number(ratio.toPrecision(3)),
    met,
  }))
);
if (flags.write)
  writeReport(here('../../docs/performance.md'), {
    found,
    titles: { ...titles, ...arakoonTitles, ...etcdTitles, ...hiveTitles },
    workloads,
    rounds,
    window,
    version: real.version,
    peers: compared,
  });
if (flags.check) {
  const worse = fallen(results, readFloors());
  console.log(worse.length === 0 ? '\nno ratio fell below its floor' : `\nfell:\n${worse.join('\n')}`);
  process.exitCode = worse.length === 0 ? 0 : 1;
}
if (flags.raise) writeFloors(raised(results, readFloors()));
real.stop();
canned.stop();

async function measured(
  workload,
  contender,
  round,
  port = workloads[workload].server === 'canned' ? canned.port : real.port
) {
  if (foreign.has(contender)) return foreign.get(contender)({ ...asked[workload], port, window });
  const count = workload === 'tree' || workload === 'treewatch' ? counts.tree : undefined;
  const context = { workload, contender, port, window, build, peers, nativePeers, ...(count && { count }) };
  const profile =
    flags.prof !== undefined && round === 0
      ? [
          '--cpu-prof',
          `--cpu-prof-dir=${flags.prof}`,
          `--cpu-prof-name=${workload}-${contender.replace(/\W+/g, '-')}.cpuprofile`,
        ]
      : [];
  return run([...profile, '--expose-gc', here('worker.mjs'), JSON.stringify(context)]);
}

/** Runs a script of ours that measures. Returns its figures. */
function run(args) {
  return figuresOf(process.execPath, args);
}

/** Whether the native addon was built. */
function usable(folder) {
  try {
    execFileSync(process.execPath, ['-e', "require('zookeeper')"], { cwd: folder, stdio: 'ignore' });
    return true;
  } catch {
    console.log('zookeeper (native) is not built here, goes on without');
    return false;
  }
}

console.log(`\nnode ${process.version}, ZooKeeper ${real.version}, ${cpus().length} cores`);
process.exit();
