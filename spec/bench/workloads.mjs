// What is measured. Each runs in a worker, on one client, and returns what it found.
import { contenders } from './contenders.mjs';
import { rawLoop, rawRequests } from './raw.mjs';

const WARM_UP = 600;
const DATA = Buffer.alloc(100, 0x62);
const ROOT = '/bench';
export const WATCHED = 10_000;

export const paths = {
  root: ROOT,
  node: `${ROOT}/node-of-100-bytes`,
  big: `${ROOT}/big`,
  kids: `${ROOT}/kids`,
  churn: `${ROOT}/churn`,
  multi: Array.from({ length: 100 }, (_, i) => `${ROOT}/multi/n${i}`),
  watched: (i) => `${ROOT}/watched/n${i}`,
  tree: (i) => `${ROOT}/tree/d${i % 100}/n${i}`,
};

const delay = (ms) => new Promise((done) => setTimeout(done, ms));

/** Counts what happens in a window, once it is warm. */
export async function measure(window, begin) {
  let count = 0;
  begin((more) => (count += more));
  await delay(WARM_UP);
  const before = count;
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  await delay(window);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const { user, system } = process.cpuUsage(cpu);
  const operations = count - before;
  return { rate: operations / seconds, cpu: (user + system) / operations, rss: process.memoryUsage.rss() / 2 ** 20 };
}

/** Keeps `lanes` operations under way; each one that is done begins the next. */
function loop(lanes, verb, args, rawRequest) {
  return async (client, context) => {
    if (client === undefined)
      return measure(context.window, (counted) => rawLoop(context.port, rawRequest(), lanes, counted));
    if (client[verb] === undefined) return undefined;
    return measure(context.window, (counted) => {
      const start = client[verb](...args, () => {
        counted(1);
        start();
      });
      for (let i = 0; i < lanes; i++) start();
    });
  };
}

const get = (lanes, path = paths.node) => loop(lanes, 'get', [path], () => rawRequests.get(path));

async function watch(client, { window, count }) {
  if (client?.watch === undefined) return undefined;
  const rssBefore = process.memoryUsage.rss();
  const values = new Array(count).fill(0);
  let onSeen = () => {};
  for (let i = 0; i < count; i++) {
    client.watch(paths.watched(i), () => {
      values[i]++;
      onSeen(i);
    });
    if (i % 500 === 499) await delay(5);
  }
  while (values.some((value) => value === 0)) await delay(20);
  const rssAfter = process.memoryUsage.rss();
  const result = await measure(window, (counted) => {
    let next = 0;
    const LANES = 256;
    const advance = () => client.set(paths.watched(next++ % count), DATA, () => {})();
    onSeen = () => {
      counted(1);
      advance();
    };
    for (let i = 0; i < LANES; i++) advance();
  });
  return { ...result, rss: rssAfter / 2 ** 20, bytesEach: (rssAfter - rssBefore) / count };
}

/** Reads every node of a known tree and keeps it. */
function tree(client, { count }, lanes) {
  if (client?.get === undefined) return undefined;
  const cache = new Array(count);
  return loaded(count, (done) => {
    let next = 0;
    let left = count;
    const step = () => {
      if (next === count) return;
      const i = next++;
      client.get(paths.tree(i), (value) => {
        cache[i] = value;
        if (--left === 0) done();
        else step();
      })();
    };
    for (let i = 0; i < Math.min(lanes, count); i++) step();
    return cache;
  });
}

/** Watches the same tree, of which nothing is known but where it begins. */
function treeWatch(client, { count }) {
  if (client?.watchTree === undefined) return undefined;
  return loaded(count, (done) => client.watchTree(`${ROOT}/tree`, done));
}

/**
 * How long it takes to have so many nodes, and how much memory. `load` returns, or gives to its callback, what keeps
 * them.
 */
