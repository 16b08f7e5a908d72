import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  EMPTY,
  type Observable,
  concatMap,
  defer,
  filter,
  finalize,
  firstValueFrom,
  map,
  repeat,
  retry,
  throwIfEmpty,
} from 'rxjs';
import * as q from '../../../lib/index.js';
import { startZooKeeper } from '../../../lib/testing/index.js';
import { isSettled } from '../../helpers/isSettled.js';
import { RECIPES, working } from '../../helpers/everyRecipe.js';
import { type VirtualClient, VirtualWorld } from '../../helpers/virtualWorld.js';

const WAYS: Readonly<Record<string, (client: VirtualClient) => void>> = {
  close: ({ zk }) => void zk.close(),
  'close with detach': ({ zk }) => void zk.detach(),
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
function ending(client: VirtualClient, end: (client: VirtualClient) => void, later = false): string[] {
  world.log.splice(0);
  let turns = 0;
  const schedule = world.time.schedule.bind(world.time);
  const counted = jest.spyOn(world.time, 'schedule').mockImplementation((...args: Parameters<typeof schedule>) => {
    if (++turns > 500) throw new Error('it spins');
    return schedule(...args);
  });
  end(client);
  const heard = world.log.splice(0);
  const rest = world.after(1000);
  counted.mockRestore();
  return later ? [...heard, ...rest] : heard;
}

const last = (how: string) => (how === 'completes' ? 'it |' : `it ! ${how}`);

describe.each(Object.entries(RECIPES))(
  '%s',
  (_, { make, ends, unheard = ends, waiting: whileWaiting = unheard, later, rival }) => {
    for (const [way, end] of Object.entries(WAYS)) {
      it(`ends as it should, at once and once, by ${way}: at rest or held, waiting, and before a connection`, () => {
        const held = world.client();
        world.after(50);
        world.watch('it', make(held.zk), () => '');
        if (!world.after(500).includes('it |'))
          expect(['held', ending(held, end, later).at(-1)]).toEqual(['held', last(ends)]);

        const early = world.client();
        early.cut();
        world.watch('it', make(early.zk), () => '');
        world.after(50);
        expect(['early', ending(early, end, later).at(-1)]).toEqual(['early', last(unheard)]);

        if (rival === undefined) return;
        const [other, waiting] = [world.client(), world.client()];
        world.after(50);
        const holding = rival(other.zk).subscribe();
        world.after(500);
        world.watch('it', make(waiting.zk), () => '');
        world.after(500);
        expect(['waiting', ending(waiting, end, later).at(-1)]).toEqual(['waiting', last(whileWaiting)]);
        holding.unsubscribe();
      });
    }

    it('does not wait for a client that is closed already', () => {
      const { zk } = world.client();
      world.after(50);
      void zk.close();
      world.after(50);
      world.watch('it', make(zk), () => '');
      expect(world.after(1000).at(-1)).toBe(last(unheard));
    });
  }
);

describe('the end of a client', () => {
  it('leaves no error without a handler, where recipes hold', async () => {
    const { zk } = world.client();
    world.after(50);
    for (const name of [
      'lock and whileHeld',
      'writing lock',
      'semaphore',
      'multiLock',
      'elect and whileLeader',
      'present',
      'partition',
      'consume',
      'a gathering',
    ])
      RECIPES[name]!.make(zk).subscribe();
    world.after(500);
    void zk.close();
    world.after(5000);
    await new Promise((done) => setTimeout(done, 5)); // RxJS throws what nobody handles in a timer
    expect(uncaught).not.toHaveBeenCalled();
  });

  it('ends the work under a lease, and aborts its signal, before the next can hold it', async () => {
    const [a, b] = [world.client(), world.client()];
    world.watch(
      'a',
      q
        .lock(a.zk, '/l')
        .pipe(q.whileHeld(({ signal }) => working().pipe(finalize(() => world.log.push(`a ended ${signal.aborted}`)))))
    );
    world.after(50);
    world.watch('b', q.lock(b.zk, '/l'), () => 'holds');
    world.after(50);
    const closed = a.zk.close();
    expect(world.log.splice(0)).toEqual(['a ended true', 'a |']);
    expect([a.zk.state.kind, world.after(100), await isSettled(closed)]).toEqual(['closed', ['b holds'], true]);
  });

  it('is heard as CLOSED by a promise of a first value', async () => {
    const { zk, cut } = world.client();
    cut();
    const values = [
      zk.watch('/a'),
      zk.watchChildren('/a'),
      q.watchParty(zk, '/a'),
      q.counter(zk, '/a').value$,
      q.lock(zk, '/a'),
      q.readWriteLock(zk, '/a').read$,
      q.semaphore(zk, '/a', 2),
      q.elect(zk, '/a'),
    ].map((value$) => firstValueFrom(value$ as Observable<unknown>));
    void zk.close();
    for (const value of values)
      await expect(value).rejects.toMatchObject({ name: 'SessionError', code: 'CLOSED', effect: 'none', path: '/a' });
  });

  it('does not undo a write of a time lease that has left', () => {
    const { zk } = world.client();
    world.after(50);
    world.watch(
      'it',
      q.timeLease(zk, '/tl', { holder: 'me', duration: 60_000 }).pipe(
        filter((lease) => lease !== undefined),
        map(({ path }) => path)
      )
    );
    for (let ms = 0; ms < 100 && !world.server.tree().has('/tl/lease_holder'); ms++) world.time.advance(1);
    void zk.close();
    expect(world.after(100)).toEqual(['it /tl/lease_holder', 'it |']);
  });
});

/** What ends by itself although its client is closed: a request, or a wait, errors each time. */
const ENDLESS = new Set([
  'a barrier',
  'an item of a simple queue',
  'timeLease',
  'serverVersion',
  'watchParty',
  'watchInstances',
  'watchServices',
  'watchContenders',
  'a counter',
  'a typed node',
  'consume, over its work',
  'consume, with what is not due yet',
]);

describe('whatever is tried again and again', () => {
  for (const [name, { make }] of Object.entries(RECIPES)) {
    it(`comes to an end with its client, and so does what is repeated: ${name}`, () => {
      const { zk } = world.client();
      world.after(50);
      void zk.close();
      world.after(50);
      if (!ENDLESS.has(name)) world.watch('retry', make(zk).pipe(retry()), () => 'value');
      if (!ENDLESS.has(name)) expect(world.after(1000).at(-1)).toBe('retry |');
      // the first is there for whoever looks, and over: as `of` is
      if (name === 'a live value' || /retry/.test(name)) return;
      world.watch('repeat', make(zk).pipe(repeat()), () => 'value');
      expect(world.after(1000).at(-1)).toBe('repeat ! CLOSED');
    });
  }

  it('lets other things happen where it does not end: with a closed client, or requests that do not wait', async () => {
    const server = await startZooKeeper();
    const patient = await q.open(server.connectString);
    const hasty = await q.open(server.connectString, { offline: 'fail' });
    await server.stop();
    await firstValueFrom(hasty.state$.pipe(filter(({ kind }) => kind !== 'connected')));
    await patient.close();
    const { signal } = new AbortController();
    const tries = [
      patient.get('/a'),
      patient.transaction().check('/a').commit(),
      patient.watch('/a').pipe(
        concatMap(() => EMPTY),
        throwIfEmpty(() => new Error('ended'))
      ),
      defer(() => q.lock(patient, '/l')),
      q.barrier(patient, '/b').passed$,
      q.simpleQueue(patient, '/q').take(),
      patient.serverVersion(),
      hasty.get('/a'),
      hasty.get('/a', { signal }),
      hasty.get('/a', { signal: AbortSignal.abort() }),
    ];
    const endless = tries.map((try$) => (try$ as Observable<unknown>).pipe(retry()).subscribe());
    await new Promise((done) => setTimeout(done, 50)); // nothing but the event loop is waited for
    for (const each of endless) each.unsubscribe();
    await hasty.close();
  });
});
