import { header } from './kv.js';
import { bool, bytes, id, int, list, named, nested, text } from './fields.js';
import { message } from './message.js';

const ttl = (number: number) => named('TTL', int(number));
const leaseId = (number: number) => named('ID', id(number));

export const LeaseGrantRequest = message({ ttl: ttl(1), id: leaseId(2) });
export const LeaseGrantResponse = message({ header: header(), id: leaseId(2), ttl: ttl(3), error: text(4) });
export const LeaseRevokeRequest = message({ id: leaseId(1) });
export const LeaseRevokeResponse = message({ header: header() });
export const LeaseKeepAliveRequest = message({ id: leaseId(1) });
/** `ttl` is 0 when the lease is gone. */
export const LeaseKeepAliveResponse = message({ header: header(), id: leaseId(2), ttl: ttl(3) });
export const LeaseTimeToLiveRequest = message({ id: leaseId(1), keys: bool(2) });
/** `ttl` is -1 when there is no such lease. */
export const LeaseTimeToLiveResponse = message({
  header: header(),
  id: leaseId(2),
  ttl: ttl(3),
  grantedTtl: named('grantedTTL', int(4)),
  keys: list(bytes(5)),
});
export const LeaseStatus = message({ id: leaseId(1) });
export const LeaseLeasesRequest = message({});
export const LeaseLeasesResponse = message({ header: header(), leases: list(nested(2, () => LeaseStatus)) });
