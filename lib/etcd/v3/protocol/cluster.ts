import { header } from './kv.js';
import { bool, id, list, named, nested, text } from './fields.js';
import { message } from './message.js';

const memberId = (number: number) => named('ID', id(number));
const peerUrls = (number: number) => named('peerURLs', list(text(number)));

/** A server of the cluster. Its name and its client URLs are empty until it has started. */
export const Member = message({
  id: memberId(1),
  name: text(2),
  peerUrls: peerUrls(3),
  clientUrls: named('clientURLs', list(text(4))),
  isLearner: named('isLearner', bool(5)),
});
export type Member = ReturnType<(typeof Member)['read']>;

const members = (number: number) => list(nested(number, () => Member));

export const MemberAddRequest = message({ peerUrls: peerUrls(1), isLearner: named('isLearner', bool(2)) });
export const MemberAddResponse = message({
  header: header(),
  member: nested(2, () => Member),
  members: members(3),
});
export const MemberRemoveRequest = message({ id: memberId(1) });
export const MemberRemoveResponse = message({ header: header(), members: members(2) });
export const MemberUpdateRequest = message({ id: memberId(1), peerUrls: peerUrls(2) });
export const MemberUpdateResponse = message({ header: header(), members: members(2) });
export const MemberListRequest = message({ linearizable: bool(1) });
export const MemberListResponse = message({ header: header(), members: members(2) });
export const MemberPromoteRequest = message({ id: memberId(1) });
export const MemberPromoteResponse = message({ header: header(), members: members(2) });
