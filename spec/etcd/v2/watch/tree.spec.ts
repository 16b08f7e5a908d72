import { describe, expect, it } from '@jest/globals';
import type { EtcdV2Action, EtcdV2Node, EtcdV2Result } from '../../../../lib/etcd/v2/protocol/answer.js';
import { applied, differences, hasMissed, isWithin } from '../../../../lib/etcd/v2/watch/tree.js';

const META = { created: false, etcdIndex: 0, clusterId: '', raftIndex: 0, raftTerm: 0 };
const file = (key: string, index: number, value = `v${index}`): EtcdV2Node => ({
  ...{ key, dir: false, value, createdIndex: index, modifiedIndex: index },
});
const directory = (key: string, index: number): EtcdV2Node => ({
  ...{ key, dir: true, createdIndex: index, modifiedIndex: index },
});
const event = (action: EtcdV2Action, node: EtcdV2Node): EtcdV2Result => ({
  ...{ ...META, action, node, prevNode: undefined },
});
const grown = (root: string, ...events: EtcdV2Result[]) =>
  events.reduce<EtcdV2Node | undefined>((tree, it) => applied(tree, root, it), undefined);
const keys = (node: EtcdV2Node | undefined): string[] =>
  node === undefined ? [] : [node.key, ...(node.nodes ?? []).flatMap(keys)];

describe('a tree of keys', () => {
  it('makes the directories above a key, and keeps the order of keys', () => {
    const tree = grown(
      '/a',
      event('set', file('/a/c/z', 1)),
      event('set', file('/a/b', 2)),
      event('create', file('/a/c/y', 3)),
      event('set', directory('/a/d', 4))
    );
    expect(keys(tree)).toEqual(['/a', '/a/b', '/a/c', '/a/c/y', '/a/c/z', '/a/d']);
    expect(tree?.nodes?.[1]).toMatchObject({ dir: true, createdIndex: 1 });
  });

  it('keeps what has not changed as the same object', () => {
    const before = grown('/', event('set', file('/a/x', 1)), event('set', file('/b/y', 2)));
    const after = applied(before, '/', event('set', file('/b/y', 3)));
    expect(after?.nodes?.[0]).toBe(before?.nodes?.[0]);
    expect(after?.nodes?.[1]).not.toBe(before?.nodes?.[1]);
    expect(applied(after, '/', event('expire', file('/nowhere/z', 4)))).toBe(after);
    expect(applied(after, '/b', event('set', file('/bb', 5)))).toBe(after);
  });

  it('loses a whole directory with one event, also of one above', () => {
    const tree = grown('/a', event('set', file('/a/b/c', 1)), event('set', file('/a/x', 2)));
    expect(keys(applied(tree, '/a', event('delete', directory('/a/b', 3))))).toEqual(['/a', '/a/x']);
    expect(applied(tree, '/a', event('expire', directory('/', 3)))).toBeUndefined();
    expect(applied(tree, '/a', event('delete', directory('/a', 3)))).toBeUndefined();
    expect(keys(applied(tree, '/a', event('compareAndDelete', file('/a/b/c', 3))))).toEqual(['/a', '/a/b', '/a/x']);
  });

  it('keeps the contents of a directory that is only touched', () => {
    const tree = grown('/', event('set', file('/d/x', 1)));
    expect(keys(applied(tree, '/', event('update', directory('/d', 2))))).toEqual(['/', '/d', '/d/x']);
    expect(keys(applied(grown('/', event('set', file('/d', 1))), '/', event('set', directory('/d', 2))))).toEqual([
      '/',
      '/d',
    ]);
  });

  it('is told apart from another by the events that lead there', () => {
    const before = grown(
      '/',
      event('set', file('/gone/a', 1)),
      event('set', file('/gone/b', 2)),
      event('set', file('/same', 3)),
      event('set', file('/new', 4)),
      event('set', file('/d/x', 5))
    );
    let after = applied(before, '/', event('delete', directory('/gone', 6)));
    after = applied(after, '/', event('set', file('/e/z', 9)));
    after = applied(after, '/', event('set', file('/new', 8)));
    after = applied(after, '/', event('delete', file('/d/x', 10)));
    const found = differences(before, after, { ...META, etcdIndex: 10 });
    expect(found.map(({ action, node, created }) => [action, node?.key, node?.modifiedIndex, created])).toEqual([
      ['delete', '/d/x', 10, false],
      ['delete', '/gone', 10, false],
      ['set', '/new', 8, false],
      ['set', '/e', 9, true],
      ['set', '/e/z', 9, true],
    ]);
    expect(found[2]).toMatchObject({ prevNode: { value: 'v4' }, node: { value: 'v8' } });
    const replayed = found.reduce<EtcdV2Node | undefined>((tree, it) => applied(tree, '/', it), before);
    expect(keys(replayed)).toEqual(keys(after));
    expect(differences(after, after, META)).toEqual([]);
    expect(differences(undefined, after, META, 9).map(({ node }) => node?.key)).toEqual(['/e', '/e/z']);
  });

  it('knows which keys are below which', () => {
    expect([isWithin('/a/b', '/a'), isWithin('/a', '/a'), isWithin('/ab', '/a'), isWithin('/x', '/')]).toEqual([
      ...[true, true, false, true],
    ]);
  });
});

describe('an event is missing between two trees', () => {
  const result = event('get', file('/a', 1));
  const root = (...nodes: EtcdV2Node[]): EtcdV2Node => ({ ...directory('/', 0), nodes });
  const living = (index: number, value: string): EtcdV2Node => ({
    ...file('/a', 1, value),
    modifiedIndex: index,
    ttl: 9,
  });

  it.each([
    ['where nothing has changed', root(file('/a', 1)), root(file('/a', 1)), false],
    ['where a key was refreshed', root(living(1, 'x')), root(living(7, 'x')), false],
    ['where a key with a time to live has another value', root(living(1, 'x')), root(living(7, 'y')), true],
    ['where a key was made anew', root(living(1, 'x')), root({ ...living(7, 'x'), createdIndex: 7 }), true],
    ['where a key was set', root(file('/a', 1)), root({ ...file('/a', 1), modifiedIndex: 7 }), true],
    ['where a key has gone', root(file('/a', 1)), root(), true],
    ['where all has gone', file('/a', 1), undefined, true],
    ['where a key has come', undefined, file('/a', 7), true],
    ['where a directory has come', root(), root(directory('/d', 7)), true],
  ])('%s: %#', (_, before, after, missed) => {
    expect(hasMissed(before, after, result)).toBe(missed);
  });

  it.each([
    ['a key that is older', file('/a', 4), false],
    ['a key that was refreshed', living(7, 'x'), false],
    ['a key with a time to live that is new', { ...living(7, 'x'), createdIndex: 6 }, true],
    ['a key that was set', file('/a', 5), true],
    ['a directory', directory('/d', 7), false],
  ])('since an index, with %s', (_, node, missed) => {
    expect(hasMissed(undefined, root(node), result, 5)).toBe(missed);
  });
});
