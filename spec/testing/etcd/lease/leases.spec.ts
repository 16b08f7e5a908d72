import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  leaseGrant,
  leaseKeepAlive,
  leaseLeases,
  leaseRevoke,
  leaseTimeToLive,
  put,
} from '../../../../lib/etcd/v3/protocol/methods.js';
import { bytes } from '../../../helpers/etcdCalls.js';
import { type VirtualClient, VirtualEtcd } from '../virtualEtcd.js';

describe('a lease of the embedded etcd', () => {
  let etcd: VirtualEtcd;
  let client: VirtualClient;
  beforeEach(() => {
    etcd = new VirtualEtcd();
    client = etcd.dial();
  });
  const grant = (ttl: number, id = 0n) => client.ask(leaseGrant, { ttl, id });

  it('runs out after its time, and its keys go in one revision', () => {
    const { id } = grant(5);
    client.put('a', '1', id);
    client.put('b', '1', id);
    const { revision } = etcd.server;
    etcd.time.advance(4_999);
    expect(client.get('a')).toBe('1');
    etcd.time.advance(1);
    expect([...etcd.server.entries().keys()]).toEqual([]);
    expect(etcd.server.revision).toBe(revision + 1);
    expect(client.ask(leaseTimeToLive, { id })).toMatchObject({ ttl: -1, grantedTtl: 0 });
  });

  it('has at least the shortest time, and at most the longest', () => {
    expect(grant(0).ttl).toBe(2);
    expect(grant(1).ttl).toBe(2);
    expect(grant(3).ttl).toBe(3);
    expect(client.refused(leaseGrant, { ttl: 9_000_000_001 })).toBe('etcdserver: too large lease TTL');
    expect(grant(9_000_000_000).ttl).toBe(9_000_000_000);
  });

  it('has an id of its own, or the one that is asked for', () => {
    expect(grant(60, 42n).id).toBe(42n);
    expect(client.refused(leaseGrant, { ttl: 60, id: 42n })).toBe('etcdserver: lease already exists');
    expect(grant(60).id).not.toBe(grant(60).id);
    expect(client.ask(leaseLeases, {}).leases).toHaveLength(3);
  });

  it('is kept alive on a stream, which tells of one that is gone by a time of 0', () => {
    const { id } = grant(5);
    const stream = client.open(leaseKeepAlive);
    for (let i = 0; i < 4; i++) {
      stream.send({ id });
      etcd.time.advance(4_000);
    }
    expect(stream.messages.map(({ ttl }) => ttl)).toEqual([5, 5, 5, 5]);
    expect(client.ask(leaseTimeToLive, { id })).toMatchObject({ ttl: 1, grantedTtl: 5 });
    etcd.time.advance(1_000);
    stream.send({ id });
    etcd.time.advance(0);
    expect(stream.messages[4]).toMatchObject({ id, ttl: 0 });
    expect(stream.end).toBeUndefined();
    stream.finish();
    etcd.time.advance(0);
    expect(stream.end).toEqual({ error: undefined });
  });

  it('lets a key go that gets another lease, or none', () => {
    const [a, b] = [grant(60).id, grant(60).id];
    for (const key of ['x', 'y', 'z']) client.put(key, '1', a);
    client.put('x', '2', b);
    client.put('y', '2');
    client.ask(put, { key: bytes('z'), value: bytes('2'), ignoreLease: true });
    expect(etcd.server.leases).toEqual(
      new Map([
        [a, ['z']],
        [b, ['x']],
      ])
    );
    expect(client.ask(leaseTimeToLive, { id: a, keys: true }).keys.map(String)).toEqual(['z']);
    client.ask(leaseRevoke, { id: a });
    expect([...etcd.server.entries().keys()]).toEqual(['x', 'y']);
    expect(client.refused(leaseRevoke, { id: a })).toBe('etcdserver: requested lease not found');
    expect(client.refused(put, { key: bytes('x'), lease: a })).toBe('etcdserver: requested lease not found');
  });

  it('runs out when the test says so', () => {
    const { id } = grant(60);
    client.put('a', '1', id);
    etcd.server.expireLease(id);
    etcd.server.expireLease(id);
    expect(etcd.server.entries().size).toBe(0);
  });

  it('does not run out while the server is paused, but then at once', () => {
    const { id } = grant(5);
    etcd.server.pause();
    etcd.time.advance(60_000);
    expect(etcd.server.leases.has(id)).toBe(true);
    etcd.server.resume();
    etcd.time.advance(0);
    expect(etcd.server.leases.has(id)).toBe(false);
  });

  it('begins again with a new leader', () => {
    const trio = new VirtualEtcd({ members: ['a', 'b', 'c'] });
    const id = trio.dial().ask(leaseGrant, { ttl: 5 }).id;
    trio.time.advance(4_000);
    trio.server.electLeader('b');
    trio.time.advance(4_000);
    expect(trio.server.leases.has(id)).toBe(true);
    trio.server.electLeader(undefined);
    trio.time.advance(60_000);
    expect(trio.server.leases.has(id)).toBe(true);
    trio.server.electLeader('c');
    trio.time.advance(5_000);
    expect(trio.server.leases.has(id)).toBe(false);
  });
});
