import { describe, expect, it } from '@jest/globals';
import { type Observable, Subject, of, throwError } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { ServerError } from '../../../lib/core/errors.js';
import type { Stat } from '../../../lib/zookeeper/types.js';
import { watchTree } from '../../../lib/zookeeper/watch/tree/watchTree.js';
import { WatchGround } from '../../helpers/watchGround.js';

/** What a server answers, request by request: metadata by the number of the transaction that created the node. */
const node = (czxid: number, numChildren = 0) => ({
  value: null,
  stat: { czxid: BigInt(czxid), mzxid: BigInt(czxid), numChildren } as Stat,
});

/** A tree on answers from a script: what it tells, and which paths are armed. */
function scene(reads: readonly Observable<unknown>[]) {
  const ground = new WatchGround(new TestScheduler(() => undefined), [...reads]);
  ground.connect();
  const log: string[] = [];
  const tree = watchTree({ ...ground, root: '' }, '/t', {});
  tree.changes$.subscribe((change) => log.push(change.kind === 'synced' ? 'synced' : `${change.kind} ${change.path}`));
  return {
    ground,
    log,
    tree,
    event: (type: 'created' | 'deleted' | 'dataChanged' | 'childrenChanged', path: string) =>
      ground.event({ type, path }),
  };
}

describe('a tree whose server answers in its own time', () => {
  it('believes no answer that may be older than the streams that the node is gone', () => {
    const late = new Subject<unknown>();
    const { log, event } = scene([of(node(1, 1)), of(['a']), late, of(null)]);
    event('deleted', '/t/a');
    late.next(node(2));
    expect(log).toEqual(['added /t', 'added /t/a', 'removed /t/a', 'synced']);
  });

  it('reads again what changed while it was being read, once for however many changes', () => {
    const late = new Subject<unknown>();
    const { log, event, ground } = scene([late, of(node(3))]);
    for (let i = 0; i < 3; i++) event('dataChanged', '/t');
    late.next(node(1));
    expect(log).toEqual(['added /t', 'recreated /t', 'synced']);
    expect(ground.reads).toBe(2);
  });

  it('takes a list that lacks a child for proof that it is gone', () => {
    const { log, event } = scene([of(node(1, 2)), of(['a', 'b']), of(node(2)), of(node(3)), of(['b'])]);
    event('childrenChanged', '/t');
    expect(log.at(-1)).toBe('removed /t/a');
  });

  it('believes its read of a node that was denied, and not its other request, when that comes later', () => {
    const metadata = new Subject<unknown>();
    const { log, event, tree } = scene([
      of(node(1, 1)),
      of(['a']),
      throwError(() => new ServerError('NO_AUTH', -102)),
      metadata,
      of(node(3)),
    ]);
    event('deleted', '/t/a');
    event('created', '/t/a');
    metadata.next(node(3).stat);
    expect(log).toEqual(['added /t', 'added /t/a', 'synced']);
    tree.subscribe(({ root }) => log.push(String(root?.children.get('a')?.value)));
    expect(log.at(-1)).toBe('null');
  });

  it.each([
    ['as it was', 1],
    ['changed', 5],
  ])('reads the names again that were refused, though the data was read meanwhile: %s', (_, mzxid) => {
    const metadata = new Subject<unknown>();
    const data = node(1, 2);
    const { log, event } = scene([
      of(node(1, 1)),
      of(['a']),
      of(node(2)),
      throwError(() => new ServerError('NO_AUTH', -102)),
      metadata,
      of({ ...data, stat: { ...data.stat, mzxid: BigInt(mzxid) } }),
      of(['a', 'b']),
      of(node(4)),
    ]);
    event('childrenChanged', '/t');
    event('dataChanged', '/t');
    metadata.next(data.stat);
    expect(log.at(-1)).toBe('added /t/b');
  });

  it('forgets an answer about a node whose parent went meanwhile', () => {
    const late = new Subject<unknown>();
    const { log, event } = scene([of(node(1, 1)), of(['a']), of(node(2, 1)), of(['b']), late]);
    event('deleted', '/t/a');
    late.next(node(3));
    expect(log).toEqual(['added /t', 'added /t/a', 'removed /t/a', 'synced']);
  });
});
