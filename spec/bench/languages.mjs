// Clients in other languages. Each is a program in `peers/`, built once, that runs one workload and prints the figures
// of worker.mjs. Its arguments are: port, verb, lanes, path, number of nodes, window and warm-up in milliseconds.
//   get, set    keep so many operations (lanes) under way, on one node
//   watch       watches the nodes `path` + number, and keeps so many sets under way. An event reads its node again
//   connect     measures so many times (lanes) how long it takes to connect and to get one node
// Those of etcd have the verbs of etcdWorker.mjs, for the keys `path` + number.
import { existsSync, readFileSync } from 'node:fs';
import { command } from '../matrix/command.mjs';
import { ROOT } from '../matrix/folders.mjs';
import { goProgram } from '../matrix/goProgram.mjs';
import { compiled, javaProgram } from '../matrix/javaProgram.mjs';
import { onceMade, stampOf } from '../matrix/onceMade.mjs';
import { essence } from '../matrix/outcome.mjs';
import { figuresOf } from './script.mjs';
import { CLASS_PATH } from './servers.mjs';
import { paths } from './workloads.mjs';

const source = (name) => `${ROOT}/spec/bench/peers/${name}`;
const built = (name) => `${ROOT}/.cache/bench-languages/${name}`;
const pinned = JSON.parse(readFileSync(`${ROOT}/spec/matrix/versions.json`, 'utf8'));
/** A JVM compiles the code that runs often: that takes longer than in the other languages. */
const JAVA_WARM_UP = 4000;
const WARM_UP = 600;

/** Each prepares its program. It rejects if the language or the library is not on this machine. */
const programs = {
  zookeeper: {
    'Apache (C)': cClient,
    'Apache (Java)': () => compiled([source('java'), source('apache')], built('apache'), CLASS_PATH),
    'go-zookeeper (Go)': () =>
      go('go-zookeeper', [`github.com/go-zookeeper/zk@v${pinned.zookeeperClients.goZookeeper}`]),
    'kazoo (Python)': kazoo,
  },
  etcd: {
    'clientv3 (Go)': () => go('clientv3', [`go.etcd.io/etcd/client/v3@v${pinned.etcdClients.clientv3.at(-1)}`]),
    'jetcd (Java)': () => {
      const artifacts = [`io.etcd:jetcd-core:${pinned.etcdClients.jetcd}`, 'org.slf4j:slf4j-nop:2.0.17'];
      return javaProgram([source('java'), source('jetcd')], built('jetcd'), artifacts);
    },
  },
};

const get = (lanes, path = paths.node) => ({ verb: 'get', lanes, path });
const watch = (nodes) => ({ verb: 'watch', lanes: 256, path: paths.watched(''), nodes });
/** What a program does in a workload of ZooKeeper. Workloads that are not here are only for clients in JavaScript. */
export const asked = {
  'get256-canned': get(256),
  'get1000-canned': get(1000),
  get256: get(256),
  get1000: get(1000),
  get1: get(1),
  get100k: get(8, paths.big),
  set256: { verb: 'set', lanes: 256, path: paths.node },
  watch256: watch(256),
  watch10000: watch(10_000),
  connect: { verb: 'connect', lanes: 30, path: paths.node },
};

/**
 * The programs for a store that this machine has or can build: by name, functions that run one. Each other one is
 * left out, and a line says so.
 *
 * @param {'zookeeper' | 'etcd'} store
 * @param {{ nativePeers: string, isWanted(name: string): boolean }} options `nativePeers`: the folder of npm's addon
 */
export async function languages(store, { nativePeers, isWanted }) {
  const found = new Map();
  for (const [name, prepare] of Object.entries(programs[store]).filter(([name]) => isWanted(name))) {
    try {
      const client = await prepare(nativePeers);
      found.set(name, (what) => run(client, what));
    } catch (error) {
      console.log(`${name} is not on this machine, goes on without: ${essence(error.message)}`);
    }
  }
  return found;
}

function run({ program, args, env }, { port, verb, lanes, path, nodes = 0, window, ...more }) {
  const warmUp = more.warmUp ?? (program === 'java' ? JAVA_WARM_UP : WARM_UP);
  return figuresOf(program, [...args, ...[port, verb, lanes, path, nodes, window, warmUp].map(String)], env);
}

async function go(name, packages) {
  return { program: await goProgram([source('go'), source(name)], built(name), packages), args: [] };
}

/** Debian's kazoo, which the specs use too. */
async function kazoo() {
  await command('/usr/bin/python3', ['-c', 'import kazoo']);
  return { program: '/usr/bin/python3', args: ['-B', `${source('kazoo')}/main.py`] };
}

/** Debian's library, as `cli_mt` uses it, with the headers of Debian or of npm's addon. */
async function cClient(nativePeers) {
  const addon = `${nativePeers}/node_modules/zookeeper/deps/zookeeper-client-c`;
  const headers = ['/usr/include/zookeeper', `${addon}/include`].find((one) => existsSync(`${one}/zookeeper.h`));
  if (headers === undefined) throw new Error('zookeeper.h: not found; it is in the package libzookeeper-mt-dev');
  const file = `${source('c')}/main.c`;
  const program = `${built('c')}/program`;
  const flags = ['-O2', '-DTHREADED', `-I${headers}`, `-I${addon}/generated`, '-o', program];
  const cc = [...flags, file, '-l:libzookeeper_mt.so.2'];
  await onceMade(built('c'), stampOf([file], cc.join()), () => command('cc', cc));
  return { program, args: [] };
}
