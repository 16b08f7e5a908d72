import * as methods from '../../../etcd/v3/protocol/methods.js';
import type { Metadata } from '../../../etcd/v3/carrier.js';
import type { EtcdMember } from '../cluster/etcdMember.js';
import type { EtcdCore } from '../etcdCore.js';
import { EtcdRefusal } from '../etcdRefusal.js';
import { authCalls } from './authCalls.js';
import { electionCalls } from '../concurrency/electionCalls.js';
import { lockCalls } from '../concurrency/lockCalls.js';
import { clusterCalls } from './clusterCalls.js';
import { kvCalls } from './kvCalls.js';
import { leaseCalls } from './leaseCalls.js';
import { maintenanceCalls } from './maintenanceCalls.js';
import type { Answers, Ground, ServedCall, Streaming, Unary } from './served.js';
import { StreamCall } from './streamCall.js';
import { UnaryCall } from './unaryCall.js';
import { watchCalls } from './watchCalls.js';

const UNIMPLEMENTED = 12;

/** All calls, by their paths of gRPC. */
const CALLS: ReadonlyMap<string, Unary | Streaming> = new Map(
  [
    ...kvCalls,
    ...leaseCalls,
    ...watchCalls,
    ...lockCalls,
    ...electionCalls,
    ...clusterCalls,
    ...maintenanceCalls,
    ...authCalls,
  ].map((served) => [served.method.path, served])
);

/** Calls that have an older path at the gateway too. */
const OLDER: ReadonlySet<string> = new Set(
  [methods.leaseRevoke, methods.leaseTimeToLive, methods.leaseLeases].map(({ path }) => path)
);
/** Calls that 3.4 does not know. */
const LATER: ReadonlySet<string> = new Set([methods.authStatus.path]);

/** The same by their paths at the gateway, behind the prefix. `hash` and `hashKV` have one path: the first is meant. */
const AT_GATEWAY: ReadonlyMap<string, Unary | Streaming> = new Map(
  [...CALLS.values()].reverse().flatMap((served) => {
    const { gateway, path } = served.method;
    const isOlder = OLDER.has(path);
    return [[gateway, served] as const, ...(isOlder ? [[`/kv${gateway}`, served] as const] : [])];
  })
);

/** Finds the call of a path of the gateway. */
export function gatewayCallOf(path: string): Unary | Streaming | undefined {
  return AT_GATEWAY.get(path);
}

/** Finds the call of a path. Throws the refusal of a server that does not know it. */
export function callOf(path: string, version: string): Unary | Streaming {
  const served = CALLS.get(path);
  if (served !== undefined && !(LATER.has(path) && version.startsWith('3.4.'))) return served;
  const [, service = '', name = ''] = path.split('/');
  const isKnown = [...CALLS.keys()].some((known) => known.startsWith(`/${service}/`));
  throw new EtcdRefusal(
    UNIMPLEMENTED,
    isKnown ? `unknown method ${name} for service ${service}` : `unknown service ${service}`
  );
}

/**
 * A client begins a call at a member.
 *
 * @param faults those of the requests of this client
 */
export function openCall(
  core: EtcdCore,
  member: EtcdMember,
  served: Unary | Streaming,
  metadata: Metadata,
  answers: Answers<object>,
  faults = core.settings.faults
): ServedCall<object> {
  const ground: Ground = {
    core,
    member,
    metadata,
    faults,
    get user() {
      return core.auth.userOf(metadata.token ?? metadata.authorization);
    },
  };
  return 'run' in served ? new UnaryCall(ground, served, answers) : new StreamCall(ground, served, answers);
}
