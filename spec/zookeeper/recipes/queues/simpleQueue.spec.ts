import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { concat, repeat, retry, tap, timer } from 'rxjs';
import { type Item, simpleQueue } from '../../../../lib/index.js';
import type { ZooKeeperFaultRequest } from '../../../../lib/testing/index.js';
import { befall, settle } from '../../../helpers/misfortunes.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));

const text = ({ data }: Item) => String(data);
const fill = (...items: string[]) => {
  const queue = simpleQueue(world.client().zk, '/q');
  concat(...items.map((item) => queue.put(Buffer.from(item)))).subscribe();
  world.time.advance(100);
};
const removal = ({ operation, path }: ZooKeeperFaultRequest) =>
  operation === 'delete' && path?.startsWith('/q/') === true;

describe('a simple queue', () => {
  it('gives its items in the order of priority and of arrival, each to one', () => {
    const { zk } = world.client();
    const queue = simpleQueue(zk, '/q');
    fill('a', 'b');
    queue.put(Buffer.from('urgent'), { priority: 5 }).subscribe();
    world.time.advance(50);
    world.watch('q', queue.take().pipe(repeat(3)), text);
    expect([world.after(200), world.children('/q')]).toEqual([['q urgent', 'q a', 'q b', 'q |'], []]);
  });

  it('gives every item to one of many, who wait for more', () => {
    for (const name of ['a', 'b', 'c'])
      world.watch(name, simpleQueue(world.client().zk, '/q').take().pipe(repeat()), text);
    expect(world.after(100)).toEqual([]);
    fill(...Array.from({ length: 30 }, (_, i) => String(i)));
    const given = world.after(3000).map((line) => Number(line.split(' ')[1]));
    expect(given.sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i));
  });

  it('is not waited for longer than is said, or not at all', () => {
    const queue = simpleQueue(world.client().zk, '/q');
    world.watch('now', queue.take({ timeout: 0 }), text);
    world.watch('soon', queue.take({ timeout: 500 }), text);
    expect([world.after(400), world.after(200)]).toEqual([['now |'], ['soon |']]);
    fill('a');
    world.watch('now', queue.take({ timeout: 0 }), text);
    expect(world.after(100)).toEqual(['now a', 'now |']);
  });

  it('gives an item that is being taken out when the wait ends', () => {
    world = new VirtualWorld({ faults: (request) => (removal(request) ? { delay: 1000 } : undefined) });
    fill('a');
    world.watch('q', simpleQueue(world.client().zk, '/q').take({ timeout: 500 }), text);
    expect([world.after(900), world.after(1000)]).toEqual([[], ['q a', 'q |']]);
  });

  it('gives nothing more when it is left, and takes nothing out', () => {
    const queue = simpleQueue(world.client().zk, '/q');
    world.watch('q', queue.take(), text).unsubscribe();
    fill('a');
    expect([world.after(1000), world.children('/q').length]).toEqual([[], 1]);
  });

  it('takes an item out once the link is back, when it was cut before the removal came through', () => {
    let cuts = 0;
    world = new VirtualWorld({ faults: (request) => (removal(request) && cuts++ === 0 ? 'cut' : undefined) });
    fill('a', 'b');
    world.watch('q', simpleQueue(world.client().zk, '/q').take().pipe(repeat()), text);
    expect(world.after(5000)).toEqual(['q a', 'q b']);
  });

  it('says that it does not know, when the reply is lost and the item gone, and gives the next', () => {
    let cuts = 0;
    world = new VirtualWorld({ faults: (request) => (removal(request) && cuts++ === 0 ? 'cutAfter' : undefined) });
    fill('a', 'b');
    const errors: unknown[] = [];
    const take$ = simpleQueue(world.client().zk, '/q')
      .take()
      .pipe(tap({ error: ({ code, effect, path }) => errors.push([code, effect, path]) }));
    world.watch('q', take$.pipe(retry(1)), text);
    expect([world.after(5000), errors]).toEqual([
      ['q b', 'q |'],
      [['CONNECTION_LOST', 'unknown', '/q/entry-100-0000000000']],
    ]);
  });

  it('says so too when the session is lost over it', () => {
    world = new VirtualWorld({ faults: (request) => (removal(request) ? (cut(), 'cutAfter') : undefined) });
    const { zk, cut, heal } = world.client();
    fill('a');
    world.watch('q', simpleQueue(zk, '/q').take(), text);
    const seen = world.after(3500);
    heal();
    expect([seen, world.after(10_000), world.children('/q')]).toEqual([[], ['q ! CONNECTION_LOST'], []]);
  });

  it.each([
    ['gives the item that is being taken out', 'delete', undefined, 'a', []],
    ['names the item in doubt', 'delete', 'cutAfter', '! unknown /q/entry-100-0000000000', []],
    ['takes nothing out', 'getData', undefined, '! none undefined', ['entry-100-0000000000']],
  ] as const)('%s when its client is closed over a %s (%s)', (_, closer, fault, said, left) => {
    world = new VirtualWorld({
      faults: ({ operation }) => {
        if (operation !== closer) return undefined;
        world.time.schedule(() => void zk.close());
        return fault;
      },
    });
    const { zk } = world.client();
    fill('a');
    simpleQueue(zk, '/q')
      .take()
      .subscribe({
        next: (item) => world.log.push(text(item)),
        error: ({ effect, path }) => world.log.push(`! ${effect} ${path}`),
      });
    expect([world.after(5000), world.children('/q')]).toEqual([[said], left]);
  });

  it('goes on with the next session when one is lost in the wait', () => {
    const { zk } = world.client();
    world.watch('q', simpleQueue(zk, '/q').take(), text);
    world.after(100);
    world.server.expire(zk.ticket.id);
    world.after(1000);
    fill('a');
    expect(world.after(1000)).toEqual(['q a', 'q |']);
  });

  it('goes on with the next session when one is lost before an item was asked for', () => {
    let cuts = 0;
    world = new VirtualWorld({
      faults: ({ operation }) => (operation === 'getData' && cuts++ === 0 ? (cut(), 'cut') : undefined),
    });
    const { zk, cut, heal } = world.client();
    fill('a');
    world.watch('q', simpleQueue(zk, '/q').take(), text);
    world.time.advance(8000);
    heal();
    expect(world.after(10_000)).toEqual(['q a', 'q |']);
  });

  it('comes to an end when its client is closed, however often an item is asked for', () => {
    const { zk } = world.client();
    const takes$ = simpleQueue(zk, '/q').take().pipe(repeat());
    for (const name of ['a', 'b']) world.watch(name, takes$, text);
    world.after(100);
    void zk.close();
    expect(world.after(5000).sort()).toEqual(['a ! CLOSED', 'b ! CLOSED']);
    world.watch('late', takes$, text);
    expect(world.after(0)).toEqual(['late ! CLOSED']);
  });

  it('gives an item without an error to one who closes the client when it comes', () => {
    const { zk } = world.client();
    fill('a');
    simpleQueue(zk, '/q')
      .take()
      .pipe(tap(() => void zk.close()))
      .subscribe({
        next: (item) => world.log.push(text(item)),
        error: ({ code }: { code: string }) => world.log.push(`! ${code}`),
        complete: () => world.log.push('|'),
      });
    expect(world.after(200)).toEqual(['a', '|']);
  });

  it('takes no notice of other nodes, and passes over one that somebody deletes', () => {
    const { zk } = world.client();
    zk.create('/q/zzz', null, { parents: true }).subscribe();
    fill('a', 'b');
    zk.delete('/q/entry-100-0000000001').subscribe();
    world.time.advance(50);
    world.watch('q', simpleQueue(zk, '/q').take().pipe(repeat()), text);
    expect([world.after(1000), world.children('/q')]).toEqual([['q b'], ['zzz']]);
  });

  it('errors with what the server refuses, and names what cannot be', () => {
    const { zk } = world.client();
    let named: string[] = [];
    const note = {
      error: ({ argument, code }: { argument?: string; code: string }) => void named.push(argument ?? code),
    };
    simpleQueue(zk, '/q').take({ timeout: -1 }).subscribe(note);
    simpleQueue(zk, '/q').put(null, { priority: 1000 }).subscribe(note);
    simpleQueue(zk, 'q').put(null).subscribe(note);
    expect(named).toEqual(['options.timeout', 'options.priority', 'path']);
    named = [];
    zk.create('/q', null, { acl: [{ scheme: 'world', id: 'anyone', permissions: 1 }] }).subscribe();
    world.time.advance(50);
    simpleQueue(zk, '/q').put(null).subscribe(note);
    world.time.advance(50);
    expect(named).toEqual(['NO_AUTH']);
  });

  it('whatever happens: what was put is given once, or is there, or its loss was said', () => {
    const step = fc.record({
      kind: fc.constantFrom('cut', 'heal', 'expire', 'drop', 'lose', 'nothing'),
      who: fc.nat({ max: 2 }),
      wait: fc.integer({ min: 1, max: 2000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 25 }), (steps) => {
        let lose = 0;
        world = new VirtualWorld({
          faults: (request) => (removal(request) && lose > 0 ? (lose--, 'cutAfter') : undefined),
        });
        const clients = [world.client(), world.client(), world.client()];
        const [put, given, doubtful] = [new Set<string>(), [] as string[], new Set<string>()];
        const producer = simpleQueue(world.client().zk, '/q');
        for (const { zk } of clients) {
          const again = tap<Item>({
            error: ({ effect, path }: { effect: string; path: string }) =>
              void (effect === 'unknown' && doubtful.add(path.slice(3))),
          });
          simpleQueue(zk, '/q')
            .take()
            .pipe(again, retry({ delay: () => timer(50, world.time) }), repeat())
            .subscribe(({ name }) => given.push(name));
        }
        for (const { kind, who, wait } of steps) {
          for (let i = 0; i < 3; i++)
            producer.put(null).subscribe({ next: (name) => put.add(name), error: () => undefined });
          if (kind === 'lose') lose++;
          befall(world, clients, { kind: kind === 'lose' ? 'nothing' : kind, who, wait });
        }
        settle(world, clients);
        expect(new Set(given).size).toBe(given.length);
        expect([...put].filter((name) => !given.includes(name) && !doubtful.has(name))).toEqual([]);
        expect(world.children('/q')).toEqual([]);
      }),
      { numRuns: 25 }
    );
  });
});
