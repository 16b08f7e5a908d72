import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NEVER, retry, timer } from 'rxjs';
import { type EnqueueOptions, type Item, consume, enqueue } from '../../../../lib/index.js';
import { befall, settle } from '../../../helpers/misfortunes.js';
import { type VirtualClient, VirtualWorld } from '../../../helpers/virtualWorld.js';

/** What the wall clocks say when virtual time begins. */
const NOON = 1_700_000_000_000;

let world: VirtualWorld;
let set: number; // by how much the wall clock was set
beforeEach(() => {
  world = new VirtualWorld();
  set = 0;
});

const now = () => NOON + set + world.time.now();
const put = ({ zk }: VirtualClient, item: string, options: EnqueueOptions) =>
  enqueue(zk, '/q', Buffer.from(item), { now, ...options }).subscribe();
const work = ({ zk }: VirtualClient, name = 'q') =>
  world.watch(
    name,
    consume(zk, '/q', ({ data }: Item) => [`${String(data)} at ${world.time.now()}`], { now })
  );
const folders = () =>
  ['delayed', 'entries', 'taken'].map(
    (name) => world.children('/q').filter((each) => each.startsWith(`${name}/`)).length
  );

describe('an item that is delayed', () => {
  it('is done when it is due, the earliest first, and those without a delay at once', () => {
    const [a, b] = [world.client(), world.client()];
    put(a, 'late', { delay: 5000 });
    put(a, 'soon', { at: NOON + 2000 });
    put(a, 'date', { at: new Date(NOON + 3000), priority: 7 });
    put(a, 'past', { at: NOON - 1 });
    put(a, 'now', {});
    work(b);
    expect(world.after(1900).map((line) => line.split(' ')[1])).toEqual(['past', 'now']);
    const lines = world.after(4000).map((line) => line.split(' '));
    expect(lines.map(([, item]) => item)).toEqual(['soon', 'date', 'late']);
    for (const [i, due] of [2000, 3000, 5000].entries()) {
      expect(Number(lines[i]![3])).toBeGreaterThanOrEqual(due);
      expect(Number(lines[i]![3])).toBeLessThan(due + 50);
    }
    expect(folders()).toEqual([0, 0, 0]);
  });

  it('keeps its priority, its data and its place among those that are due', () => {
    const a = world.client();
    for (const item of ['1', '2', '3']) put(a, item, { delay: 1000 });
    put(a, 'urgent', { delay: 2000, priority: 1 });
    const busy = world.watch(
      'busy',
      consume(a.zk, '/q', () => NEVER, { now })
    );
    world.time.advance(3000);
    busy.unsubscribe();
    work(a);
    expect(world.after(500).map((line) => line.split(' ')[1])).toEqual(['urgent', '1', '2', '3']);
  });

  it('is not seen by programs that know nothing of delays', () => {
    put(world.client(), 'late', { delay: 5000 });
    world.time.advance(100);
    expect([folders(), [...world.server.tree('/q').keys()]]).toEqual([
      [1, 0, 0],
      ['/q', '/q/delayed', '/q/delayed/entry-100-|018BCFE57B88|0000000000'],
    ]);
  });

  it('does not come at once when it is due in a month, nor in a thousand years', () => {
    const a = world.client();
    put(a, 'month', { delay: 31 * 24 * 3600_000 });
    put(a, 'years', { delay: 1000 * 365 * 24 * 3600_000 });
    work(a);
    expect(world.after(600_000)).toEqual([]);
    set = 31 * 24 * 3600_000 - 600_000;
    expect(world.after(61_000).map((line) => line.split(' ')[1])).toEqual(['month']);
  });

  it('comes within a minute when the clock is set', () => {
    const a = world.client();
    put(a, 'late', { delay: 3600_000 });
    work(a);
    expect(world.after(1000)).toEqual([]);
    set = 3600_000;
    expect(world.after(60_000).map((line) => line.split(' ')[1])).toEqual(['late']);
  });

  it.each(['cut', 'cutAfter'] as const)('is moved once when the link is cut over it: %s', (fault) => {
    let faults = 0;
    world = new VirtualWorld({
      faults: ({ operation }) => (operation === 'multi' && faults++ === 0 ? fault : undefined),
    });
    const clients = [world.client(), world.client()];
    put(clients[0]!, 'once', { delay: 1000 });
    for (const client of clients) work(client);
    expect([world.after(10_000).length, folders(), faults > 1]).toEqual([1, [0, 0, 0], true]);
  });

  it('is done with the next session, when one is lost in the wait', () => {
    const a = world.client();
    put(a, 'late', { delay: 3000 });
    work(a);
    world.after(1000);
    world.server.expire(a.zk.ticket.id);
    expect(world.after(10_000).map((line) => line.split(' ')[1])).toEqual(['late']);
  });

  it('is moved with the next session, when one is lost over it', () => {
    let cuts = 0;
    world = new VirtualWorld({
      faults: ({ operation }) => (operation === 'multi' && cuts++ === 0 ? (a.cut(), 'cut') : undefined),
    });
    const a = world.client();
    put(a, 'late', { delay: 1000 });
    work(a);
    world.time.advance(8000);
    a.heal();
    expect(world.after(10_000).map((line) => line.split(' ')[1])).toEqual(['late']);
  });

  it('is passed over when somebody deletes it, and left when nobody works any more', () => {
    const [a, b] = [world.client(), world.client()];
    put(a, 'gone', { delay: 1000 });
    put(a, 'left', { delay: 2000 });
    const working = work(b);
    world.after(100);
    a.zk.delete(`/q/delayed/${world.children('/q/delayed').find((name) => name.endsWith('|0000000000'))!}`).subscribe();
    expect(world.after(1500)).toEqual([]);
    working.unsubscribe();
    expect([world.after(5000), folders()]).toEqual([[], [1, 0, 0]]);
  });

  it.each<[string, EnqueueOptions]>([
    ['options.delay', { delay: -1 }],
    ['options.delay', { delay: Infinity }],
    ['options.at', { at: new Date(Number.NaN) }],
    ['options.at', { at: NOON, delay: 5 }],
    ['options.in', { in: 5 } as EnqueueOptions],
  ])('names %s when it cannot be', (argument, options) => {
    let named = '';
    enqueue(world.client().zk, '/q', null, options).subscribe({
      error: (error: { argument: string }) => (named = error.argument),
    });
    expect(named).toBe(argument);
  });

  it('whatever happens: none is lost, none is moved twice, and none comes early', () => {
    const step = fc.record({
      kind: fc.constantFrom('cut', 'heal', 'expire', 'drop', 'lose', 'nothing'),
      who: fc.nat({ max: 2 }),
      wait: fc.integer({ min: 1, max: 2000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 20 }), (steps) => {
        let lose = 0;
        world = new VirtualWorld({
          faults: ({ operation }) => (operation === 'multi' && lose > 0 ? (lose--, 'cutAfter') : undefined),
        });
        const clients = [world.client(), world.client(), world.client()];
        const producer = world.client();
        for (let i = 0; i < 12; i++) put(producer, String(i), { delay: 1000 + i * 700 });
        world.time.advance(50);
        const begun = new Map<string, number[]>();
        for (const { zk } of clients) {
          const note = ({ data }: Item) => (
            begun.set(String(data), [...(begun.get(String(data)) ?? []), world.time.now()]),
            []
          );
          consume(zk, '/q', note, { now })
            .pipe(retry({ delay: () => timer(200, world.time) }))
            .subscribe();
        }
        for (const { kind, who, wait } of steps) {
          if (kind === 'lose') lose++;
          befall(world, clients, { kind: kind === 'lose' ? 'nothing' : kind, who, wait });
        }
        settle(world, clients);
        expect([...begun.keys()].map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i));
        for (const [item, times] of begun) expect(Math.min(...times)).toBeGreaterThanOrEqual(1000 + Number(item) * 700);
        // each was put in once, and taken out once
        expect(world.server.tree().get('/q/entries')?.stat.cversion).toBe(24);
        expect(folders()).toEqual([0, 0, 0]);
      }),
      { numRuns: 25 }
    );
  });
});
