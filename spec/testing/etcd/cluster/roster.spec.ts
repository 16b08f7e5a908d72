import { describe, expect, it } from '@jest/globals';
import {
  memberAdd,
  memberList,
  memberPromote,
  memberRemove,
  memberUpdate,
} from '../../../../lib/etcd/v3/protocol/methods.js';
import { VirtualEtcd } from '../virtualEtcd.js';

describe('the list of members of the embedded etcd', () => {
  const client = new VirtualEtcd({ members: ['a'] }).dial();
  const peerUrls = ['http://127.0.0.1:1'];

  it('has the members with their addresses, and no revision', () => {
    const { header, members } = client.ask(memberList, {});
    expect(header!.revision).toBe(0);
    expect(members).toEqual([
      {
        id: header!.memberId,
        name: 'a',
        peerUrls: ['http://a:2380'],
        clientUrls: ['http://127.0.0.1:2379'],
        isLearner: false,
      },
    ]);
  });

  it('takes a learner, which is never in sync', () => {
    const { member, members } = client.ask(memberAdd, { peerUrls, isLearner: true });
    const { id } = member!;
    expect(members).toHaveLength(2);
    expect(client.refused(memberPromote, { id })).toMatch(/in sync with leader$/);
    expect(client.refused(memberAdd, { peerUrls })).toBe('etcdserver: Peer URLs already exists');
    expect(client.refused(memberAdd, { peerUrls: ['x:'], isLearner: true })).not.toBe('done');
    expect(client.refused(memberAdd, { peerUrls: ['http://b:1'], isLearner: true })).toMatch(/too many learner/);
    expect(client.ask(memberUpdate, { id, peerUrls: ['http://b:2'] }).members[1]!.peerUrls).toEqual(['http://b:2']);
    expect(client.refused(memberPromote, { id })).toBe('etcdserver: can only promote a learner member');
    expect(client.ask(memberRemove, { id }).members).toHaveLength(1);
    expect(client.refused(memberRemove, { id })).toBe('etcdserver: member not found');
  });

  it('takes one voting member more than are started', () => {
    expect(client.refused(memberAdd, { peerUrls: [] })).toBe('etcdserver: given member URLs are invalid');
    expect(client.refused(memberAdd, { peerUrls: ['http://b:1'] })).toBe('done');
    expect(client.refused(memberAdd, { peerUrls: ['http://c:1'] })).toMatch(/not enough started members/);
  });
});
