import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EMPTY, NEVER, type Observable, filter, finalize, firstValueFrom, ignoreElements, map, merge, of, retry } from 'rxjs';
import * as q from '../../../lib/index.js';
import { live } from '../../../lib/store/index.js';
import { type VirtualClient, VirtualWorld } from '../../helpers/virtualWorld.js';

type Client = q.ZooKeeper;
interface Recipe {
  readonly make: (zk: Client) => Observable<unknown>;
  /** How it ends when its client is closed. */
  readonly ends: 'completes' | 'CLOSED';
  /** How it ends when it has emitted nothing: by default the same. */
  readonly unheard?: 'completes' | 'CLOSED';
  /** What somebody else does, so that it waits. */
  readonly rival?: (zk: Client) => Observable<unknown>;
}

const working = () => merge(of('works'), NEVER);
const data = Buffer.from('1');

/** Every recipe that goes on until it is left. */
const RECIPES: Readonly<Record<string, Recipe>> = {
  lock: { make: (zk) => q.lock(zk, '/l'), ends: 'completes', rival: (zk) => q.lock(zk, '/l') },
  'lock and whileHeld': { make: (zk) => q.lock(zk, '/l').pipe(q.whileHeld(working)), ends: 'completes', rival: (zk) => q.lock(zk, '/l') },
  'lock with a timeout, and retry': { make: (zk) => q.lock(zk, '/l', { timeout: 60_000 }).pipe(retry()), ends: 'completes', rival: (zk) => q.lock(zk, '/l') },
  'reading lock': { make: (zk) => q.readWriteLock(zk, '/rw').read$, ends: 'completes', rival: (zk) => q.readWriteLock(zk, '/rw').write$ },
  'writing lock': { make: (zk) => q.readWriteLock(zk, '/rw').write$, ends: 'completes', rival: (zk) => q.readWriteLock(zk, '/rw').read$ },
  semaphore: { make: (zk) => q.semaphore(zk, '/s', 1).pipe(q.whileHeld(working)), ends: 'completes', rival: (zk) => q.semaphore(zk, '/s', 1) },
  multiLock: { make: (zk) => q.multiLock(zk, ['/a', '/b']).pipe(q.whileHeld(working)), ends: 'completes', rival: (zk) => q.lock(zk, '/b') },
  elect: { make: (zk) => q.elect(zk, '/e'), ends: 'completes', rival: (zk) => q.elect(zk, '/e') },
  'elect and whileLeader': { make: (zk) => q.elect(zk, '/e').pipe(q.whileLeader(working)), ends: 'completes', rival: (zk) => q.elect(zk, '/e') },
  present: { make: (zk) => q.present(zk, '/here', { data: merge(of(data), NEVER) }), ends: 'completes', rival: (zk) => q.present(zk, '/here') },
  joinParty: { make: (zk) => q.joinParty(zk, '/party'), ends: 'completes' },
  register: { make: (zk) => q.register(zk, '/services', { name: 'web' }), ends: 'completes' },
  partition: { make: (zk) => q.partition(zk, '/parts', ['1', '2'], { settle: 5 }), ends: 'completes', rival: (zk) => q.partition(zk, '/parts', ['1', '2'], { settle: 5 }) },
  consume: { make: (zk) => q.consume(zk, '/q', () => EMPTY), ends: 'completes' },
  'consume, over its work': { make: (zk) => merge(q.enqueue(zk, '/q', data).pipe(ignoreElements()), q.consume(zk, '/q', working)), ends: 'completes', unheard: 'CLOSED' },
  'consume, with what is not due yet': { make: (zk) => merge(q.enqueue(zk, '/q', data, { delay: 1e6 }).pipe(ignoreElements()), q.consume(zk, '/q', () => EMPTY)), ends: 'completes', unheard: 'CLOSED' },
  'a gathering': { make: (zk) => q.doubleBarrier(zk, '/db', 1), ends: 'completes', unheard: 'CLOSED' },
  'a gathering that is waited for': { make: (zk) => q.doubleBarrier(zk, '/db', 9), ends: 'CLOSED' },
  'a barrier': { make: (zk) => merge(q.barrier(zk, '/up').raise().pipe(ignoreElements()), q.barrier(zk, '/up').passed$), ends: 'CLOSED' },
  'an item of a simple queue': { make: (zk) => q.simpleQueue(zk, '/sq').take(), ends: 'CLOSED' },
  timeLease: { make: (zk) => q.timeLease(zk, '/tl', { holder: 'me', duration: 60_000 }), ends: 'CLOSED', rival: (zk) => q.lock(zk, '/tl', { layout: 'kazoo' }) },
  watch: { make: (zk) => zk.watch('/'), ends: 'completes', unheard: 'CLOSED' },
  watchChildren: { make: (zk) => zk.watchChildren('/'), ends: 'completes', unheard: 'CLOSED' },
  watchConfig: { make: (zk) => zk.watchConfig(), ends: 'completes', unheard: 'CLOSED' },
  watchTree: { make: (zk) => zk.watchTree('/'), ends: 'completes' },
  events: { make: (zk) => zk.events('/'), ends: 'completes' },
  consistent: { make: (zk) => q.consistent(zk, ['/']), ends: 'completes', unheard: 'CLOSED' },
  watchParty: { make: (zk) => q.watchParty(zk, '/party'), ends: 'completes', unheard: 'CLOSED' },
  watchInstances: { make: (zk) => q.watchInstances(zk, '/services', 'web'), ends: 'completes', unheard: 'CLOSED' },
  watchServices: { make: (zk) => q.watchServices(zk, '/services'), ends: 'completes', unheard: 'CLOSED' },
  watchContenders: { make: (zk) => q.watchContenders(zk, '/l'), ends: 'completes', unheard: 'CLOSED' },
  'a counter': { make: (zk) => q.counter(zk, '/n').value$, ends: 'completes', unheard: 'CLOSED' },
  'a typed node': { make: (zk) => q.node(zk, '/n', q.utf8).value$, ends: 'completes', unheard: 'CLOSED' },
  'a live value': { make: (zk) => live(zk.watch('/'), undefined, { scheduler: zk.scheduler }), ends: 'completes' },
  serverVersion: { make: (zk) => zk.serverVersion(), ends: 'completes', unheard: 'CLOSED' },
};

