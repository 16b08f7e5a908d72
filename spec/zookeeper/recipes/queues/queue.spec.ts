import { beforeEach, describe, expect, it } from '@jest/globals';
import { EMPTY, concat, defer, finalize, ignoreElements, of, retry, throwError, timer } from 'rxjs';
import { type Item, LeaseError, consume, enqueue } from '../../../../lib/index.js';
import type { ZooKeeperFaultRequest } from '../../../../lib/testing/index.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));

const text = ({ data }: Item) => String(data);
/** Work that takes so long, and says when it is done. */
const taking = (ms: number) => (item: Item) => concat(timer(ms, world.time).pipe(ignoreElements()), of(text(item)));
const fill = (count: number, priority?: number) => {
  const { zk } = world.client();
  for (let i = 0; i < count; i++)
    enqueue(zk, '/q', Buffer.from(`${priority ?? ''}${i}`), priority === undefined ? {} : { priority }).subscribe();
  world.time.advance(100);
};

describe('a queue', () => {
  it('is worked off in the order of priority and of arrival, and is empty then', () => {
    fill(2);
    fill(2, 5);
    world.watch('done', consume(world.client().zk, '/q', taking(10)));
    expect(world.after(1000)).toEqual(['done 50', 'done 51', 'done 0', 'done 1']);
    expect([world.children('/q/entries'), world.children('/q/taken')]).toEqual([[], []]);
  });

  it('gives every item to one of many, who wait for more', () => {
    const clients = [world.client(), world.client(), world.client()];
    for (const { zk } of clients) world.watch('done', consume(zk, '/q', taking(7)));
    world.after(100);
    fill(30);
    const done = world.after(3000).map((line) => Number(line.split(' ')[1]));
    expect(done.sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i));
  });

  it('gives an item to another when its session is lost, and ends the work on it', () => {
    const [a, b] = [world.client(), world.client()];
    fill(1);
    world.watch(
      'a',
      consume(a.zk, '/q', (item) => taking(5000)(item).pipe(finalize(() => world.log.push('a ended'))))
    );
    world.after(100);
    world.watch('b', consume(b.zk, '/q', taking(10)));
    world.after(100);
    world.server.expire(a.zk.ticket.id);
    expect(world.after(1000)).toEqual(['b 0', 'a ended']);
    expect(world.after(10_000)).toEqual([]);
  });

  it('has an item again when the work fails, or is left', () => {
    fill(1);
    const { zk } = world.client();
    let attempts = 0;
    const flaky = (item: Item) =>
      defer(() => (++attempts < 3 ? throwError(() => new Error('not today')) : of(text(item))));
    const left = consume(world.client().zk, '/q', taking(60_000)).subscribe();
    world.after(100);
    left.unsubscribe();
    world.after(100);
    world.watch('done', consume(zk, '/q', flaky).pipe(retry(5)));
    expect([world.after(1000), attempts, world.children('/q/entries')]).toEqual([['done 0'], 3, []]);
  });

  it.each([
    [
      'taking it',
      ({ operation, path }: ZooKeeperFaultRequest) => operation === 'create2' && path?.startsWith('/q/taken/') === true,
    ],
    ['marking it as done', ({ operation, path }: ZooKeeperFaultRequest) => operation === 'multi' && path === undefined],
  ])('loses no item, and gives none twice, when the reply to %s is lost', (_, matches) => {
    let losses = 0;
    world = new VirtualWorld({
      faults: (request) => (matches(request) && losses < 2 ? (losses++, 'cutAfter') : undefined),
    });
    fill(5);
    world.watch('done', consume(world.client().zk, '/q', taking(10)));
    expect(world.after(20_000).sort()).toEqual(['done 0', 'done 1', 'done 2', 'done 3', 'done 4']);
    expect([losses, world.children('/q/entries'), world.children('/q/taken')]).toEqual([2, [], []]);
  });

  it('leaves alone what another has taken since, when its session was lost', () => {
    const [a, b] = [world.client(), world.client()];
    fill(1);
    world.watch('a', consume(a.zk, '/q', taking(20_000)));
    world.after(100);
    world.watch('b', consume(b.zk, '/q', taking(10_000)));
    world.after(100);
    a.cut();
    world.after(6000);
    a.heal();
    expect(world.after(30_000)).toEqual(['b 0']);
  });

  it('goes on with the next session, when one is lost while an item is being taken', () => {
    let taken = 0;
    world = new VirtualWorld({
      faults: ({ operation, path }) =>
        operation === 'create2' && path?.startsWith('/q/taken/') === true && taken++ === 0
          ? (a.cut(), 'cut')
          : undefined,
    });
    const a = world.client();
    world.watch('a', consume(a.zk, '/q', taking(10)));
    fill(1);
    world.after(6000);
    a.heal();
    expect([world.after(10_000), taken > 1]).toEqual([['a 0'], true]);
  });

  it.each(['LEASE_LOST', 'NOT_ACQUIRED'] as const)('takes an error of the work for one of the work: %s', (code) => {
    fill(1);
    world.watch(
      'a',
      consume(world.client().zk, '/q', () => throwError(() => new LeaseError(code, 'of another')))
    );
    expect([world.after(1000), world.children('/q/taken'), world.children('/q/entries').length]).toEqual([
      [`a ! ${code}`],
      [],
      1,
    ]);
  });

  it('is left at once by who waits for an item, and takes none then', () => {
    const { zk } = world.client();
    let watches = 0;
    world.after(10);
    zk.diagnostics$.subscribe((each) => each.kind === 'rearmed' && (watches = each.watches));
    consume(zk, '/q', taking(10)).subscribe().unsubscribe();
    const left = consume(zk, '/q', taking(10)).subscribe();
    world.after(100);
    left.unsubscribe();
    const takings: unknown[] = [];
    zk.events$.subscribe((event) => takings.push(event));
    fill(1);
    world.server.drop();
    expect([world.after(3000), watches, takings]).toEqual([[], 0, []]);
  });

  it('completes when its client is closed: during the work, by the work, and beside another at the same lists', () => {
    for (const close of ['over the work', 'by the work']) {
      const { zk } = world.client();
      fill(3);
      const work = () =>
        close === 'over the work' ? timer(50, world.time).pipe(ignoreElements()) : (void zk.close(), EMPTY);
      for (const name of ['a', 'b']) world.watch(name, consume(zk, '/q', work).pipe(retry()));
      world.time.advance(20);
      void zk.close();
      expect(world.after(5000).sort()).toEqual(['a |', 'b |']);
    }
  });

  it('names a priority that does not exist', () => {
    let argument = '';
    enqueue(world.client().zk, '/q', null, { priority: 1000 }).subscribe({
      error: (error: { argument: string }) => (argument = error.argument),
    });
    expect(argument).toBe('options.priority');
  });
});
