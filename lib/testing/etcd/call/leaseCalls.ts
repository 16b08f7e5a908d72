import * as methods from '../../../etcd/v3/protocol/methods.js';
import { Refusals } from '../etcdRefusal.js';
import { bytesOf } from '../../host/keyOf.js';
import { LEASE_COST, refuseFull } from './limits.js';
import { permitAll, permitLease } from './permits.js';
import { streaming, unary } from './served.js';

/** The time to live that a server tells of a lease that is not there. */
const NONE = -1;

const leaseGrant = unary(methods.leaseGrant, true, (ground, { id, ttl }) => {
  const { core, member } = ground;
  permitAll(ground);
  refuseFull(ground, LEASE_COST);
  const lease = core.leases.grant(id, ttl);
  core.propose();
  return { header: core.header(member), id: lease.id, ttl: lease.ttl };
});

const leaseRevoke = unary(methods.leaseRevoke, true, ({ core, member, user }, { id }) => {
  if (core.leases.get(id) === undefined) throw Refusals.leaseNotFound;
  permitLease({ core }, user, id);
  core.revokeLease(id);
  return { header: core.header(member) };
});

const leaseTimeToLive = unary(methods.leaseTimeToLive, true, ({ core, member }, { id, keys }) => {
  const header = core.header(member);
  const lease = core.leases.get(id);
  if (lease === undefined) return { header, id, ttl: NONE };
  const own = keys ? [...lease.keys].sort().map(bytesOf) : [];
  return { header, id, ttl: core.leases.remaining(lease), grantedTtl: lease.ttl, keys: own };
});

const leaseLeases = unary(methods.leaseLeases, false, ({ core, member }) => {
  return { header: core.header(member), leases: core.leases.all.map(({ id }) => ({ id })) };
});

const leaseKeepAlive = streaming(methods.leaseKeepAlive, ({ core, member }, answers) => ({
  message: ({ id }) => answers.message({ header: core.header(member), id, ttl: core.leases.renew(id) }),
  finished: () => answers.ended(),
  left: () => {},
}));

/** Calls about leases. */
export const leaseCalls = [leaseGrant, leaseRevoke, leaseTimeToLive, leaseLeases, leaseKeepAlive];
