// What is measured. Each runs in a worker, on one client, and returns what it found.
import { contenders } from './contenders.mjs';
import { delay, heap, measure, measureSlices, median } from './measure.mjs';
import { observed } from './observed.mjs';
import { rawLoop, rawRequests } from './raw.mjs';
import { reconnect } from './reconnect.mjs';
import { calmest } from './rounds.mjs';
import { watch } from './watch.mjs';

const DATA = Buffer.alloc(100, 0x62);
const ROOT = '/bench';

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

/** Keeps `lanes` operations under way; each one that is done begins the next. */
function loop(lanes, verb, args, rawRequest, measured = measure) {
  return async (client, context) => {
    if (client === undefined)
      return measured(context.window, (counted) => rawLoop(context.port, rawRequest(), lanes, counted));
    if (client[verb] === undefined) return undefined;
    return measured(context.window, (counted) => {
      const start = client[verb](...args, () => {
        counted(1);
        start();
      });
      for (let i = 0; i < lanes; i++) start();
    });
  };
}

const get = (lanes, path = paths.node) => loop(lanes, 'get', [path], () => rawRequests.get(path));

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

/** @param count of watched nodes: `watched` has them made */
function watching(count, more) {
  return {
    title: `${count.toLocaleString('en')} watched nodes: set, event, re-read, emitted`,
    server: 'real',
    noRaw: true,
    count,
    watched: count,
    ...more,
    run: (client, context) => watch(client, context, paths.watched, DATA),
  };
}

const GETS = 'gets, 100 bytes';
/**
 * `server`: where it runs; `bare`: it makes its own clients; `rounds`: at least so many, of which `chosen` takes one.
 */
export const workloads = {
  'get256-canned': { title: `${GETS}, 256 outstanding, canned responder`, server: 'canned', run: get(256) },
  'get1000-canned': { title: `${GETS}, 1,000 outstanding, canned responder`, server: 'canned', run: get(1000) },
  'observed256-canned': {
    title: `${GETS}, 256 outstanding, canned responder: the cost of counting and of observers`,
    server: 'canned',
    only: Object.keys(observed),
    rounds: 9,
    chosen: calmest,
    run: loop(256, 'get', [paths.node], undefined, measureSlices),
  },
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
  watch256: watching(256),
  watch10000: watching(10_000),
  watch100000: watching(100_000, { only: ['ours'], slow: true }),
  reconnect100000: {
    ...watching(100_000, { only: ['ours'], slow: true }),
    title: '100,000 watched nodes, 1,000 of them changed: from the new link to all values fresh, ms',
    bare: true,
    run: (_client, context) => reconnect(context, context.count, paths.watched),
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
