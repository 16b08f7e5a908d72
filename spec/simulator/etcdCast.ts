import type { ConnectOptions } from '../../lib/etcd/index.js';
import {
  type Actor,
  ETCD_FAULTS,
  type EtcdServerOptions,
  type Law,
  type SimulateOptions,
  type SimulatedFault,
} from '../../lib/testing/index.js';
import { seededRandom } from '../../lib/testing/proxy/seededRandom.js';
import * as contenders from './actors/etcd/contenders.js';
import * as followers from './actors/etcd/followers.js';
import * as keepers from './actors/etcd/keepers.js';
import * as ledger from './actors/etcd/ledger.js';
import * as marks from './actors/etcd/marks.js';
import * as queues from './actors/etcd/queues.js';
import * as registers from './actors/etcd/registers.js';
import * as tenants from './actors/etcd/tenants.js';
import * as views from './actors/etcd/views.js';
import * as goingOn from './actors/goingOn.js';
import * as leases from './actors/leases.js';
import { type Group, actorsOf, lawsOf } from './cast.js';

/** Users of etcd, and options of the cluster that they are about. */
type EtcdGroup = Omit<Group, 'client'> & { readonly server?: EtcdServerOptions };

/** So small that answers to watchers come in fragments. */
const SMALL_REQUEST = 160;

/** Users of etcd who meet, and what is hardest for them. */
const GROUPS: readonly EtcdGroup[] = [
  { actors: actorsOf([registers]), hardships: ['lose', 'partition', 'leader', 'refusal', 'stopMember'] },
  {
    actors: [...actorsOf([followers, views]), registers.administrator],
    hardships: ['compact', 'refuse', 'hang', 'cut', 'repeatEvents', 'expireTokens'],
    server: { maxRequestBytes: SMALL_REQUEST },
  },
  { actors: actorsOf([contenders]), hardships: ['stall', 'freezeMember', 'partition', 'slow', 'lose'] },
  { actors: actorsOf([keepers]), hardships: ['slow', 'suspend', 'lose', 'expireLease', 'leader'] },
  { actors: actorsOf([tenants, registers]), hardships: ['lose', 'full', 'delay'] },
];

const FILES = [registers, followers, views, contenders, keepers, tenants];
/** In some seeds alone, so that the others stay as they are. */
const QUEUES: EtcdGroup = { actors: actorsOf([queues]), hardships: ['lose', 'slow', 'freezeMember', 'expireLease'] };
const EVERYBODY: EtcdGroup = { actors: actorsOf(FILES), hardships: ETCD_FAULTS };

/** All users of etcd. */
export const ETCD_ACTORS: readonly Actor[] = [...EVERYBODY.actors, ...QUEUES.actors];

/** What must hold for them. */
export const ETCD_LAWS: readonly Law[] = lawsOf([goingOn, leases, ledger, marks, ...FILES, queues]);

/** The same circumstances for the same seed; see `circumstances`. */
export function etcdCircumstances(seed: number): SimulateOptions & { readonly actors: readonly Actor[] } {
  const random = seededRandom(seed ^ 0xe7cd);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const drawn = pick([...GROUPS, ...GROUPS, EVERYBODY]);
  const { actors, hardships, server } = seed % 28 === 16 ? QUEUES : drawn;
  const rootPassword = pick([undefined, 'secret']);
  return {
    actors,
    etcdServer: {
      ...(rootPassword !== undefined && { rootPassword, tokenTtl: pick([300_000, 3000]) }),
      electionTimeout: pick([1000, 1000, 300]),
      progressInterval: pick([600_000, 1000]),
      watchBatch: pick([1000, 12]),
      maxTxnOps: pick([128, 128, 3]),
      ...pick([{}, server]),
    },
    etcdClient: {
      ...drawnClient(pick),
      ...(rootPassword !== undefined && { user: { name: 'root', password: rootPassword } }),
    },
    faults: random() < 0.5 ? ETCD_FAULTS : pick<readonly SimulatedFault[]>([hardships, [pick(hardships)]]),
  };
}

function drawnClient(pick: <T>(list: readonly T[]) => T): ConnectOptions {
  return {
    coalesce: pick([128, 128, 2, 1]),
    heartbeat: pick([10_000, 6000]),
    timeout: pick([15_000, 15_000, 4000]),
    ...pick([{}, {}, { connectTimeout: 500 }]),
  };
}

/** Whether a seed also has a run with etcd. */
export function meetsEtcd(seed: number): boolean {
  return seed % 4 === 0;
}
