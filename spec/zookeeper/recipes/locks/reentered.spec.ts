import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Observable, type Subscription, retry } from 'rxjs';
import {
  type Lease,
  type LockOptions,
  type ZooKeeper,
  joinParty,
  lock,
  multiLock,
  setPartitioner,
  persistentNode,
  readWriteLock,
  register,
  semaphore,
} from '../../../../lib/index.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));
const held = () => 'held';
type Take = (zk: ZooKeeper, options?: LockOptions) => Observable<unknown>;

describe.each<[string, Take]>([
  ['a lock', (zk, options) => lock(zk, '/l', options)],
  ["a lock in kazoo's names", (zk, options) => lock(zk, '/l', { ...options, layout: 'kazoo' })],
  ['a lock to write', (zk, options) => readWriteLock(zk, '/l', options).write$],
  ['several locks', (zk, options) => multiLock(zk, ['/l', '/m'], options)],
])('%s that a session holds', (_, take) => {
  it('is entered at once, whoever came in between, and given up when both have left', () => {
    const [a, b] = [world.client(), world.client()];
    const outer = world.watch('outer', take(a.zk), held);
    world.after(100);
    world.watch('b', take(b.zk), held);
    world.after(100);
    const inner = world.watch('inner', take(a.zk, { reentrant: true }), held);
    expect(world.log.splice(0)).toEqual(['inner held']);
    outer.unsubscribe();
    expect(world.after(10_000)).toEqual([]);
    inner.unsubscribe();
    expect(world.after(100)).toEqual(['b held']);
  });

  it('is refused to the same session where that was not asked for', () => {
    const { zk } = world.client();
    take(zk, { reentrant: true }).subscribe();
    world.after(100);
    world.watch('again', take(zk), held);
    expect(world.after(100)).toEqual(['again ! REENTRANT']);
  });

  it('is lost to all who have entered it, and each of them may stand in line again', () => {
    const { zk } = world.client();
    for (const name of ['1', '2', '3'])
      world.watch(name, take(zk, { reentrant: true }).pipe(retry({ count: 1 })), held);
    expect(world.after(100)).toEqual(['1 held', '2 held', '3 held']);
    world.server.expire(zk.ticket.id);
    expect(world.after(1000).sort()).toEqual(['1 held', '2 held', '3 held']);
    expect(world.children('/l').length).toBe(1);
  });

  it('is lost to all when it is not proved in time, and nobody is told so twice', () => {
    const a = world.client();
    for (const name of ['1', '2']) world.watch(name, take(a.zk, { reentrant: true }), held);
    world.after(100);
    a.cut();
    expect(world.after(5000).sort()).toEqual(['1 ! LEASE_LOST', '2 ! LEASE_LOST']);
  });
});

describe('the lease of one who has entered a lock', () => {
  it('ends when that one leaves, and not before or after', () => {
    const { zk } = world.client();
    const leases: Lease[] = [];
    const take = () => lock(zk, '/l', { reentrant: true }).subscribe((lease) => leases.push(lease));
    const [first, second] = [take(), take()];
    world.after(100);
    expect(leases.map(({ token }) => token === leases[0]!.token)).toEqual([true, true]);
    first.unsubscribe();
    expect(leases.map(({ valid, signal }) => [valid, signal.aborted])).toEqual([
      [false, true],
      [true, false],
    ]);
    world.after(5000);
    expect(leases[1]!.valid).toBe(true);
    second.unsubscribe();
    expect(leases[1]!.lost?.code).toBe('LEASE_LOST');
  });
});

