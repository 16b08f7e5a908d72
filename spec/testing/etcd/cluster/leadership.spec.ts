import { beforeEach, describe, expect, it } from '@jest/globals';
import { moveLeader, put, range, status, watchStream } from '../../../../lib/etcd/v3/protocol/methods.js';
import { bytes } from '../../../helpers/etcdCalls.js';
import { type VirtualClient, VirtualEtcd, wordsOf } from '../virtualEtcd.js';

describe('a cluster of embedded etcd', () => {
  let etcd: VirtualEtcd;
  let clients: readonly VirtualClient[];
  beforeEach(() => {
    etcd = new VirtualEtcd({ members: ['a', 'b', 'c'] });
    clients = [0, 1, 2].map((member) => etcd.dial(member));
  });
  const leaders = () => clients.map((client) => client.ask(status, {}).leader);
  const idOf = (member: number) => clients[member]!.ask(status, {}).header!.memberId;
  const key = bytes('k');
  const HAS_LEADER = { hasleader: 'true' };
  const NO_LEADER = 'etcdserver: no leader';

  it('has one leader, and the same keys at every member', () => {
    expect(new Set(leaders())).toEqual(new Set([idOf(0)]));
    clients[1]!.put('k', '1');
    expect(clients.map((client) => client.get('k'))).toEqual(['1', '1', '1']);
  });

  it('elects another leader when the first is cut off', () => {
    etcd.server.partition('a');
    const [lost, kept] = [0, 1].map((member) => clients[member]!.begin(put, { key, value: bytes('1') }));
    expect([wordsOf(lost!), wordsOf(kept!)]).toEqual(['not ended', 'not ended']);
    etcd.time.advance(1_000);
    expect(etcd.server.leader).toBe('b');
    expect(wordsOf(kept!)).toBe('done');
    expect(leaders()[0]).toBe(0n);
    expect(clients[0]!.ask(status, {}).errors).toEqual([NO_LEADER]);
    etcd.time.advance(6_000);
    expect(wordsOf(lost!)).toBe('etcdserver: request timed out');
    etcd.server.heal();
    expect(clients[0]!.get('k')).toBe('1');
    expect(leaders()[0]).toBe(idOf(1));
  });

  it('has old values at a member that is cut off, for reads that may be old', () => {
    clients[0]!.put('k', 'old');
    etcd.server.partition('c');
    clients[0]!.put('k', 'new');
    const read = clients[2]!.ask(range, { key, serializable: true });
    expect([String(read.kvs[0]!.value), read.header!.revision]).toEqual(['old', 2]);
    expect(wordsOf(clients[2]!.begin(range, { key }))).toBe('not ended');
  });

  it('tells those who ask for a leader at once that there is none', () => {
    etcd.server.partition('a');
    etcd.time.advance(1_000);
    expect(clients[0]!.refused(range, { key, serializable: true }, HAS_LEADER)).toBe(NO_LEADER);
    expect(clients[0]!.refused(range, { key, serializable: true })).toBe('done');
    expect(wordsOf(clients[0]!.begin(watchStream, { createRequest: { key } }, HAS_LEADER))).toBe(NO_LEADER);
  });

  it('ends watches for want of a leader, if they ask for that; others are silent, and go on later', () => {
    const [asking, silent] = [HAS_LEADER, {}].map((metadata) => {
      const stream = clients[2]!.open(watchStream, metadata);
      stream.send({ createRequest: { key } });
      return stream;
    });
    etcd.time.advance(0);
    etcd.server.partition('c');
    clients[0]!.put('k', '1');
    etcd.time.advance(3_999);
    expect(wordsOf(asking!)).toBe('not ended');
    etcd.time.advance(1);
    expect(wordsOf(asking!)).toBe(NO_LEADER);
    etcd.time.advance(60_000);
    expect(silent!.messages).toHaveLength(1);
    etcd.server.heal();
    etcd.time.advance(0);
    expect(silent!.messages[1]!.events).toHaveLength(1);
  });

  it('does not end them if a leader is there again in time', () => {
    const stream = clients[2]!.open(watchStream, HAS_LEADER);
    stream.send({ createRequest: { key } });
    etcd.time.advance(0);
    etcd.server.partition('c');
    etcd.time.advance(3_999);
    etcd.server.heal();
    etcd.time.advance(60_000);
    expect(wordsOf(stream)).toBe('not ended');
  });

  it('tells a watch of the past no more than its member knows', () => {
    clients[0]!.put('k', '1');
    etcd.server.partition('c');
    clients[0]!.put('k', '2');
    const stream = clients[2]!.open(watchStream);
    stream.send({ createRequest: { key, startRevision: 2 } });
    etcd.time.advance(200);
    expect(stream.messages[1]!.events.map(({ kv }) => String(kv!.value))).toEqual(['1']);
    etcd.server.heal();
    etcd.time.advance(0);
    expect(stream.messages[2]!.events.map(({ kv }) => String(kv!.value))).toEqual(['2']);
  });

  it('ends a watch whose events were compacted away while its member was cut off', () => {
    const stream = clients[2]!.open(watchStream);
    stream.send({ createRequest: { key } });
    etcd.time.advance(0);
    etcd.server.partition('c');
    for (const value of ['1', '2', '3']) clients[0]!.put('k', value);
    etcd.server.compact();
    etcd.server.heal();
    etcd.time.advance(100);
    expect(stream.messages[1]).toMatchObject({ canceled: true, compactRevision: 4 });
  });

  it('has no leader without a majority', () => {
    etcd.server.pause('b');
    etcd.server.pause('c');
    etcd.time.advance(1_000);
    expect(etcd.server.leader).toBeUndefined();
    const waiting = clients[0]!.begin(put, { key });
    etcd.server.resume('c');
    expect(wordsOf(waiting)).toBe('not ended');
    etcd.time.advance(1_000);
    expect(wordsOf(waiting)).toBe('done');
    expect(etcd.server.leader).toBe('a');
  });

  it('answers nothing at a member that is paused, until it goes on', () => {
    etcd.server.pause('b');
    const call = clients[1]!.begin(range, { key, serializable: true });
    let pinged = false;
    clients[1]!.carrier.ping().subscribe({ complete: () => (pinged = true) });
    etcd.time.advance(60_000);
    expect([wordsOf(call), pinged]).toEqual(['not ended', false]);
    etcd.server.resume('b');
    etcd.time.advance(0);
    expect([wordsOf(call), pinged]).toEqual(['done', true]);
  });

  it('moves the leadership when the leader is asked', () => {
    expect(clients[1]!.refused(moveLeader, { targetId: idOf(2) })).toBe('etcdserver: not leader');
    expect(clients[0]!.refused(moveLeader, { targetId: 1n })).toBe('etcdserver: bad leader transferee');
    expect(clients[0]!.refused(moveLeader, { targetId: idOf(2) })).toBe('done');
    expect(etcd.server.leader).toBe('c');
    expect(clients[0]!.ask(status, {}).raftTerm).toBe(3);
  });

  it('cuts the clients of a member that stops, and refuses others until it is back', async () => {
    const call = clients[0]!.open(watchStream);
    call.send({ createRequest: { key } });
    etcd.time.advance(0);
    await etcd.server.refuse('a');
    etcd.time.advance(0);
    expect(call.end?.error).toMatchObject({ code: 'CONNECTION_LOST', effect: 'none' });
    expect(() => etcd.dial(0)).toThrow(/refused/);
    etcd.time.advance(1_000);
    expect(clients[1]!.put('k', '1')).toBe(2);
    await etcd.server.accept('a');
    expect(etcd.dial(0).get('k')).toBe('1');
  });
});
