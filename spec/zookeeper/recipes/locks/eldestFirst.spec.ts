import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { of } from 'rxjs';
import {
  consume,
  enqueue,
  lock,
  setPartitioner,
  semaphore,
  simpleQueue,
  watchContenders,
} from '../../../../lib/index.js';
import {
  byCreation,
  bySequence,
  eldestFirst,
  sequenceIn,
} from '../../../../lib/zookeeper/recipes/locks/eldestFirst.js';
import { CONTENTIONS } from '../../../helpers/contending.js';
import { LAST_NUMBER, worldThatCounts } from '../../../helpers/numbered.js';

const numbered = (sequence: number, name = `n${sequence}`) => ({ name, path: `/p/${name}`, sequence });

describe('a number that a server appended', () => {
  it.each([
    ['0000000000', 0],
    ['2147483647', LAST_NUMBER],
    ['-2147483648', -(2 ** 31)],
    ['-000000001', -1],
  ])('is read: %s', (digits, number) => {
    expect(sequenceIn(digits)).toBe(number);
  });

  it.each(['2147483648', '-2147483649', '000000001', '00000000001', '-00000001', '', '-', '12345-7890', 'x0000000001'])(
    'is nothing else: %j',
    (digits) => {
      expect(sequenceIn(digits)).toBeUndefined();
    }
  );
});

describe('the order of numbers', () => {
  it('goes on from the last positive one to the negative ones', () => {
    const all = [
      0,
      9,
      10,
      999_999_999,
      1_000_000_000,
      LAST_NUMBER - 1,
      LAST_NUMBER,
      -(2 ** 31),
      -2_000_000_000,
      -1_000_000_000,
      -999_999_999,
      -10,
      -1,
    ].map((n) => numbered(n));
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: 2 }), (some) =>
        expect([...some].sort(bySequence)).toEqual(all.filter((each) => some.includes(each)))
      )
    );
  });

  it('is that of creation, whatever the numbers are, once a parent has run out of them', () => {
    const numbers = fc.array(fc.constantFrom(LAST_NUMBER, -(2 ** 31), -(2 ** 31) + 1, -1, 5, LAST_NUMBER - 1), {
      minLength: 2,
      maxLength: 6,
    });
    fc.assert(
      fc.property(
        numbers.filter((all) => all.some((n) => n < 0 || n === LAST_NUMBER)),
        (sequences) => {
          const nodes = sequences.map((sequence, i) => numbered(sequence, `n${i}`));
          const exists = (path: string) => of({ czxid: BigInt(path.slice('/p/n'.length)) } as never);
          let order: readonly { name: string }[] = [];
          eldestFirst({ exists }, [...nodes].reverse()).subscribe((found) => (order = found));
          expect(order.map(({ name }) => name)).toEqual(nodes.map(({ name }) => name));
        }
      )
    );
  });

  it('asks for nothing while the numbers tell', () => {
    let order: readonly unknown[] = [];
    eldestFirst({} as never, [numbered(3), numbered(1)]).subscribe((found) => (order = found));
    expect(order).toEqual([numbered(1), numbered(3)]);
  });

  it('is told by the numbers within one transaction', () => {
    const [a, b] = [
      { ...numbered(LAST_NUMBER), czxid: 7n },
      { ...numbered(-(2 ** 31)), czxid: 7n },
    ];
    expect([b, a].sort(byCreation)).toEqual([a, b]);
  });
});

describe.each(CONTENTIONS)('below a parent that has numbered 2^31 nodes, %s', (_, { contend, rival }) => {
  it('is held by one at a time, first come first served', () => {
    const world = worldThatCounts({ '/l': LAST_NUMBER - 2 });
    const clients = Array.from({ length: 12 }, () => world.client());
    world.after(100);
    const subscriptions = clients.map(({ zk }, i) => {
      const subscription = world.watch(String(i), (i % 2 === 0 ? contend : rival)(zk, '/l'));
      world.time.advance(20);
      return subscription;
    });
    expect([world.after(5000), world.children('/l').length]).toEqual([['0 held'], 12]);
    for (const [i, subscription] of subscriptions.entries()) {
      subscription.unsubscribe();
      expect(world.after(100)).toEqual(i + 1 < clients.length ? [`${i + 1} held`] : []);
    }
  });
});

describe('below a parent that has numbered 2^31 nodes', () => {
  it('a semaphore is held by as many as it has leases', () => {
    const world = worldThatCounts({ '/s': LAST_NUMBER - 1 });
    const clients = Array.from({ length: 6 }, () => world.client());
    world.after(100);
    const subscriptions = clients.map(
      ({ zk }, i) => (world.time.advance(20), world.watch(String(i), semaphore(zk, '/s', 2), () => 'held'))
    );
    expect(world.after(1000)).toEqual(['0 held', '1 held']);
    subscriptions[0]!.unsubscribe();
    expect(world.after(100)).toEqual(['2 held']);
  });

  it('the one who waits longest is shown first: an old node comes before a new one, whatever its number', () => {
    const world = worldThatCounts({ '/l': 0 });
    const { zk } = world.client();
    for (const [i, number] of ['-2147483640', '2147483647', '-2147483647'].entries())
      zk.create(`/l/lock-${number}`, Buffer.from(String(i))).subscribe();
    world.after(100);
    world.watch('list', watchContenders(zk, '/l'), (all) => all.map(({ data }) => String(data)).join());
    world.watch('own', lock(world.client().zk, '/l', { timeout: 500 }), () => 'held');
    expect(world.after(1000).slice(0, 1)).toEqual(['list 0,1,2']);
    expect(world.children('/l').length).toBe(3);
  });

  it('a semaphore, a partition and both kinds of queue go on', () => {
    const world = worldThatCounts({
      '/set': 0,
      '/set/locks': 0,
      '/set/locks/a': LAST_NUMBER,
      '/q': 0,
      '/q/entries': LAST_NUMBER - 1,
      '/q/delayed': LAST_NUMBER - 1,
      '/s': LAST_NUMBER - 1,
    });
    const [{ zk }, b] = [world.client(), world.client()];
    for (const [name, client] of [
      ['ann', zk],
      ['bob', b.zk],
    ] as const)
      world.watch(name, setPartitioner(client, '/set', ['a'], { name }), (parts) => String(parts.length));
    expect(world.after(5000).filter((line) => line.endsWith('1'))).toEqual(['ann 1']);
    const worked: string[] = [];
    for (const data of ['1', '2', '3']) world.watch(data, enqueue(zk, '/q', Buffer.from(data)), () => 'in');
    world.watch(
      'later',
      enqueue(zk, '/q', Buffer.from('later'), { delay: 1000, now: () => world.time.now() }),
      () => 'in'
    );
    expect(world.after(100)).toEqual(['1 in', '1 |', '2 in', '2 |', '3 ! NUMBER_TAKEN', 'later in', 'later |']);
    world.after(1100); // nobody moves it in yet
    consume(zk, '/q', ({ data }) => (worked.push(String(data)), []), { now: () => world.time.now() }).subscribe();
    world.after(30_000);
    expect(worked).toEqual(['1', '2', 'later']);
    for (const data of ['1', '2']) simpleQueue(zk, '/s').put(Buffer.from(data)).subscribe();
    for (const name of ['a', 'b']) world.watch(name, simpleQueue(zk, '/s').take(), ({ data }) => String(data));
    expect(
      world
        .after(100)
        .filter((line) => !line.endsWith('|'))
        .map((line) => line.slice(-1))
        .sort()
    ).toEqual(['1', '2']);
  });
});
