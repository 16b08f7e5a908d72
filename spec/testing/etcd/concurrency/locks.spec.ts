import { beforeEach, describe, expect, it } from '@jest/globals';
import * as methods from '../../../../lib/etcd/v3/protocol/methods.js';
import {
  campaign,
  leaderOf,
  lock,
  observe,
  proclaim,
  resign,
  unlock,
} from '../../../../lib/testing/etcd/concurrency/methods.js';
import { bytes } from '../../../helpers/etcdCalls.js';
import { type VirtualClient, VirtualEtcd, wordsOf } from '../virtualEtcd.js';

const name = bytes('n');
const KEYS = { key: bytes('n/'), rangeEnd: bytes('n0') };

let etcd: VirtualEtcd;
let client: VirtualClient;
beforeEach(() => {
  etcd = new VirtualEtcd({ members: ['a', 'b', 'c'] });
  client = etcd.dial();
  for (const id of [10n, 11n, 12n]) client.ask(methods.leaseGrant, { id, ttl: 30 });
});

const keys = () => client.ask(methods.range, KEYS).kvs.map(({ key }) => String(key));

describe('the lock service of the embedded etcd', () => {
  it('gives a lock to one client at a time, in the order in which they ask', () => {
    expect(String(client.ask(lock, { name, lease: 10n }).key)).toBe('n/a');
    const second = client.begin(lock, { name, lease: 11n });
    const third = etcd.dial(1).begin(lock, { name, lease: 12n });
    expect([wordsOf(second), wordsOf(third)]).toEqual(['not ended', 'not ended']);
    client.ask(unlock, { key: bytes('n/a') });
    expect([wordsOf(second), wordsOf(third)]).toEqual(['done', 'not ended']);
    expect(String(second.messages[0]!.key)).toBe('n/b');
    etcd.server.expireLease(11n);
    etcd.time.advance(0);
    expect([String(third.messages[0]!.key), wordsOf(third)]).toEqual(['n/c', 'done']);
    expect(third.messages[0]!.header!.revision).toBe(etcd.server.revision);
  });

  it('gives it at once to a lease that has it', () => {
    client.ask(lock, { name, lease: 10n });
    expect(String(client.ask(lock, { name, lease: 10n }).key)).toBe('n/a');
  });

  it('takes a client that leaves out of the line', () => {
    client.ask(lock, { name, lease: 10n });
    const second = client.begin(lock, { name, lease: 11n });
    const third = client.begin(lock, { name, lease: 12n });
    expect(keys()).toEqual(['n/a', 'n/b', 'n/c']);
    second.cancel();
    etcd.time.advance(0);
    expect(keys()).toEqual(['n/a', 'n/c']);
    client.ask(unlock, { key: bytes('n/a') });
    expect(wordsOf(third)).toBe('done');
  });

  it('takes it out as soon as its member can, when the member is cut off', () => {
    client.ask(lock, { name, lease: 10n });
    const cutOff = etcd.dial(2);
    cutOff.begin(lock, { name, lease: 11n });
    etcd.server.partition('c');
    cutOff.close();
    etcd.time.advance(0);
    expect(keys()).toEqual(['n/a', 'n/b']);
    etcd.server.heal();
    expect(keys()).toEqual(['n/a']);
  });

  it('keeps the lock of a client whose call has ended', () => {
    const other = etcd.dial();
    other.ask(lock, { name, lease: 10n });
    other.close();
    etcd.time.advance(0);
    expect(keys()).toEqual(['n/a']);
  });

  it('refuses a client whose lease ends before its turn', () => {
    client.ask(lock, { name, lease: 10n });
    const second = client.begin(lock, { name, lease: 11n });
    etcd.server.expireLease(11n);
    client.ask(unlock, { key: bytes('n/a') });
    expect(wordsOf(second)).toBe('mutex: session is expired');
    expect(client.refused(lock, { name, lease: 99n })).toBe('etcdserver: requested lease not found');
  });

  it('grants a lease of a minute to a client without one', () => {
    client.ask(lock, { name });
    expect(keys()).toHaveLength(1);
    etcd.time.advance(60_000);
    expect(keys()).toEqual([]);
  });
});

describe('the election service of the embedded etcd', () => {
  const values = (call: { messages: readonly { kv: { value: Uint8Array } | undefined }[] }) =>
    call.messages.map(({ kv }) => String(kv!.value));

  it('has one leader, who proclaims and resigns', () => {
    expect(client.refused(leaderOf, { name })).toBe('election: no leader');
    const { leader } = client.ask(campaign, { name, lease: 10n, value: bytes('1') });
    const second = client.begin(campaign, { name, lease: 11n, value: bytes('2') });
    expect(String(client.ask(leaderOf, { name }).kv!.value)).toBe('1');
    client.ask(proclaim, { leader, value: bytes('1b') });
    expect(String(client.ask(leaderOf, { name }).kv!.value)).toBe('1b');
    expect(wordsOf(second)).toBe('not ended');
    client.ask(resign, { leader });
    expect(wordsOf(second)).toBe('done');
    expect(String(client.ask(leaderOf, { name }).kv!.value)).toBe('2');
    expect(client.refused(proclaim, { leader, value: bytes('late') })).toBe('election: not leader');
    for (const method of [proclaim, resign]) expect(client.refused(method, {})).toBe('"leader" field must be provided');
  });

  it('tells observers of every leader and value, from the first on', () => {
    const early = client.begin(observe, { name });
    const { leader } = client.ask(campaign, { name, lease: 10n, value: bytes('1') });
    client.begin(campaign, { name, lease: 11n, value: bytes('2') });
    const late = etcd.dial(1).begin(observe, { name });
    client.ask(proclaim, { leader, value: bytes('1b') });
    client.ask(resign, { leader });
    etcd.server.expireLease(11n);
    client.ask(campaign, { name, lease: 12n, value: bytes('3') });
    expect([values(early), values(late)]).toEqual([
      ['1', '1b', '2', '3'],
      ['1', '1b', '2', '3'],
    ]);
    expect(wordsOf(early)).toBe('not ended');
  });

  it('goes on for an observer whose member was cut off, also over a compaction', () => {
    const seen = etcd.dial(2).begin(observe, { name });
    client.ask(campaign, { name, lease: 10n, value: bytes('1') });
    etcd.server.partition('c');
    etcd.server.expireLease(10n);
    client.ask(campaign, { name, lease: 11n, value: bytes('2') });
    client.put('other', '1');
    etcd.server.compact();
    etcd.server.heal();
    etcd.time.advance(200);
    expect(values(seen)).toEqual(['1', '2']);
  });

  it('lets a candidate change its value', () => {
    client.ask(campaign, { name, lease: 10n, value: bytes('1') });
    client.ask(campaign, { name, lease: 10n, value: bytes('2') });
    expect(String(client.ask(leaderOf, { name }).kv!.value)).toBe('2');
  });

  it('takes a candidate that leaves out of the line', () => {
    client.ask(campaign, { name, lease: 10n });
    client.begin(campaign, { name, lease: 11n }).cancel();
    etcd.time.advance(0);
    expect(keys()).toEqual(['n/a']);
  });
});