async function loaded(count, load) {
  global.gc?.();
  const heapBefore = heap();
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  let kept;
  await new Promise((done) => {
    kept = load((tree) => done((kept ??= tree)));
  });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const { user, system } = process.cpuUsage(cpu);
  global.gc?.();
  return {
    rate: count / seconds,
    cpu: (user + system) / count,
    rss: process.memoryUsage.rss() / 2 ** 20,
    bytesEach: (heap() - heapBefore) / count,
    kept: kept !== undefined,
  };
}

function heap() {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** From nothing to the first reply, again and again, with a session each. */
async function connecting(_client, context) {
  const make = contenders[context.contender];
  if (make === undefined) return undefined;
  const times = [];
  const ROUNDS = 30;
  for (let i = 0; i < ROUNDS; i++) {
    const start = process.hrtime.bigint();
    const client = await make(context);
    await new Promise((done) => client.get(paths.node, done)());
    times.push(Number(process.hrtime.bigint() - start) / 1e6);
    client.close();
    await delay(10);
  }
  return { ms: median(times), rss: process.memoryUsage.rss() / 2 ** 20 };
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

const GETS = 'gets, 100 bytes';
/** `server`: where it runs; `unit`: what an operation is; `bare`: it makes its own clients. */
export const workloads = {
  'get256-canned': { title: `${GETS}, 256 outstanding, canned responder`, server: 'canned', run: get(256) },
  'get1000-canned': { title: `${GETS}, 1,000 outstanding, canned responder`, server: 'canned', run: get(1000) },
  get256: { title: `${GETS}, 256 outstanding`, server: 'real', run: get(256) },
  get1000: { title: `${GETS}, 1,000 outstanding`, server: 'real', run: get(1000) },
  get1: { title: `${GETS}, one at a time`, server: 'real', run: get(1) },
  set256: {
    title: 'sets, 100 bytes, 256 outstanding',
    server: 'real',
    run: loop(256, 'set', [paths.node, DATA], () => rawRequests.set(paths.node, DATA)),
  },
  churn64: {
    title: 'create + delete ephemeral sequential, 64 outstanding (pairs)',
    server: 'real',
    noRaw: true,
    run: loop(64, 'churn', [`${paths.churn}/n-`]),
  },
  multi100: {
    title: 'multi of 100 sets, 4 outstanding',
    server: 'real',
    run: loop(4, 'multi', [paths.multi, DATA], () => rawRequests.multi(paths.multi, DATA)),
  },
  children10000: {
    title: 'getChildren of 10,000, 4 outstanding',
    server: 'real',
    run: loop(4, 'children', [paths.kids], () => rawRequests.children(paths.kids)),
  },
  get100k: { title: 'get of 100 KiB, 8 outstanding', server: 'real', run: get(8, paths.big) },
  watch256: {
    title: '256 watched nodes: set, event, re-read, emitted',
    server: 'real',
    noRaw: true,
    count: 256,
    run: watch,
  },
  watch10000: {
    title: '10,000 watched nodes: set, event, re-read, emitted',
    server: 'real',
    noRaw: true,
    count: WATCHED,
    run: watch,
  },
  watch100000: {
    title: '100,000 watched nodes: set, event, re-read, emitted',
    server: 'real',
    noRaw: true,
    count: 100_000,
    only: ['ours'],
    slow: true,
    run: watch,
  },
  tree: {
    title: 'tree loaded by gets asked for together, nodes/s',
    server: 'real',
    noRaw: true,
    count: 100_000,
    only: ['ours', 'ours uncoalesced'],
    run: (client, context) => tree(client, context, 1000),
  },
  tree1: {
    title: 'the same tree, one get at a time',
    server: 'real',
    noRaw: true,
    count: 10_000,
    only: ['ours', 'ours uncoalesced'],
    run: (client, context) => tree(client, context, 1),
  },
  treewatch: {
    title: 'the same tree watched, from its top, nodes/s',
    server: 'real',
    noRaw: true,
    count: 100_000,
    only: ['ours', 'ours uncoalesced'],
    run: treeWatch,
  },
  connect: { title: 'connect to first reply, ms', server: 'real', noRaw: true, bare: true, run: connecting },
};
