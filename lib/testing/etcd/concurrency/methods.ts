import { bytes, id, int, nested } from '../../../etcd/v3/protocol/fields.js';
import { KeyValue, header } from '../../../etcd/v3/protocol/kv.js';
import { type Message, message } from '../../../etcd/v3/protocol/message.js';
import type { Method } from '../../../etcd/v3/protocol/methods.js';

/** The key of a leader, with which it proclaims and resigns. */
const LeaderKey = message({ name: bytes(1), key: bytes(2), rev: int(3), lease: id(4) });
const leader = (number: number) => nested(number, () => LeaderKey);

const LockRequest = message({ name: bytes(1), lease: id(2) });
const LockResponse = message({ header: header(), key: bytes(2) });
const UnlockRequest = message({ key: bytes(1) });
const CampaignRequest = message({ name: bytes(1), lease: id(2), value: bytes(3) });
const CampaignResponse = message({ header: header(), leader: leader(2) });
const ProclaimRequest = message({ leader: leader(1), value: bytes(2) });
const LeaderRequest = message({ name: bytes(1) });
const LeaderResponse = message({ header: header(), kv: nested(2, () => KeyValue) });
const ResignRequest = message({ leader: leader(1) });
/** The answer of calls that only tell that they are done. */
const Done = message({ header: header() });

function method<Q, R>(service: string, name: string, request: Message<Q>, response: Message<R>): Method<Q, R> {
  const path = `/v3${service.toLowerCase()}pb.${service}/${name}`;
  const gateway = `/${service.toLowerCase()}/${name.toLowerCase()}`;
  return { path, gateway, request, response, isRead: false, isStream: false };
}

/** Calls of etcd's services for locks and for elections. Our own client has no use for them. */
export const lock = method('Lock', 'Lock', LockRequest, LockResponse);
export const unlock = method('Lock', 'Unlock', UnlockRequest, Done);
export const campaign = method('Election', 'Campaign', CampaignRequest, CampaignResponse);
export const proclaim = method('Election', 'Proclaim', ProclaimRequest, Done);
export const leaderOf = { ...method('Election', 'Leader', LeaderRequest, LeaderResponse), isRead: true };
export const observe = {
  ...method('Election', 'Observe', LeaderRequest, LeaderResponse),
  isRead: true,
  isStream: true,
};
export const resign = method('Election', 'Resign', ResignRequest, Done);
