import { header } from './kv.js';
import { bool, bytes, id, int, list, named, nested, oneOf, text, uint32 } from './fields.js';
import { message } from './message.js';

const alarm = (number: number) => oneOf(number, 'none', 'no-space', 'corrupt');
const memberId = (number: number) => named('memberID', id(number));

export const AlarmRequest = message({
  action: oneOf(1, 'get', 'activate', 'deactivate'),
  memberId: memberId(2),
  alarm: alarm(3),
});
export const AlarmMember = message({ memberId: memberId(1), alarm: alarm(2) });
export const AlarmResponse = message({ header: header(), alarms: list(nested(2, () => AlarmMember)) });

export const StatusRequest = message({});
/** Sizes are in bytes. The last two are 0 or empty before 3.6. */
export const StatusResponse = message({
  header: header(),
  version: text(2),
  dbSize: named('dbSize', int(3)),
  leader: id(4),
  raftIndex: named('raftIndex', int(5)),
  raftTerm: named('raftTerm', int(6)),
  raftAppliedIndex: named('raftAppliedIndex', int(7)),
  errors: list(text(8)),
  dbSizeInUse: named('dbSizeInUse', int(9)),
  isLearner: named('isLearner', bool(10)),
  storageVersion: named('storageVersion', text(11)),
  dbSizeQuota: named('dbSizeQuota', int(12)),
});
export type StatusResponse = ReturnType<(typeof StatusResponse)['read']>;

export const DefragmentRequest = message({});
export const DefragmentResponse = message({ header: header() });
export const HashRequest = message({});
export const HashResponse = message({ header: header(), hash: uint32(2) });
export const HashKVRequest = message({ revision: int(1) });
export const HashKVResponse = message({
  header: header(),
  hash: uint32(2),
  compactRevision: int(3),
  hashRevision: int(4),
});
export const SnapshotRequest = message({});
/** A piece of the database file. The last 32 bytes of all are the SHA-256 of the rest. */
export const SnapshotResponse = message({ header: header(), remainingBytes: int(2), blob: bytes(3), version: text(4) });
export const MoveLeaderRequest = message({ targetId: named('targetID', id(1)) });
export const MoveLeaderResponse = message({ header: header() });
export const DowngradeRequest = message({ action: oneOf(1, 'validate', 'enable', 'cancel'), version: text(2) });
export const DowngradeResponse = message({ header: header(), version: text(2) });
