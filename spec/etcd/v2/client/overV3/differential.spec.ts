import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Observable, firstValueFrom } from 'rxjs';
import { open } from '../../../../../lib/etcd/index.js';
import { type EtcdV2, type EtcdV2Error, type EtcdV2Node, openV2, v2OverV3 } from '../../../../../lib/etcd/v2/index.js';
import { seededRandom } from '../../../../../lib/testing/proxy/seededRandom.js';
import { type RealEtcdCluster, startRealEtcd } from '../../../../helpers/realEtcd.js';

const CALLS = 1_500;
/** These are always there, so that directories do not go with their last key, as they do over version 3. */
const KEPT = ['/keep', '/d/keep', '/d/e/keep'];
const KEYS = ['/a', '/b', '/d', '/d/a', '/d/b', '/d/e', '/d/e/f', '/d/_h', '/keep/under', '/keep/under/it', '/d/€'];
const VALUES = ['x', 'y', 'z', '<&>'];

type Call = (etcd: EtcdV2, indexes: ReadonlyMap<string, number>) => Observable<unknown>;

describe('a client over version 3 and one of the v2 API', () => {
  let cluster: RealEtcdCluster;
  let clients: readonly EtcdV2[] = [];
  beforeAll(async () => {
    cluster = await startRealEtcd();
    clients = [await openV2(cluster.endpoints), v2OverV3(await open(cluster.endpoints))];
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await cluster?.stop();
  });

  it('do the same, and refuse the same', async () => {
    const random = seededRandom(5);
    /** The index of the last change of each key, for each client. */
    const indexes = clients.map(() => new Map<string, number>());
    const counts = new Map<string, number>();
    for (const key of KEPT) for (const client of clients) await firstValueFrom(client.set(key, 'kept'));
    for (let i = 0; i < CALLS; i++) {
      const [shown, call] = planned(random);
      const [there, here] = await Promise.all(
        clients.map((client, k) => outcome(call(client, indexes[k]!), indexes[k]!))
      );
      if ((here as { code?: string }).code === 'UNSUPPORTED') continue; // a directory with a time to live
      expect({ call: shown, outcome: here }).toEqual({ call: shown, outcome: there });
      const kind = (there as { code?: string }).code ?? 'done';
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      for (const key of KEPT)
        if (/^(rmdir|delete)/.test(shown)) await Promise.all(clients.map((client) => restore(client, key)));
    }
    for (const kind of ['done', 'KEY_NOT_FOUND', 'TEST_FAILED', 'NOT_FILE', 'NODE_EXIST', 'NOT_DIR'])
      expect([kind, counts.get(kind) ?? 0]).toEqual([kind, expect.any(Number)]);
    expect(counts.get('done')).toBeGreaterThan(CALLS / 4);
    expect(counts.size).toBeGreaterThanOrEqual(6);
  });
});

async function restore(client: EtcdV2, key: string): Promise<void> {
  await firstValueFrom(client.set(key, 'kept')).catch(() => undefined); // a file may be in the way
}

/** The result without what differs, or the code of the error. */
async function outcome(call$: Observable<unknown>, indexes: Map<string, number>): Promise<unknown> {
  try {
    const result = (await firstValueFrom(call$)) as {
      readonly action: string;
      readonly node?: EtcdV2Node;
      readonly prevNode?: EtcdV2Node;
      readonly created: boolean;
    };
    const { action, node, prevNode, created } = result;
    if (node !== undefined && action !== 'get') indexes.set(node.key, node.modifiedIndex);
    return { action, created, node: plain(node), prevNode: plain(prevNode) };
  } catch (error) {
    const { code, number, reason } = error as EtcdV2Error;
    const isPlain = ['TEST_FAILED', 'NOT_DIR', 'NODE_EXIST', 'NOT_FILE', 'DIR_NOT_EMPTY'].includes(code);
    return { code, number, reason: isPlain ? reason.replace(/\[\d+ != \d+\]/, '[indexes]') : '' };
  }
}

function plain(node: EtcdV2Node | undefined): unknown {
  if (node === undefined) return undefined;
  const { key, dir, value, nodes } = node;
  const inside = [...(nodes ?? [])].sort((a, b) => (a.key < b.key ? -1 : 1)).map(plain);
  return { key, dir, value, inside };
}

/** A random call, and its name. */
function planned(random: () => number): readonly [string, Call] {
  const one = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!;
  const flip = (share = 0.5) => random() < share;
  const key = one(KEYS);
  const value = one(VALUES);
  const ttl = flip(0.2) ? { ttl: 500 } : {};
  const recursive = flip();
  const by = one(['value', 'index', 'both', 'wrong'] as const);
  const condition = (indexes: ReadonlyMap<string, number>) => ({
    ...(by !== 'index' && { prevValue: value }),
    ...(by !== 'value' && { prevIndex: by === 'wrong' ? 1 : (indexes.get(key) ?? 2) }),
  });
  const calls: readonly (readonly [string, Call])[] = [
    ['set', (etcd) => etcd.set(key, value, ttl)],
    ['set', (etcd) => etcd.set(key, value, ttl)],
    ['create', (etcd) => etcd.create(key, value, ttl)],
    ['update', (etcd) => etcd.update(key, value, ttl)],
    ['compareAndSwap', (etcd, indexes) => etcd.compareAndSwap(key, 'swapped', condition(indexes))],
    ['compareAndDelete', (etcd, indexes) => etcd.compareAndDelete(key, condition(indexes))],
    ['read', (etcd) => etcd.read(key, { recursive, quorum: true })],
    ['refresh', (etcd) => etcd.refresh(key, 500)],
    ['delete', (etcd) => etcd.delete(key)],
    ['mkdir', (etcd) => etcd.mkdir(key)],
    ['rmdir', (etcd) => etcd.rmdir(key, { recursive })],
  ];
  const [name, call] = one(calls);
  return [`${name} ${key} ${value} ${by}`, call];
}
