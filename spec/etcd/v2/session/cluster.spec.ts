import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Observable, Subscription, firstValueFrom } from 'rxjs';
import type { EtcdV2 } from '../../../../lib/etcd/v2/client/etcdV2.js';
import { openV2 } from '../../../../lib/etcd/v2/openV2.js';
import { type RealEtcd, type RealEtcdCluster, startRealEtcd } from '../../../helpers/realEtcd.js';
import { waitFor } from '../../../helpers/waitFor.js';
import { memberChange } from '../../../helpers/memberChange.js';

const QUICK = { answerTimeout: 1000, healthInterval: 500, backoff: { min: 10, max: 100 } };
const now = <T>(value$: Observable<T>): Promise<T> => firstValueFrom(value$);
let cluster: RealEtcdCluster;
let etcd: EtcdV2;

beforeAll(async () => {
  cluster = await startRealEtcd({ members: 3, args: ['--strict-reconfig-check=false'] });
  etcd = await openV2(cluster.endpoints, QUICK);
});
afterAll(async () => {
  await etcd?.close();
  await cluster?.stop();
});

/** The member that the client uses. */
function inUse(): RealEtcd {
  const { state } = etcd;
  if (state.kind !== 'connected') throw new Error(`the client is ${state.kind}`);
  return cluster.members.find(({ port }) => port === state.endpoint.port)!;
}
/** Writes until it is done: a write without an answer is one that may be done. */
async function write(key: string, value: string): Promise<void> {
  for (;;) {
    try {
      await now(etcd.set(key, value, { timeout: 3000 }));
      return;
    } catch {
      const found = await now(etcd.get(key, { quorum: true }));
      if (found?.value === value) return;
    }
  }
}
async function allHealthy(): Promise<boolean> {
  const states = await Promise.all(cluster.members.map((member): Promise<boolean> => member.healthy()));
  return states.every((state) => state);
}

describe('a client of three members', () => {
  it('asks the leader for its statistics, whichever member is in use', async () => {
    const { leader, followers } = await now(etcd.statistics.leader());
    expect(leader).toBe((await now(etcd.members.leader())).id);
    expect(Object.values(followers)).toHaveLength(2);
    expect(Object.values(followers)[0]).toMatchObject({ latency: { current: expect.any(Number) } });
  });

  it('adds, changes and removes a member', async () => {
    const changed = <T>(change$: Observable<T>) => memberChange(change$, etcd.set('settled', ''));
    const added = await changed(etcd.members.add(['http://127.0.0.1:1']));
    expect(added).toMatchObject({ name: '', peerUrls: ['http://127.0.0.1:1'], clientUrls: [] });
    await changed(etcd.members.update(added.id, ['http://127.0.0.1:2']));
    const members = await now(etcd.members.list());
    expect(members.find(({ id }) => id === added.id)?.peerUrls).toEqual(['http://127.0.0.1:2']);
    await changed(etcd.members.remove(added.id));
    await expect(now(etcd.members.remove(added.id))).rejects.toMatchObject({ code: 'GONE', number: 410 });
  });

  it.each([
    ['freezes', (member: RealEtcd): void => member.freeze(), (member: RealEtcd): void => member.thaw()],
    ['is killed', (member: RealEtcd): void => void member.kill(), (member: RealEtcd): void => member.start()],
  ] as const)('reads, writes and hears of every change when its member %s', async (what, harm, mend) => {
    await waitFor(allHealthy, { what: 'a healthy cluster' });
    await waitFor(() => etcd.state.kind === 'connected', { what: 'a member' });
    const directory = `events ${what}`;
    const seen: string[] = [];
    const subscription = new Subscription();
    subscription.add(
      etcd.events(directory, { recursive: true }).subscribe(({ node, resync }) => {
        expect(resync).toBe(false);
        seen.push(node?.value ?? '');
      })
    );
    await write('warm', 'up');
    await waitFor(async () => (await now(etcd.statistics.store()))['watchers']! > 0, { what: 'a wait' });
    const member = inUse();
    const written: string[] = [];
    for (let i = 0; i < 30; i++) {
      if (i === 10) harm(member);
      await write(`${directory}/${i}`, `${i}`);
      written.push(`${i}`);
    }
    await waitFor(() => seen.length >= written.length, { what: 'all events' });
    expect(seen).toEqual(written);
    await waitFor(() => etcd.state.kind === 'connected', { what: 'another member' });
    expect(inUse()).not.toBe(member);
    subscription.unsubscribe();
    mend(member);
  });
});
