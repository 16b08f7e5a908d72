import { describe, expect, it } from '@jest/globals';
import type { EtcdEntry } from '../../../lib/cli/dash/etcdEntry.js';
import { etcdLine } from '../../../lib/cli/dash/etcdLine.js';
import { noKeys, withKey } from '../../../lib/cli/dash/keyBranch.js';
import { lockLine } from '../../../lib/cli/dash/lockLine.js';
import { withLocks } from '../../../lib/cli/dash/withLocks.js';
import type { Stat } from '../../../lib/index.js';

const ID = '2d5676c8-eadd-45d1-bc26-8e45642d0eec';
const KAZOO = '2d5676c8eadd45d1bc268e45642d0eec';

/** A znode with these children, created in this order by sessions 1, 2, 3 …; `!` marks one that is not ephemeral. */
function lineOf(...names: readonly string[]) {
  const children = new Map(
    names.map((name, i) => {
      const stat = { ephemeralOwner: name.startsWith('!') ? 0n : BigInt(i + 1), czxid: BigInt(100 + i), ctime: 0 };
      return [name.replace('!', ''), { stat: stat as Stat }];
    })
  );
  const line = lockLine({ path: '/l', children });
  return (
    line && [line.layout, line.kind, ...line.contenders.map(({ state, mode, owner }) => `${owner} ${state}${mode}`)]
  );
}

describe('a lock in ZooKeeper', () => {
  it('is held by the oldest contender, in the names of Curator and ours', () => {
    expect(lineOf(`_c_${ID}-lock-0000000007`, `_c_${ID}-lock-0000000003`)).toEqual([
      'Curator',
      'lock',
      '0x1 holds', // by the transaction, not by the number
      '0x2 waits',
    ]);
  });

  it('is known in the names of kazoo', () =>
    expect(lineOf(`${KAZOO}__lock__0000000001`, `${KAZOO}__lock__0000000002`)).toEqual([
      'kazoo',
      'lock',
      '0x1 holds',
      '0x2 waits',
    ]));

  it('is an election where the names say so', () =>
    expect(lineOf(`_c_${ID}-latch-0000000001`)).toEqual(['Curator', 'election', '0x1 holds']));

  it('is held by all readers before the first writer, or by a writer', () => {
    const [read, write] = [`_c_${ID}-__READ__`, `_c_${ID}-__WRIT__`];
    expect(lineOf(`${read}0000000001`, `${read}0000000002`, `${write}0000000003`, `${read}0000000004`)).toEqual([
      ...['Curator', 'read-write lock', '0x1 holdsread', '0x2 holdsread', '0x3 waitswrite', '0x4 waitsread'],
    ]);
    expect(lineOf(`${KAZOO}__lock__0000000001`, `${KAZOO}__rlock__0000000002`)).toEqual([
      ...['kazoo', 'read-write lock', '0x1 holdswrite', '0x2 waitsread'],
    ]);
  });

  it('is no node with children of other names, or that stay', () => {
    expect(lineOf('block-0000000001', 'x', `!_c_${ID}-lock-0000000001`)).toBeUndefined();
  });

  it('has the transaction that created its node as the token', () => {
    const stat = { ephemeralOwner: -1n, czxid: 4711n, ctime: 5 } as Stat;
    const line = lockLine({ path: '/l', children: new Map([['lock-0000000001', { stat }]]) });
    expect(line?.contenders).toMatchObject([{ token: '4711', since: new Date(5), owner: '0xffffffffffffffff' }]);
  });
});

describe('a lock in etcd', () => {
  const entry = (lease: bigint, createRevision: number, bytes = 0) =>
    ({ value: bytes, facts: { lease, createRevision } }) as unknown as EtcdEntry;
  const keys = (...all: readonly (readonly [string, EtcdEntry])[]) =>
    all.reduce((tree, [path, it]) => withKey(tree, path, it), noKeys<EtcdEntry>());
  const at = (tree: ReturnType<typeof keys>, name: string) => etcdLine(tree.children.get(name)!);

  it('is held by the oldest key whose name is its lease', () => {
    const tree = keys(['/l/a1', entry(0xa1n, 9)], ['/l/b2', entry(0xb2n, 4)], ['/l/c3', entry(0xffn, 1)]);
    expect(at(tree, 'l')).toMatchObject({
      kind: 'lock',
      contenders: [
        { owner: 'b2', state: 'holds', token: '4' },
        { owner: 'a1', state: 'waits', token: '9' },
      ],
      count: 2,
    });
  });

  it('is an election where the keys have values, and a read-write lock where they have sides', () => {
    expect(at(keys(['/e/a1', entry(0xa1n, 9, 4)]), 'e')).toMatchObject({ kind: 'election' });
    const sides = keys(
      ['/r/read-a1', entry(0xa1n, 1)],
      ['/r/read-b2', entry(0xb2n, 2)],
      ['/r/write-c3', entry(0xc3n, 3)]
    );
    expect(at(sides, 'r')?.contenders.map(({ state, mode }) => `${state} ${mode}`)).toEqual([
      ...['holds read', 'holds read', 'waits write'],
    ]);
  });

  it('is looked for again only in branches that have changed', () => {
    const before = keys(['/l/a1', entry(0xa1n, 9)], ['/m/b2', entry(0xb2n, 4)], ['/x', entry(0n, 1)]);
    const seen: string[] = [];
    const locksIn = withLocks({
      locksAt(branch: typeof before) {
        seen.push(branch.path);
        const line = etcdLine(branch);
        return line === undefined ? [] : [line];
      },
    });
    expect(locksIn(before).map(({ path }) => path)).toEqual(['/l', '/m']);
    seen.length = 0;
    expect(locksIn(withKey(before, '/l/a1', undefined)).map(({ path }) => path)).toEqual(['/m']);
    expect(seen).toEqual(['/']);
  });
});
