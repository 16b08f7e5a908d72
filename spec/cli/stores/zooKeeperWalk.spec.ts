import { describe, expect, it } from '@jest/globals';
import { NEVER, Observable, defer, map, of, timer } from 'rxjs';
import { zooKeeperWalk } from '../../../lib/cli/stores/zooKeeperWalk.js';
import type { Stat, ZooKeeper } from '../../../lib/index.js';

const stat = (numChildren: number) => ({ numChildren }) as Stat;

/** A store in which a node has so many children, that counts the reads under way. */
class Counted {
  reads = 0;
  underWay = 0;
  most = 0;

  readonly children: (path: string) => readonly string[];

  constructor(children: (path: string) => readonly string[]) {
    this.children = children;
  }

  get zk(): ZooKeeper {
    const counted = <T>(answer: () => T) =>
      new Observable<T>((subscriber) => {
        this.reads++;
        this.most = Math.max(this.most, ++this.underWay);
        const reading = timer(0)
          .pipe(map(answer))
          .subscribe({
            next: (value) => {
              this.underWay--;
              subscriber.next(value);
              subscriber.complete();
            },
          });
        return () => reading.unsubscribe();
      });
    return {
      get: (path: string) => counted(() => ({ value: Buffer.from(path), stat: stat(this.children(path).length) })),
      exists: () => NEVER,
      getChildren: (path: string) => defer(() => of(this.children(path))),
    } as unknown as ZooKeeper;
  }
}

describe('a walk through a tree of ZooKeeper', () => {
  it('gives parents before children and siblings in order, and reads many nodes at a time', async () => {
    const store = new Counted((path) => (path.split('/').length <= 3 && path !== '/a/b' ? ['b', 'a'] : []));
    const paths: string[] = [];
    for await (const { path } of zooKeeperWalk(store.zk, '/a', { values: true })) paths.push(path);
    expect(paths).toEqual(['/a', '/a/a', '/a/a/a', '/a/a/b', '/a/b']);
    const wide = new Counted((path) => (path === '/a' ? Array.from({ length: 1000 }, (_, i) => `n${i}`) : []));
    let count = 0;
    for await (const node of zooKeeperWalk(wide.zk, '/a', { values: true }))
      count += node.stat.numChildren >= 0 ? 1 : 0;
    expect([count, wide.most > 30, wide.most <= 64]).toEqual([1001, true, true]);
  });

  it('reads no further ahead than a bounded number of nodes, also in a deep tree', async () => {
    const hundred = Array.from({ length: 100 }, (_, i) => `n${i}`);
    const store = new Counted((path) => (path.split('/').length < 12 ? hundred : []));
    let taken = 0;
    for await (const { path } of zooKeeperWalk(store.zk, '/a', { values: true })) {
      expect(path).toMatch(/^\/a/);
      if (++taken === 200) break;
    }
    expect(store.reads).toBeLessThan(200 + 256 + 64);
  });
});
