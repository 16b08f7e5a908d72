import type { Actor, Law, SimulateOptions, SimulatedFault } from '../../lib/testing/index.js';
import { ETCD_FAULTS } from '../../lib/testing/index.js';
import { seededRandom } from '../../lib/testing/proxy/seededRandom.js';
import { DEFAULT_KINDS } from '../../lib/testing/simulator/plan.js';
import * as goingOn from './actors/goingOn.js';
import * as caches from './actors/hive/caches.js';
import * as changes from './actors/hive/changes.js';
import * as copiers from './actors/hive/copiers.js';
import { ETCD_V2 } from './actors/hive/etcdV2.js';
import { ARAKOON, ETCD, type Home, ZOOKEEPER } from './actors/hive/homes.js';
import { MEMORY, MEMORY_IN_STEPS } from './actors/hive/memory.js';
import * as readers from './actors/hive/readers.js';
import * as sweepers from './actors/hive/sweepers.js';
import * as uploaders from './actors/hive/uploaders.js';
import * as watchers from './actors/hive/watchers.js';
import * as writers from './actors/hive/writers.js';
import { lawsOf } from './cast.js';

/** A store, those who use a hive in it, and its faults. */
interface HiveGroup {
  readonly actors: readonly Actor[];
  readonly faults: readonly SimulatedFault[];
  /** The kinds that are hardest for a hive: some runs have no others. */
  readonly hardships: readonly SimulatedFault[];
  /** How much is run, where that costs more time than elsewhere. */
  readonly size?: Pick<SimulateOptions, 'processes' | 'duration'>;
}

/** The kinds that need no network. */
const OF_PROCESSES: readonly SimulatedFault[] = ['end', 'ambush', 'busy', 'suspend', 'setWall'];
/**
 * The kinds for version 2 of etcd: those that keep no message back. Without transactions, one that arrives after the
 * time of grace does harm.
 */
const OF_V2: readonly SimulatedFault[] = [
  ...OF_PROCESSES,
  ...(['cut', 'cutInside', 'lose', 'refuse', 'relapse', 'stopMember', 'dropMember', 'refusal'] as const),
];
const HARDSHIPS: readonly SimulatedFault[] = ['end', 'ambush', 'busy', 'suspend', 'cut', 'lose', 'slow', 'stall'];

function group(home: Home, faults: readonly SimulatedFault[], more: readonly SimulatedFault[]): HiveGroup {
  const makers = [
    writers.writer,
    writers.batcher,
    uploaders.uploader,
    readers.reader,
    watchers.watcher,
    sweepers.sweeper,
    caches.cacher,
    copiers.copier,
  ];
  return {
    actors: makers.map((make) => make(home)),
    faults,
    hardships: [...HARDSHIPS, ...more].filter((kind) => faults.includes(kind)),
  };
}

const WITH_ZOOKEEPER = group(ZOOKEEPER, DEFAULT_KINDS, ['expire', 'outage', 'cutInside', 'delay']);

/** They take turns. Only in ZooKeeper the versions of an entry come again: it has two. */
const GROUPS: readonly HiveGroup[] = [
  WITH_ZOOKEEPER,
  WITH_ZOOKEEPER,
  group(ETCD, ETCD_FAULTS, ['compact', 'stopMember', 'leader', 'refusal', 'freezeMember']),
  group(ARAKOON, DEFAULT_KINDS, ['master', 'freezeNode', 'cutInside']),
  { ...group(ETCD_V2, OF_V2, ['dropMember', 'stopMember', 'refuse']), size: { processes: 2, duration: 12_000 } },
  group(MEMORY, OF_PROCESSES, []),
  group(MEMORY_IN_STEPS, OF_PROCESSES, []),
];

/** All users of hives. */
export const HIVE_ACTORS: readonly Actor[] = GROUPS.flatMap(({ actors }) => actors);

/** What must hold for them. */
export const HIVE_LAWS: readonly Law[] = lawsOf([
  goingOn,
  caches,
  changes,
  copiers,
  readers,
  sweepers,
  uploaders,
  watchers,
]);

/** The same circumstances for the same seed; see `circumstances`. */
export function hiveCircumstances(seed: number): SimulateOptions & { readonly actors: readonly Actor[] } {
  const random = seededRandom(seed ^ 0x417e);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const { actors, faults, hardships, size } = GROUPS[Math.floor(seed / 4) % GROUPS.length]!;
  return {
    actors,
    ...size,
    client: {
      coalesce: pick([64, 64, 3, false]),
      maxInFlight: pick([1000, 1000, 3]),
      offline: pick(['queue', 'queue', 'queue', 'fail'] as const),
    },
    etcdClient: { coalesce: pick([128, 128, 2, 1]), timeout: pick([15_000, 15_000, 4000]) },
    etcdServer: { electionTimeout: pick([1000, 1000, 300]) },
    faults: random() < 0.5 ? faults : pick<readonly SimulatedFault[]>([hardships, [pick(hardships), pick(hardships)]]),
  };
}

/** Whether a seed also has a run with a hive. */
export function meetsHive(seed: number): boolean {
  return seed % 4 === 2;
}
