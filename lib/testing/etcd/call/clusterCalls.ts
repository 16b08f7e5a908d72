import type { Draft } from '../../../etcd/v3/protocol/message.js';
import type { Header } from '../../../etcd/v3/protocol/kv.js';
import * as methods from '../../../etcd/v3/protocol/methods.js';
import { administered } from './permits.js';
import { type Ground, unary } from './served.js';

const memberList = unary(
  methods.memberList,
  ({ linearizable }) => linearizable,
  (ground) => ({ header: headerOf(ground), members: ground.core.roster.all })
);

const memberAdd = unary(methods.memberAdd, true, (ground, { peerUrls, isLearner }) => {
  const { roster } = changed(ground);
  const member = roster.add(peerUrls, isLearner);
  return { header: headerOf(ground), member, members: roster.all };
});

const memberRemove = unary(methods.memberRemove, true, (ground, { id }) => {
  const { roster } = changed(ground);
  roster.remove(id);
  return { header: headerOf(ground), members: roster.all };
});

const memberUpdate = unary(methods.memberUpdate, true, (ground, { id, peerUrls }) => {
  const { roster } = changed(ground);
  roster.update(id, peerUrls);
  return { header: headerOf(ground), members: roster.all };
});

const memberPromote = unary(methods.memberPromote, true, (ground, { id }) => changed(ground).roster.promote(id));

/** Calls about the members of the cluster. */
export const clusterCalls = [memberList, memberAdd, memberRemove, memberUpdate, memberPromote];

/** The cluster, for an administrator who changes it. */
function changed(ground: Ground): Ground['core'] {
  const core = administered(ground);
  core.propose();
  return core;
}

/** A real server tells no revision here. */
function headerOf({ core, member }: Ground): Draft<Header> {
  return core.header(member, 0);
}
