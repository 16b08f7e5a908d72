import { describe, expect, it } from '@jest/globals';
import { type Tree, type ZooKeeper, connect, utf8 } from '../../../lib/index.js';
import { type EmbeddedZooKeeper, zooKeeperInMemory } from '../../../lib/testing/index.js';
import { VirtualTime } from '../../helpers/virtualTime.js';

/** A server that can lose all it had, and clients of it. */
function stage() {
  const time = new VirtualTime();
  const begin = () => zooKeeperInMemory({ scheduler: time, tickTime: 100 });
  let server: EmbeddedZooKeeper = begin();
  const client = (): ZooKeeper => {
    let zk!: ZooKeeper;
    connect('memory', {
      ...{
        scheduler: time,
        serverVersion: '3.8.0',
        sessionTimeout: 4000,
        connectTimeout: 500,
        onDataLoss: 'renew',
        random: () => 0.5,
      },
      transport: (endpoint) => server.transport({ latency: 1 })(endpoint),
    }).subscribe((it) => (zk = it));
    time.advance(20);
    return zk;
  };
  const lose = () => {
    const old = server;
    server = begin();
    return () => old.drop();
  };
  return { time, client, lose, server: () => server };
}

describe('watches of a store that has lost what it had', () => {
  it('show what there is, also of the root, which no transaction has made', () => {
    const { time, client, lose } = stage();
    const zk = client();
    for (const path of ['/a', '/a/kid', '/b']) zk.create(path).subscribe();
    time.advance(20);
    const shown: Record<string, unknown> = {};
    let tree: Tree | undefined;
    zk.watchChildren('/').subscribe(({ names, stale }) => (shown.root = [...names, stale]));
    zk.watch('/a').subscribe(({ kind, stale }) => (shown.a = [kind, stale]));
    zk.watchChildren('/a').subscribe(({ kind, stale }) => (shown.list = [kind, stale]));
    zk.watchTree('/', { filter: (path) => path !== '/zookeeper' }).subscribe((it) => (tree = it));
    time.advance(20);
    expect([shown.root, tree!.size]).toEqual([['zookeeper', 'a', 'b', false], 4]);
    lose()();
    time.advance(60_000);
    expect([shown, tree!.size, tree!.stale]).toEqual([
      { root: ['zookeeper', false], a: ['absent', false], list: ['absent', false] },
      1,
      false,
    ]);
  });

  it('show a new value whose transaction has the number of the old one', () => {
    const { time, client, lose, server } = stage();
    const zk = client();
    for (const path of ['/a', '/later', '/latest']) zk.create(path, 'old', { codec: utf8 }).subscribe();
    time.advance(20);
    const { mzxid } = server().tree('/a').get('/a')!.stat;
    let value: string | undefined;
    let tree: Tree<string> | undefined;
    zk.watch('/a', { codec: utf8 }).subscribe((node) => (value = node.value));
    zk.watchTree('/a', { codec: utf8 }).subscribe((it) => (tree = it));
    time.advance(20);
    const drop = lose();
    const writer = client();
    while (server().zxid < mzxid - 1n) {
      writer.create('/x', null, { mode: 'persistentSequential' }).subscribe();
      time.advance(5);
    }
    writer.create('/a', 'new', { codec: utf8 }).subscribe();
    time.advance(20);
    expect(server().tree('/a').get('/a')!.stat.mzxid).toBe(mzxid);
    drop();
    time.advance(60_000);
    expect([value, tree!.root!.value, tree!.stale]).toEqual(['new', 'new', false]);
  });
});