describe('the sides of a lock', () => {
  const sides = (zk: ZooKeeper) => readWriteLock(zk, '/rw', { reentrant: true });

  it('a writer reads at once, and holds on to the writing until it has read', () => {
    const [a, b, c] = [world.client(), world.client(), world.client()];
    const write = world.watch('w', sides(a.zk).write$, held);
    world.after(50);
    world.watch('b', sides(b.zk).write$, held);
    world.watch('c', sides(c.zk).read$, held);
    world.after(50);
    const read = world.watch('r', sides(a.zk).read$, held);
    expect(world.log.splice(0)).toEqual(['r held']);
    write.unsubscribe();
    expect(world.after(5000)).toEqual([]);
    read.unsubscribe();
    expect(world.after(100)[0]).toMatch(/held/);
  });

  it('a reader writes when all others who read have left', () => {
    const [a, b, c] = [world.client(), world.client(), world.client()];
    const read = world.watch('r', sides(a.zk).read$, held);
    const other = world.watch('c', sides(c.zk).read$, held);
    world.after(50);
    const write = world.watch('w', sides(a.zk).write$, held);
    world.after(50);
    world.watch('b', sides(b.zk).read$, held);
    expect(world.after(1000)).toEqual([]);
    other.unsubscribe();
    expect(world.after(100)).toEqual(['w held']);
    read.unsubscribe();
    expect(world.after(5000)).toEqual([]);
    write.unsubscribe();
    expect(world.after(100)).toEqual(['b held']);
  });

  it('a reader is refused to write where a writer waits for it already, also one who reads too', () => {
    const [a, b] = [world.client(), world.client()];
    for (const { zk } of [a, b]) world.watch('r', sides(zk).read$, held);
    world.after(50);
    world.watch('b', sides(b.zk).write$, held);
    world.after(50);
    const write = world.watch('a', sides(a.zk).write$, held);
    expect(world.after(1000)).toEqual(['a ! REENTRANT']);
    expect([write.closed, world.children('/rw').length]).toEqual([true, 3]);
  });

  it('whoever comes and goes, and however often: nobody writes while another session has either side', () => {
    const step = fc.record({
      who: fc.nat(2),
      side: fc.constantFrom('read', 'write'),
      leave: fc.boolean(),
      wait: fc.integer({ min: 0, max: 60 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 30 }), (steps) => {
        world = new VirtualWorld();
        const clients = [world.client(), world.client(), world.client()];
        const wrong: string[] = [];
        const having: { who: number; side: string }[] = [];
        const subscriptions: Subscription[][] = [[], [], []];
        world.after(50);
        const check = () => {
          const writers = new Set(having.filter(({ side }) => side === 'write').map(({ who }) => who));
          const all = new Set(having.map(({ who }) => who));
          if (!(writers.size === 0 || all.size === 1)) wrong.push(JSON.stringify(having));
        };
        for (const { who, side, leave, wait } of steps) {
          if (leave) subscriptions[who]!.shift()?.unsubscribe();
          else {
            const it = { who, side };
            const subscription = readWriteLock(clients[who]!.zk, '/rw', { reentrant: true })[
              side === 'read' ? 'read$' : 'write$'
            ].subscribe({ next: () => (having.push(it), check()), error: () => undefined });
            subscription.add(() => having.includes(it) && having.splice(having.indexOf(it), 1));
            subscriptions[who]!.push(subscription);
          }
          world.after(wait);
        }
        for (const subscription of subscriptions.flat()) subscription.unsubscribe();
        world.after(200);
        expect([world.children('/rw'), wrong]).toEqual([[], []]);
      }),
      { numRuns: 100 }
    );
  });
});

describe('what one session does twice', () => {
  it.each<[string, (zk: ZooKeeper) => Observable<unknown>]>([
    ['to be present', (zk) => persistentNode(zk, '/p/a')],
    ['to be present below a chroot', (zk) => persistentNode(zk.chroot('/p'), '/a')],
    ['to register an instance', (zk) => register(zk, '/', { name: 'p', id: 'a' })],
  ])('is refused: %s', (_, again) => {
    const { zk } = world.client();
    zk.create('/p').subscribe();
    world.after(50);
    const first = world.watch('first', persistentNode(zk, '/p/a'), () => 'there');
    world.after(100);
    world.watch('again', again(zk));
    expect(world.after(100)).toEqual(['again ! REENTRANT']);
    first.unsubscribe();
    world.watch('again', again(zk), () => 'there');
    expect(world.after(500).at(-1)).toBe('again there');
    expect(world.children('/p')).toEqual(['a']);
  });

  it('goes on in another session, which waits for the node to go', () => {
    const [a, b] = [world.client(), world.client()];
    const first = world.watch('a', persistentNode(a.zk, '/p'), () => 'there');
    world.watch('b', persistentNode(b.zk, '/p'), () => 'there');
    expect(world.after(100)).toEqual(['a there']);
    first.unsubscribe();
    expect(world.after(100)).toEqual(['b there']);
  });

  it('may begin again as soon as its end is heard', () => {
    const { zk } = world.client();
    zk.create('/p', null, { acl: [{ permissions: 1, scheme: 'world', id: 'anyone' }] }).subscribe();
    world.after(50);
    world.watch('a', persistentNode(zk, '/p/a').pipe(retry({ count: 3 })));
    persistentNode(zk, '/p/b').subscribe({ error: () => world.watch('b', persistentNode(zk, '/p/b')) });
    expect(world.after(500).sort()).toEqual(['a ! NO_AUTH', 'b ! NO_AUTH']);
  });

  it('has a place for each where names are unique: in a party, a semaphore, and a partition', () => {
    const { zk } = world.client();
    for (let i = 0; i < 2; i++) {
      joinParty(zk, '/party').subscribe();
      semaphore(zk, '/s', 2).subscribe();
      world.watch(String(i), setPartitioner(zk, '/set', ['x', 'y'], { name: 'same', settle: 10 }), (parts) =>
        parts.map(({ item }) => item).join()
      );
    }
    const last = new Map(world.after(5000).map((line) => [line[0], line.slice(2)]));
    expect([world.children('/party').length, world.children('/s').length, [...last.values()].sort()]).toEqual([
      2,
      2,
      ['x', 'y'],
    ]);
  });
});
