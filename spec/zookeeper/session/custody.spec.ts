import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Observable, type Subscription, concatMap, retry, timer } from 'rxjs';
import { bracket } from '../../../lib/operators/bracket.js';
import { retryIf } from '../../../lib/operators/retryIf.js';
import {
  type ConnectOptions,
  type CreateOptions,
  type RequestFilter,
  type ZooKeeper,
  consume,
  elect,
  enqueue,
  joinParty,
  lock,
  multiLock,
  setPartitioner,
  persistentNode,
  readWriteLock,
  register,
  semaphore,
  timeLease,
} from '../../../lib/index.js';
import { type ZooKeeperFaultRequest } from '../../../lib/testing/index.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

let world: VirtualWorld;
let asked: string[]; // what the server has been asked to create or delete
let fault: (request: ZooKeeperFaultRequest) => 'cut' | 'cutAfter' | undefined;
beforeEach(() => {
  asked = [];
  fault = () => undefined;
  world = new VirtualWorld({
    faults: (request) => {
      if (/^(create|delete)/.test(request.operation)) asked.push(`${request.operation} ${request.path}`);
      return fault(request);
    },
  });
});

// what a session does already is refused
const begin = (recipe$: Observable<unknown>) => recipe$.subscribe({ error: () => undefined });
const RECIPES: ReadonlyArray<readonly [string, (zk: ZooKeeper) => Subscription]> = [
  ['a lock', (zk) => begin(lock(zk, '/l'))],
  ['a lock to read', (zk) => begin(readWriteLock(zk, '/l').read$)],
  ['a semaphore', (zk) => begin(semaphore(zk, '/l', 2))],
  ['several locks', (zk) => begin(multiLock(zk, ['/l', '/m']))],
  ['an election', (zk) => begin(elect(zk, '/l'))],
  ['a partition', (zk) => begin(setPartitioner(zk, '/l', ['a']))],
  ['a lease by the clock', (zk) => begin(timeLease(zk, '/l', { holder: 'a', duration: 60_000 }))],
  ['presence', (zk) => begin(persistentNode(zk, '/l/a'))],
  ['a party', (zk) => begin(joinParty(zk, '/l'))],
  ['an instance', (zk) => begin(register(zk, '/l', { name: 's' }))],
  ['an item', (zk) => begin(enqueue(zk, '/l', null))],
  ['the work on a queue', (zk) => begin(consume(zk, '/l', () => []))],
  ['a plain create in a bracket', (zk) => begin(bracket(zk.create('/l'), ({ path }) => zk.delete(path)))],
];

describe.each(RECIPES)('%s that is given up without a link', (_, take) => {
  it('is never asked for', () => {
    const { zk, cut, heal } = world.client();
    world.after(100);
    asked.length = 0;
    cut();
    world.after(3000); // the loss is noticed
    for (let i = 0; i < 50; i++) {
      const subscription = take(zk);
      world.time.advance(7);
      subscription.unsubscribe();
    }
    heal();
    world.after(12_000);
    expect([zk.state.kind, asked]).toEqual(['connected', []]);
  });

  it('is never asked for either before the first link', () => {
    const { zk, cut, heal } = world.client();
    cut();
    const all = Array.from({ length: 50 }, () => take(zk));
    world.after(1000);
    for (const subscription of all) subscription.unsubscribe();
    heal();
    world.after(12_000);
    expect([zk.state.kind, asked]).toEqual(['connected', []]);
  });
});

describe('a lock that is tried over and over without a link', () => {
  it('asks for one node when the link is there', () => {
    const { zk, cut, heal } = world.client();
    cut();
    const trying = lock(zk, '/l', { timeout: 20 })
      .pipe(retry({ delay: () => timer(1, world.time) }))
      .subscribe();
    world.after(10_000);
    trying.unsubscribe();
    lock(zk, '/l').subscribe();
    heal();
    world.after(12_000);
    // its parent is missing at first
    expect(asked.filter((each) => each.includes('/l/')).length).toBeLessThanOrEqual(2);
    expect(world.children('/l').length).toBe(1);
  });
});

