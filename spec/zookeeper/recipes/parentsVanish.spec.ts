import { describe, expect, it } from '@jest/globals';
import { type Observable, NEVER, filter, merge, of } from 'rxjs';
import * as q from '../../../lib/index.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

/** What makes nodes below `/d`, and emits when it has made one. */
const RECIPES: ReadonlyArray<readonly [string, (zk: q.ZooKeeper) => Observable<unknown>]> = [
  ['lock', (zk) => q.lock(zk, '/d/l')],
  ['readWriteLock', (zk) => q.readWriteLock(zk, '/d/l').read$],
  ['semaphore', (zk) => q.semaphore(zk, '/d/l', 2)],
  ['elect', (zk) => q.elect(zk, '/d/e').pipe(filter(({ role }) => role === 'leader'))],
  ['present', (zk) => q.persistentNode(zk, '/d/w/1')],
  ['joinParty', (zk) => q.joinParty(zk, '/d/p')],
  ['register', (zk) => q.register(zk, '/d/s', { name: 'web' })],
  ['partition', (zk) => q.setPartitioner(zk, '/d/p', ['1'], { settle: 10 }).pipe(filter(({ length }) => length > 0))],
  ['doubleBarrier', (zk) => q.doubleBarrier(zk, '/d/b', 1)],
  ['a barrier', (zk) => q.barrier(zk, '/d/up').raise()],
  ['enqueue', (zk) => q.enqueue(zk, '/d/q', null)],
  [
    'consume',
    (zk) =>
      merge(
        q.enqueue(zk, '/d/q', null).pipe(filter(() => false)),
        q.consume(zk, '/d/q', () => of('done'))
      ),
  ],
  ['a simple queue', (zk) => q.simpleQueue(zk, '/d/q').put(null)],
  ['counter', (zk) => q.counter(zk, '/d/n').add(1)],
  ['timeLease', (zk) => q.timeLease(zk, '/d/t', { holder: 'me', duration: 60_000 })],
  ['copy', (zk) => q.copyTree(zk, '/source', '/d/copy')],
];
const AGAIN = ['elect', 'present', 'joinParty', 'register', 'partition'];

describe.each(RECIPES)('%s', (name, make) => {
  it('makes its parents again when they vanish before its node is there', () => {
    let vanished = 0;
    const world: VirtualWorld = new VirtualWorld({
      faults: ({ operation, path }) =>
        vanished < 3 &&
        operation.startsWith('create') &&
        path !== '/d' &&
        path?.startsWith('/d') === true &&
        world.server.tree().has('/d')
          ? (vanished++, { delay: 20 })
          : undefined,
    });
    const [a, admin] = [world.client(), world.client()];
    world.after(50);
    admin.zk.create('/source', null).subscribe();
    world.after(50);
    world.watch('it', make(a.zk), () => 'made');
    for (let seen = 0, ms = 0; ms < 400; ms++) {
      world.time.advance(1);
      if (vanished === seen) continue;
      seen = vanished;
      world.time.advance(3);
      admin.zk.delete('/d', { recursive: true }).subscribe({ error: () => undefined });
    }
    expect([world.after(5000)[0], vanished]).toEqual(['it made', 3]);
  });

  if (AGAIN.includes(name)) {
    it('comes again when all above it is deleted while it stands', () => {
      const world = new VirtualWorld();
      const [a, admin] = [world.client(), world.client()];
      world.watch(
        'it',
        make(a.zk).pipe((it$) => merge(it$, NEVER)),
        () => 'made'
      );
      world.after(500);
      for (let i = 0; i < 3; i++) {
        admin.zk.delete('/d', { recursive: true }).subscribe({ error: () => undefined });
        expect([i, world.after(2000).filter((line) => line === 'it made').length]).toEqual([i, 1]);
      }
    });
  }
});

describe('a line whose parent is deleted', () => {
  it('is lost for all who stand in it', () => {
    const world = new VirtualWorld();
    const [a, b, admin] = [world.client(), world.client(), world.client()];
    world.after(50);
    world.watch('a', q.lock(a.zk, '/d/l'), () => 'holds');
    world.after(50);
    world.watch('b', q.lock(b.zk, '/d/l'), () => 'holds');
    world.after(50);
    admin.zk.delete('/d', { recursive: true }).subscribe({ error: () => undefined });
    expect(world.after(2000).sort()).toEqual(expect.arrayContaining(['a ! LEASE_LOST', 'b ! LEASE_LOST']));
  });
});
