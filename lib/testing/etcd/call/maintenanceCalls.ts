import * as methods from '../../../etcd/v3/protocol/methods.js';
import { Refusals } from '../etcdRefusal.js';
import { hashOf, snapshotOf } from '../maintenance/snapshotOf.js';
import { administered } from './permits.js';
import { streaming, unary } from './served.js';

/** Bytes of one piece of a snapshot. */
const PIECE = 32 * 1024;

const status = unary(methods.status, false, ({ core, member }) => {
  const { store, alarms, index, leadership, settings } = core;
  const raised = alarms.get('none').map(({ memberId, alarm }) => `memberID:${memberId} alarm:${ALARMS[alarm]} `);
  return {
    header: core.header(member),
    version: settings.version,
    dbSize: store.fileSize,
    dbSizeInUse: store.size,
    leader: member.leader,
    raftIndex: index,
    raftAppliedIndex: index,
    raftTerm: leadership.term,
    errors: [...(member.leader === 0n ? [Refusals.noLeader.words] : []), ...raised],
  };
});

/** The names of alarms in the errors of `status`. */
const ALARMS = { none: 'NONE', 'no-space': 'NOSPACE', corrupt: 'CORRUPT' };

const alarm = unary(methods.alarm, true, ({ core }, { action, memberId, alarm: kind }) => {
  const { alarms } = core;
  if (action === 'get') return { alarms: alarms.get(kind) };
  core.propose();
  return { alarms: alarms[action === 'activate' ? 'raise' : 'clear']({ memberId, alarm: kind }) };
});

const defragment = unary(methods.defragment, false, (ground) => {
  administered(ground).store.defragment();
  return {};
});

const hash = unary(methods.hash, false, (ground) => {
  const { store } = administered(ground);
  return { header: ground.core.header(ground.member), hash: hashOf(store, store.revision) };
});

const hashKV = unary(methods.hashKV, false, (ground, { revision }) => {
  const { store } = administered(ground);
  return {
    header: ground.core.header(ground.member),
    hash: hashOf(store, revision),
    compactRevision: store.compacted,
  };
});

const moveLeader = unary(methods.moveLeader, true, ({ core, member }, { targetId }) => {
  const { leadership, members } = core;
  if (leadership.leader !== member) throw Refusals.notLeader;
  const target = members.find(({ id, inQuorum }) => id === targetId && inQuorum);
  if (target === undefined) throw Refusals.badTransferee;
  leadership.elect(target);
  return { header: core.header(member) };
});

const snapshot = streaming(methods.snapshot, (ground, answers) => ({
  message() {
    const bytes = snapshotOf(administered(ground).store);
    for (let at = 0; at < bytes.length; at += PIECE) {
      const blob = bytes.subarray(at, at + PIECE);
      answers.message({ remainingBytes: Math.max(0, bytes.length - at - PIECE), blob });
    }
    answers.ended();
  },
  finished: () => {},
  left: () => {},
}));

/** Calls about the state of the servers. */
export const maintenanceCalls = [status, alarm, defragment, hash, hashKV, moveLeader, snapshot];
