import { describe, expect, it } from '@jest/globals';
import {
  authStatus,
  leaseGrant,
  leaseKeepAlive,
  put,
  range,
  txn,
  watchStream,
} from '../../../../lib/etcd/v3/protocol/methods.js';
import type { EtcdFault, EtcdFaultRequest } from '../../../../lib/testing/index.js';
import { bytes } from '../../../helpers/etcdCalls.js';
import { VirtualEtcd, wordsOf } from '../virtualEtcd.js';

const key = bytes('k');

describe('a fault of the embedded etcd', () => {
  const asked: EtcdFaultRequest[] = [];
  function withFault(fault: EtcdFault, on = 'k') {
    asked.length = 0;
    const etcd = new VirtualEtcd({
      faults: (request) => {
        asked.push(request);
        return request.key === on ? fault : undefined;
      },
    });
    return { etcd, client: etcd.dial() };
  }

  it('sees who is to serve which request', () => {
    const { client } = withFault('cut', 'none');
    client.put('k', '1');
    client.ask(leaseGrant, { ttl: 5 });
    client.begin(watchStream, { createRequest: { key } });
    expect(asked).toEqual([
      { member: 'default', operation: 'put', key: 'k' },
      { member: 'default', operation: 'leaseGrant', key: undefined },
      { member: 'default', operation: 'watch', key: 'k' },
    ]);
  });

  it('refuses a request in the words of the test', () => {
    const { client } = withFault({ error: 14, message: 'etcdserver: leader changed' });
    const { end } = client.begin(put, { key });
    expect(end?.error).toMatchObject({ code: 'LEADER_CHANGED', effect: 'unknown' });
    expect(client.refused(put, { key: bytes('other') })).toBe('done');
    expect(wordsOf(client.begin(watchStream, { createRequest: { key } }))).toBe('etcdserver: leader changed');
  });

  it('delays a request, and on a stream all that follow', () => {
    const { etcd, client } = withFault({ delay: 50 });
    const write = client.begin(put, { key });
    const stream = client.open(watchStream);
    stream.send({ createRequest: { key } });
    stream.send({ createRequest: { key: bytes('other') } });
    etcd.time.advance(49);
    expect([wordsOf(write), stream.messages.length]).toEqual(['not ended', 0]);
    etcd.time.advance(1);
    expect([wordsOf(write), stream.messages.length]).toEqual(['done', 2]);
  });

  it('cuts the connection before the request is served, or after', () => {
    const before = withFault('cut');
    expect(wordsOf(before.client.begin(put, { key }))).toBe('CONNECTION_LOST unknown');
    expect(before.etcd.server.revision).toBe(1);
    const after = withFault('cutAfter');
    expect(wordsOf(after.client.begin(put, { key }))).toBe('CONNECTION_LOST unknown');
    expect(after.etcd.server.revision).toBe(2);
  });

  it('is checked', () => {
    const { client } = withFault('crash' as never);
    expect(() => client.begin(put, { key })).toThrow(/faults/);
  });
});

describe('a call of the embedded etcd', () => {
  it('is refused in the words of etcd', () => {
    const etcd = new VirtualEtcd({ maxTxnOps: 2, maxRequestBytes: 1000 });
    const client = etcd.dial();
    const op = { requestRange: { key } };
    expect(client.refused(range, {})).toBe('etcdserver: key is not provided');
    expect(client.refused(range, { key, revision: 9 })).toBe(
      'etcdserver: mvcc: required revision is a future revision'
    );
    expect(client.refused(put, { key, lease: 9n })).toBe('etcdserver: requested lease not found');
    expect(client.refused(put, { key, value: Buffer.alloc(990) })).toBe('etcdserver: request is too large');
    expect(client.refused(txn, { success: [op, op, op] })).toBe('etcdserver: too many operations in txn request');
    expect(etcd.server.revision).toBe(1);
  });

  it('of a later version is not known', () => {
    const UNKNOWN = 'unknown method AuthStatus for service etcdserverpb.Auth';
    expect(new VirtualEtcd().dial().refused(authStatus, {})).toBe(UNKNOWN);
    expect(new VirtualEtcd({ version: '3.5.9' }).dial().ask(authStatus, {})).toMatchObject({ enabled: false });
    const nowhere = { ...range, path: '/nowhere.KV/Range' };
    expect(new VirtualEtcd().dial().refused(nowhere, {})).toBe('unknown service nowhere.KV');
  });

  it('that has timed out is not served later', () => {
    const etcd = new VirtualEtcd({ leader: null, requestTimeout: 100 });
    const client = etcd.dial();
    const write = client.begin(put, { key });
    etcd.time.advance(100);
    expect(wordsOf(write)).toBe('etcdserver: request timed out');
    etcd.server.electLeader('default');
    etcd.time.advance(0);
    expect(etcd.server.revision).toBe(1);
  });

  it('ends a stream in good order when the client has no more requests', () => {
    const etcd = new VirtualEtcd();
    const call = etcd.dial().begin(leaseKeepAlive, { id: 7n });
    expect([call.messages[0]!.ttl, wordsOf(call)]).toEqual([0, 'done']);
  });

  it('raises an alarm when there is no space, which refuses writes until it is cleared', () => {
    const etcd = new VirtualEtcd({ quota: 10_000 });
    const client = etcd.dial();
    const value = Buffer.alloc(4_000);
    const FULL = 'etcdserver: mvcc: database space exceeded';
    expect(['a', 'b', 'c'].map((name) => client.refused(put, { key: bytes(name), value }))).toEqual([
      'done',
      'done',
      FULL,
    ]);
    expect(client.refused(put, { key, value: bytes('') })).toBe(FULL);
    expect(client.refused(leaseGrant, { ttl: 5 })).toBe(FULL);
    expect(client.refused(txn, { success: [{ requestDeleteRange: { key: bytes('a') } }] })).toBe('done');
  });
});
