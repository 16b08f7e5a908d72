import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import {
  alarm,
  compact,
  defragment,
  hash,
  hashKV,
  put,
  snapshot,
  status,
} from '../../../../lib/etcd/v3/protocol/methods.js';
import { bytes } from '../../../helpers/etcdCalls.js';
import { VirtualEtcd } from '../virtualEtcd.js';

describe('the maintenance of the embedded etcd', () => {
  const etcd = new VirtualEtcd({ version: '3.4.30' });
  const client = etcd.dial();

  it('has alarms, which status shows, and which refuse writes', () => {
    const { memberId } = client.ask(status, {}).header!;
    const raised = { memberId, alarm: 'no-space' as const };
    expect(client.ask(alarm, { action: 'activate', ...raised })).toEqual({ header: undefined, alarms: [raised] });
    expect(client.ask(status, {})).toMatchObject({
      version: '3.4.30',
      errors: [`memberID:${memberId} alarm:NOSPACE `],
      leader: memberId,
    });
    expect(client.refused(put, { key: bytes('a') })).toBe('etcdserver: mvcc: database space exceeded');
    expect(client.ask(alarm, {}).alarms).toEqual([raised]);
    expect(client.ask(alarm, { alarm: 'corrupt' }).alarms).toEqual([]);
    expect(client.ask(alarm, { action: 'deactivate', ...raised }).alarms).toEqual([raised]);
    expect(client.refused(put, { key: bytes('a') })).toBe('done');
  });

  it('frees the space of what is compacted when it is defragmented', () => {
    client.put('big', 'x'.repeat(10_000));
    const { revision } = client.ask(put, { key: bytes('big') }).header!;
    client.ask(compact, { revision });
    const before = client.ask(status, {});
    expect(before.dbSize - before.dbSizeInUse).toBeGreaterThan(10_000);
    expect(client.ask(defragment, {})).toEqual({ header: undefined });
    const after = client.ask(status, {});
    expect(after.dbSize).toBe(after.dbSizeInUse);
  });

  it('has a hash for the same keys, at any revision that is there', () => {
    const { hash: all, header } = client.ask(hash, {});
    client.put('more', '1');
    expect(client.ask(hash, {}).hash).not.toBe(all);
    expect(client.ask(hashKV, { revision: header!.revision }).compactRevision).toBeGreaterThan(0);
    expect(client.refused(hashKV, { revision: 999 })).toMatch(/future revision/);
  });

  it('sends a snapshot in pieces, with its hash at the end', () => {
    client.put('big', 'x'.repeat(100_000));
    const { messages, end } = client.begin(snapshot, {});
    const all = Buffer.concat(messages.map(({ blob }) => blob));
    expect(messages.length).toBeGreaterThan(3);
    expect(messages[0]!.remainingBytes).toBe(all.length - messages[0]!.blob.length);
    expect(messages.at(-1)!.remainingBytes).toBe(0);
    expect(all.length % 512).toBe(32);
    const digest = createHash('sha256').update(all.subarray(0, -32)).digest();
    expect(all.subarray(-32).equals(digest)).toBe(true);
    expect(end).toEqual({ error: undefined });
  });
});