describe('what has left already', () => {
  it.each<[string, CreateOptions]>([
    ['with a mark', { protect: true, parents: true, mode: 'ephemeralSequential' }],
    ['below parents', { parents: true, mode: 'ephemeral' }],
    ['plainly', { mode: 'ephemeral' }],
  ])('is waited for and given back: %s', (_, options) => {
    const { zk } = world.client();
    zk.create('/l').subscribe();
    world.after(100);
    const subscription = bracket(zk.create('/l/a', null, options), ({ path }) => zk.delete(path)).subscribe();
    world.after(1);
    subscription.unsubscribe();
    world.after(100);
    expect([asked.filter((each) => each.includes('/l/')).length, world.children('/l')]).toEqual([2, []]);
  });

  it('is looked for when its answer is lost, and not asked for again when it is not there', () => {
    const { zk } = world.client();
    zk.create('/l').subscribe();
    world.after(100);
    asked.length = 0;
    fault = ({ operation, path }) => (operation === 'create2' && path?.startsWith('/l/') ? 'cut' : undefined);
    const subscription = lock(zk, '/l').subscribe();
    world.after(1);
    subscription.unsubscribe();
    world.after(5000);
    expect([asked.length, world.children('/l')]).toEqual([1, []]);
  });

  it('is looked for when its answer is lost, and given back when it is there', () => {
    const { zk } = world.client();
    world.after(100);
    fault = ({ operation, path }) => (operation === 'create2' && path?.startsWith('/l/') ? 'cutAfter' : undefined);
    zk.create('/l').subscribe();
    const subscription = lock(zk, '/l').subscribe();
    world.after(1);
    subscription.unsubscribe();
    world.after(5000);
    expect(world.children('/l')).toEqual([]);
  });

  it('is not asked for when its parent is missing and nobody waits any more', () => {
    const { zk } = world.client();
    world.after(100);
    const subscription = lock(zk, '/l').subscribe();
    world.after(1);
    subscription.unsubscribe();
    world.after(1000);
    expect(asked.length).toBe(1);
  });
});

/** Waits before it sends, and sends again what has not happened. */
const slowly: RequestFilter = (_, next) =>
  timer(5, world.time).pipe(
    concatMap(() => next()),
    retryIf({ count: 3, scheduler: world.time, random: () => 0.5 })
  );

it.each<[string, ConnectOptions, number]>([
  ['', {}, 60],
  [', also with a filter around each request', { use: [slowly] }, 30],
])(
  'whoever comes and goes while links come and go: in the end there is nothing that nobody waits for%s',
  (_, options, numRuns) => {
    const step = fc.record({
      recipe: fc.nat(RECIPES.length - 1),
      leave: fc.boolean(),
      link: fc.constantFrom('keep', 'keep', 'drop', 'cut', 'heal'),
      wait: fc.integer({ min: 0, max: 900 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 25 }), (steps) => {
        world = new VirtualWorld();
        const client = world.client(options);
        const held: Subscription[] = [];
        for (const { recipe, leave, link, wait } of steps) {
          if (leave) held.shift()?.unsubscribe();
          else if (RECIPES[recipe]![0] !== 'an item') held.push(RECIPES[recipe]![1](client.zk));
          if (link === 'drop') world.server.drop();
          else if (link !== 'keep') client[link]();
          world.time.advance(wait);
        }
        for (const subscription of held) subscription.unsubscribe();
        client.heal();
        world.time.advance(20_000);
        const ephemerals = [...world.server.tree()]
          .filter(([, { stat }]) => stat.ephemeralOwner !== 0n)
          .map(([path]) => path);
        expect(ephemerals).toEqual([]);
      }),
      { numRuns }
    );
  }
);
