import type { FaultAct } from './faultAct.js';
import { refuseSome } from './requestFaults.js';

const MEMBERS = ['a', 'b', 'c'];
const SOME = [...MEMBERS, ...MEMBERS, undefined];
/**
 * Errors that a member may give to any request, with the status of gRPC. Not among them are answers, such as that there
 * is no such lease: no server lies.
 */
const REFUSALS: readonly GrpcError[] = [
  ...['no leader', 'not capable', 'unhealthy cluster'].map(unavailable),
  { error: 8, message: 'etcdserver: too many requests' },
  { error: 16, message: 'etcdserver: invalid auth token' },
];
/** Errors after which nobody knows whether a write was done. */
const DOUBTS: readonly GrpcError[] = [
  ...['leader changed', 'request timed out', 'server stopped'].map(unavailable),
  { error: 4, message: 'context deadline exceeded' },
  { error: 14, message: 'error reading from server: EOF' },
  { error: 1, message: 'context canceled' },
  { error: 2, message: 'unknown' },
  { error: 13, message: 'stream terminated by RST_STREAM with error code: INTERNAL_ERROR' },
];

interface GrpcError {
  readonly error: number;
  readonly message: string;
}

function unavailable(words: string): GrpcError {
  return { error: 14, message: `etcdserver: ${words}` };
}

/** Does nothing where nobody uses etcd. */
const ofEtcd =
  (act: FaultAct): FaultAct =>
  (strike) =>
    strike.world.hasEtcd ? act(strike) : 'no etcd';

/** Kinds of faults of an etcd cluster. */
export const etcdFaults = {
  /** A member stops, or all do, and starts again. */
  stopMember: ofEtcd(({ world, pick, later }) => {
    const member = pick(SOME);
    void world.etcd.refuse(member);
    later(() => void world.etcd.accept(member));
    return member ?? 'all';
  }),
  /** A member stands still, or all do. */
  freezeMember: ofEtcd(({ world, pick, later }) => {
    const member = pick(SOME);
    world.etcd.pause(member);
    later(() => world.etcd.resume(member));
    return member ?? 'all';
  }),
  /** Members are cut off from the others. Clients still reach all. */
  partition: ofEtcd(({ world, pick, later }) => {
    const apart = pick([['a'], ['b'], ['c'], ['a', 'b']]);
    world.etcd.partition(...apart);
    later(() => world.etcd.heal());
    return apart.join(' ');
  }),
  /** Another leader, or none for a while. */
  leader: ofEtcd(({ world, pick, later }) => {
    const member = pick([...MEMBERS, undefined]);
    world.etcd.electLeader(member);
    later(() => world.etcd.electLeader(member ?? 'a'));
    return member ?? 'nobody';
  }),
  /** A member cuts its connections, or all do. */
  dropMember: ofEtcd(({ world, pick }) => {
    const member = pick(SOME);
    world.etcd.drop(member);
    return member ?? 'all';
  }),
  /** The history is forgotten: all of it, or all but the newest part. */
  compact: ofEtcd(({ world, pick, between }) => {
    const revision = world.etcd.revision - pick([0, 0, between(0, 20)]);
    if (revision <= world.etcd.compacted) return 'nothing';
    world.etcd.compact(revision);
    return `before ${revision}`;
  }),
  /** A lease ends before its time. */
  expireLease: ofEtcd(({ world, pick }) => {
    const ids = [...world.etcd.leases.keys()];
    if (ids.length === 0) return 'no lease';
    const id = pick(ids);
    world.endedEarly = true;
    world.etcd.expireLease(id);
    return id.toString(16);
  }),
  expireTokens: ofEtcd(({ world }) => {
    world.etcd.expireTokens();
    return 'all';
  }),
  /** There is no space: writes are refused. */
  full: ofEtcd(({ world, later }) => {
    world.etcd.full = true;
    later(() => (world.etcd.full = false));
    return 'cluster';
  }),
  /** Members tell watchers of each event twice, as those before 3.4.24 may. */
  repeatEvents: ofEtcd(({ world, later }) => {
    world.etcd.repeatsEvents = true;
    later(() => (world.etcd.repeatsEvents = false));
    return 'of all watchers';
  }),
  /** A request of a process is refused, perhaps though it is done, and perhaps those that follow are. */
  refusal: ofEtcd((strike) => {
    const { pick } = strike;
    const fault = pick([pick(REFUSALS), pick(DOUBTS), { ...pick(DOUBTS), served: true }]);
    const served = 'served' in fault ? ', though served,' : '';
    return `"${fault.message}"${served} ${refuseSome(strike, { kind: 'refusal', fault, store: 'etcd' })}`;
  }),
} as const satisfies Record<string, FaultAct>;
