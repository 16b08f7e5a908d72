// What the figures ought to be, as ratios within one run, each beside what it became.
import { COUNTED, UNCOUNTED } from './observed.mjs';
import { paths } from './workloads.mjs';

const best = (row, peers, of = 'rate') => {
  const values = peers.map((peer) => row.get(peer)?.[of]).filter((value) => value !== undefined);
  return values.length === 0 ? undefined : of === 'rate' ? Math.max(...values) : Math.min(...values);
};
const ALONE = 'ours uncoalesced';
/** Of etcd: how often the rate of npm's client is wanted, and which part of its processor time. */
const ETCD = { 'etcd-get256': { rate: 5, cpu: 1 / 15 }, 'etcd-put256': { rate: 4, cpu: 1 / 15 } };

/** `value` gives the ratio, of which at least (or with `most`, at most) `bound` is wanted. */
export const targets = [
  ...['etcd-get256', 'etcd-put256', 'etcd-txn64', 'etcd-watch64', 'etcd-lease64'].flatMap((workload) => {
    const contender = workload === 'etcd-get256' ? ALONE : 'ours';
    const { rate = 2, cpu = 1 / 3 } = ETCD[workload] ?? {};
    return [
      {
        workload,
        text: `${contender}, to npm's etcd3`,
        bound: rate,
        value: (row) => row.get(contender)?.rate / row.get('etcd3')?.rate,
      },
      {
        workload,
        text: `${contender}, CPU to npm's etcd3`,
        bound: cpu,
        most: true,
        value: (row) => row.get(contender)?.cpu / row.get('etcd3')?.cpu,
      },
    ];
  }),
  {
    workload: 'etcd-get256',
    text: "with joined reads, to npm's etcd3",
    bound: 25,
    value: (row) => row.get('ours')?.rate / row.get('etcd3')?.rate,
  },
  ...['zookeeper', 'etcd', 'arakoon'].flatMap((store) => [
    ...['get1', 'update1'].map((verb) => ({
      workload: `hive-${store}-${verb}`,
      text: "time to that of the store's client",
      bound: 1.3,
      most: true,
      value: (row) => row.get('own')?.rate / row.get('hive')?.rate,
    })),
    ...['upload', 'download'].map((verb) => ({
      workload: `hive-${store}-${verb}`,
      text: "to the same slices, written by the store's client",
      bound: 0.7,
      value: (row, _, found) => row.get('hive')?.rate / found.get(`hive-${store}-upload`)?.get('own')?.rate,
    })),
    {
      workload: `hive-${store}-download`,
      text: "to the same slices, read by the store's client",
      bound: 0.7,
      value: (row) => row.get('hive')?.rate / row.get('own')?.rate,
    },
  ]),
  ...['get256-canned', 'get1000-canned'].flatMap((workload) => [
    {
      workload,
      text: 'without coalescing, to the fastest npm peer',
      bound: 20,
      value: (row, peers) => row.get(ALONE)?.rate / best(row, peers),
    },
    {
      workload,
      text: 'without coalescing, to the minimal Rx client',
      bound: 0.85,
      value: (row) => row.get(ALONE)?.rate / row.get('minimal')?.rate,
    },
    {
      workload,
      text: 'without coalescing, to the minimal Rx client whose results are made',
      bound: 0.85,
      value: (row) => row.get(ALONE)?.rate / row.get('minimal with results')?.rate,
    },
  ]),
  {
    workload: 'observed256-canned',
    text: 'CPU to that without counters',
    bound: 1.05,
    most: true,
    value: (row) => row.get(COUNTED)?.cpu / row.get(UNCOUNTED)?.cpu,
  },
  ...['get256', 'get1000'].flatMap((workload) => [
    {
      workload,
      text: 'to the fastest npm peer',
      bound: 15,
      value: (row, peers) => row.get('ours')?.rate / best(row, peers),
    },
    {
      workload,
      text: 'to the raw socket, one request a read',
      bound: 1,
      value: (row) => row.get('ours')?.rate / row.get('raw')?.rate,
    },
    {
      workload,
      text: 'without coalescing, to the raw socket',
      bound: 0.95,
      value: (row) => row.get(ALONE)?.rate / row.get('raw')?.rate,
    },
    {
      workload,
      text: 'without coalescing, CPU to node-zookeeper-client',
      bound: 0.4,
      most: true,
      value: (row) => row.get(ALONE)?.cpu / row.get('node-zookeeper-client')?.cpu,
    },
  ]),
  {
    workload: 'set256',
    text: 'to the raw socket',
    bound: 0.95,
    value: (row) => row.get('ours')?.rate / row.get('raw')?.rate,
  },
  {
    workload: 'set256',
    text: 'CPU to the best peer',
    bound: 0.4,
    most: true,
    value: (row, peers) => row.get('ours')?.cpu / best(row, peers, 'cpu'),
  },
  {
    workload: 'get1',
    text: 'to the raw socket',
    bound: 0.75,
    value: (row) => row.get('ours')?.rate / row.get('raw')?.rate,
  },
  ...['churn64', 'multi100', 'children10000', 'get100k', 'watch10000'].map((workload) => ({
    workload,
    text: 'to the fastest npm peer',
    bound: 1,
    value: (row, peers) => row.get('ours')?.rate / best(row, peers),
  })),
  ...Object.entries({ multi100: 0.9, children10000: 0.9, 'arakoon-get256': 0.85, 'arakoon-set256': 0.85 }).map(
    ([workload, bound]) => ({
      workload,
      text: 'to the raw socket',
      bound,
      value: (row) => row.get('ours')?.rate / row.get('raw')?.rate,
    })
  ),
  { workload: 'multi100', text: 'RSS, of 100 MB', bound: 1, most: true, value: (row) => row.get('ours')?.rss / 100 },
  ...['watch10000', 'watch100000'].flatMap((workload) => [
    {
      workload,
      text: 'CPU an event, to that with 256 watches',
      bound: 1.2,
      most: true,
      value: (row, _, found) => row.get('ours')?.cpu / found.get('watch256')?.get('ours')?.cpu,
    },
    {
      workload,
      text: 'heap of a watch beside its 100 bytes of data, of 2,300 bytes',
      bound: 1,
      most: true,
      value: (row) => (row.get('ours')?.heapEach - 100) / 2300,
    },
  ]),
  {
    workload: 'reconnect100000',
    text: 'time to that of the first values',
    bound: 0.5,
    most: true,
    value: (row) => row.get('ours')?.ms / row.get('ours')?.first,
  },
  {
    workload: 'reconnect100000',
    text: 'bytes sent for a watch, to those of its path with 4 bytes of length',
    bound: 1.1,
    most: true,
    value: (row) => row.get('ours')?.bytesEach / (paths.watched(50_000).length + 4),
  },
  {
    workload: 'watch10000',
    text: 'RSS to the leanest peer',
    bound: 1,
    most: true,
    value: (row, peers) => row.get('ours')?.rss / best(row, peers, 'rss'),
  },
  {
    workload: 'tree',
    text: 'to the same, one get at a time',
    bound: 10,
    value: (row, _, found) => row.get('ours')?.rate / found.get('tree1')?.get('ours')?.rate,
  },
  {
    workload: 'connect',
    text: 'time to the fastest npm peer',
    bound: 1.1,
    most: true,
    value: (row, peers) => row.get('ours')?.ms / best(row, peers, 'ms'),
  },
  ...['get256', 'set256'].map((workload) => ({
    workload: `server-${workload}`,
    text: 'the embedded server to a real one',
    bound: 0.5,
    value: (row) => row.get('embedded')?.rate / row.get('real')?.rate,
  })),
  { workload: 'server-start', text: 'of 50 ms', bound: 1, most: true, value: (row) => row.get('embedded').ms / 50 },
  { workload: 'server-nodes', text: 'of 150 MB', bound: 1, most: true, value: (row) => row.get('embedded').ms / 150 },
  ...['', ', ES modules'].map((form) => ({
    workload: 'import',
    text: `CPU to RxJS alone${form}`,
    bound: 1.25,
    most: true,
    value: (row) => row.get(`ours${form}`)?.ms / row.get(`rxjs${form}`)?.ms,
  })),
];

/** The targets of what was measured, with what became of them. */
export function judged(found, peers) {
  return targets
    .filter(({ workload }) => found.has(workload))
    .map((target) => ({ ...target, ratio: target.value(found.get(target.workload), peers, found) }))
    .filter(({ ratio }) => Number.isFinite(ratio))
    .map((target) => ({ ...target, met: target.most ? target.ratio <= target.bound : target.ratio >= target.bound }));
}
