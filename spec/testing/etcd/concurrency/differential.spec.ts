import { describe, expect, it } from '@jest/globals';
import type { Draft } from '../../../../lib/etcd/v3/protocol/message.js';
import { leaseGrant, range } from '../../../../lib/etcd/v3/protocol/methods.js';
import type { Method } from '../../../../lib/etcd/v3/protocol/methods.js';
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
import { type EtcdCalls, dialBoth } from '../../../helpers/dialBoth.js';
import { waitFor } from '../../../helpers/waitFor.js';

const ALL = { key: bytes('\0'), rangeEnd: bytes('\0') };
const name = bytes('n');
const leader = { name, key: bytes('n/b'), rev: 0, lease: 11n };

describe('the services for locks and elections', () => {
  const open = dialBoth();

  it('answer as those of a real server', async () => {
    const [there, here] = await Promise.all(open.map(story));
    expect(here).toEqual(there);
    expect(there!.length).toBeGreaterThan(25);
  });
});

/** The answers of one server. */
async function story(calls: EtcdCalls): Promise<unknown[]> {
  const told: unknown[] = [];
  const tell = async <Q, R>(method: Method<Q, R>, message: Draft<Q>) => {
    const answer = await calls.ask(method, message).catch(({ code, message: words }: Error & { code: string }) => {
      return `${code} ${words}`;
    });
    told.push(comparable(answer));
  };
  const waiting = async <Q, R>(method: Method<Q, R>, message: Draft<Q>, keys: number) => {
    const call = calls.open(method);
    call.send(message);
    call.finish();
    await waitFor(async () => (await calls.ask(range, ALL)).kvs.length === keys);
    return call;
  };
  for (const id of [10n, 11n, 12n]) await calls.ask(leaseGrant, { id, ttl: 60 });

  for (const request of [
    { name, lease: 99n },
    { name, lease: 10n },
    { name, lease: 10n },
  ])
    await tell(lock, request);
  const second = await waiting(lock, { name, lease: 11n }, 2);
  const third = await waiting(lock, { name, lease: 12n }, 3);
  third.cancel();
  await waitFor(async () => (await calls.ask(range, ALL)).kvs.length === 2);
  for (const key of ['', 'none', 'n/a']) await tell(unlock, { key: bytes(key) });
  await waitFor(() => second.end);
  told.push(comparable(second.messages), second.end);
  await tell(unlock, { key: bytes('n/b') });

  await tell(leaderOf, { name });
  const observed = calls.open(observe);
  observed.send({ name });
  observed.finish();
  await tell(campaign, { name, lease: 11n, value: bytes('1') });
  await waitFor(() => observed.messages.length === 1);
  await tell(campaign, { name, lease: 11n, value: bytes('2') });
  await waitFor(() => observed.messages.length === 2);
  const candidate = await waiting(campaign, { name, lease: 12n, value: bytes('3') }, 2);
  const [{ createRevision: rev } = { createRevision: 0 }] = (await calls.ask(range, { key: bytes('n/b') })).kvs;
  for (const asked of [undefined, leader, { ...leader, rev }])
    await tell(proclaim, { leader: asked, value: bytes('4') });
  await waitFor(() => observed.messages.length === 3);
  await tell(campaign, { name, lease: 98n, value: bytes('5') });
  await tell(leaderOf, { name });
  for (const asked of [undefined, leader, { ...leader, rev }]) await tell(resign, { leader: asked });
  await waitFor(() => candidate.end);
  told.push(comparable(candidate.messages), candidate.end);
  await waitFor(() => observed.messages.length === 4);
  for (const news of observed.messages) told.push(comparable(news));
  told.push(comparable(await calls.ask(range, ALL)));
  return told;
}

/** A message as text; the cluster, the member and the term are those of one server. */
function comparable(message: unknown): unknown {
  return JSON.parse(
    JSON.stringify(message, (field, value: unknown) => {
      if (['clusterId', 'memberId', 'raftTerm'].includes(field)) return undefined;
      return typeof value === 'bigint' ? String(value) : value;
    })
  );
}