const WAYS: Readonly<Record<string, (client: VirtualClient) => void>> = {
  close: ({ zk }) => void zk.close().subscribe(),
  'close with detach': ({ zk }) => void zk.close({ detach: true }).subscribe(),
  'unsubscribing from connect': ({ leave }) => leave(),
};

let world: VirtualWorld;
let uncaught: jest.Mock;
beforeEach(() => {
  world = new VirtualWorld();
  uncaught = jest.fn();
  process.on('uncaughtException', uncaught);
});
afterEach(() => void process.off('uncaughtException', uncaught));

/** Ends a client, and lets so few things happen that no loop could hide among them. Gives what was heard. */
function ending(client: VirtualClient, end: (client: VirtualClient) => void): string[] {
  world.log.splice(0);
  let turns = 0;
  const schedule = world.time.schedule.bind(world.time);
  const counted = jest.spyOn(world.time, 'schedule').mockImplementation(((...args: Parameters<typeof schedule>) => {
    if (++turns > 500) throw new Error('it spins');
    return schedule(...args);
  }) as never);
  end(client);
  const heard = world.log.splice(0);
  world.after(1000);
  counted.mockRestore();
  return heard;
}

const last = (how: string) => (how === 'completes' ? 'it |' : `it ! ${how}`);

describe.each(Object.entries(RECIPES))('%s', (_, { make, ends, unheard = ends, rival }) => {
  for (const [way, end] of Object.entries(WAYS)) {
    it(`ends as it should, at once and once, by ${way}: at rest or held, waiting, and before there was a connection`, () => {
      const held = world.client();
      world.after(50);
      world.watch('it', make(held.zk), () => '');
      if (!world.after(500).includes('it |')) expect(['held', ending(held, end).at(-1)]).toEqual(['held', last(ends)]);

      const early = world.client();
      early.cut();
      world.watch('it', make(early.zk), () => '');
      world.after(50);
      expect(['early', ending(early, end).at(-1)]).toEqual(['early', last(unheard)]);

      if (rival === undefined) return;
      const [other, waiting] = [world.client(), world.client()];
      world.after(50);
      const holding = rival(other.zk).subscribe();
      world.after(500);
      world.watch('it', make(waiting.zk), () => '');
      world.after(500);
      expect(['waiting', ending(waiting, end).at(-1)]).toEqual(['waiting', last(ends)]);
      holding.unsubscribe();
    });
  }

  it('does not wait for a client that is closed already', () => {
    const { zk } = world.client();
    world.after(50);
    zk.close().subscribe();
    world.after(50);
    world.watch('it', make(zk), () => '');
    expect(world.after(1000).at(-1)).toBe(last(unheard));
  });
});

describe('the end of a client', () => {
  it('leaves no error without a handler, where recipes hold', async () => {
    const { zk } = world.client();
    world.after(50);
    for (const name of ['lock and whileHeld', 'writing lock', 'semaphore', 'multiLock', 'elect and whileLeader', 'present', 'partition', 'consume', 'a gathering']) RECIPES[name]!.make(zk).subscribe();
    world.after(500);
    zk.close().subscribe();
    world.after(5000);
    await new Promise((done) => setTimeout(done, 5)); // RxJS throws what nobody handles in a timer
    expect(uncaught).not.toHaveBeenCalled();
  });

  it('ends the work under a lease, and aborts its signal, before the next can hold it', () => {
    const [a, b] = [world.client(), world.client()];
    world.watch('a', q.lock(a.zk, '/l').pipe(q.whileHeld(({ signal }) => working().pipe(finalize(() => world.log.push(`a ended ${signal.aborted}`))))));
    world.after(50);
    world.watch('b', q.lock(b.zk, '/l'), () => 'holds');
    world.after(50);
    a.zk.close().subscribe({ complete: () => void world.log.push('closed') });
    expect(world.log.splice(0)).toEqual(['a ended true', 'a |']);
    expect([a.zk.state.kind, world.after(100)]).toEqual(['closed', ['closed', 'b holds']]);
  });

  it('is heard as CLOSED by a promise of a first value', async () => {
    const { zk, cut } = world.client();
    cut();
    const values = [zk.watch('/a'), zk.watchChildren('/a'), q.watchParty(zk, '/a'), q.counter(zk, '/a').value$].map((value$) => firstValueFrom(value$ as Observable<unknown>));
    zk.close().subscribe();
    for (const value of values) await expect(value).rejects.toMatchObject({ name: 'SessionError', code: 'CLOSED', effect: 'none', path: '/a' });
  });

  it('does not undo a write of a time lease that has left', () => {
    const { zk } = world.client();
    world.after(50);
    world.watch('it', q.timeLease(zk, '/tl', { holder: 'me', duration: 60_000 }).pipe(filter((lease) => lease !== undefined), map(({ path }) => path)));
    for (let ms = 0; ms < 100 && !world.server.tree().has('/tl/lease_holder'); ms++) world.time.advance(1);
    zk.close().subscribe();
    expect(world.after(100)).toEqual(['it /tl/lease_holder', 'it |']);
  });
});
