import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  consume,
  doubleBarrier,
  joinParty,
  lock,
  setPartitioner,
  readWriteLock,
  simpleQueue,
  watchContenders,
  watchParty,
} from '../../../../lib/index.js';
import { NODE_NAMINGS, contenders, wordOf } from '../../../../lib/zookeeper/recipes/locks/contenders.js';
import { delayedInOrder, entriesInOrder } from '../../../../lib/zookeeper/recipes/queues/entriesInOrder.js';
import { CONTENTIONS } from '../../../helpers/contending.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

const UUID = '0f8fad5b-d9cb-469f-a165-70867728950e';
const ID = UUID.replaceAll('-', '');
const MARKED = `_c_${UUID}-`;
const WORDS = [...new Set(Object.values(NODE_NAMINGS).flatMap((layout) => Object.values(layout)))];

describe('the name of a node that contends', () => {
  it.each([
    ['lock-0000000001', 'lock-'],
    [`${MARKED}lock-0000000001`, 'lock-'],
    [`_c_${ID}-lock-0000000001`, 'lock-'], // go-zk's
    [`${MARKED}lock--2147483648`, 'lock-'],
    [`${MARKED}__READ__-000000007`, '__READ__'],
    [`${MARKED}__lock__2147483647`, '__lock__'],
    [`${ID}__lock__0000000003`, '__lock__'],
    [`${ID}__rlock__0000000003`, '__rlock__'],
  ])('is told by the word in it: %s', (name, word) => expect(wordOf(name)).toBe(word));

  it.each([
    'block-0000000001',
    'lock-',
    'lock',
    'lock-1',
    'lock-00000000001',
    'lock-0000000001x',
    'lock-2147483648',
    'lock--0000000001x',
    'my-lock-0000000001',
    `${ID}lock-0000000001`,
    '_c_-lock-0000000001',
    `${MARKED}block-0000000001`,
    `${MARKED}lock-lock-0000000001`,
    'x__lock__0000000001',
    'lock-config-0000000001',
    '',
  ])('is not a name that only contains a word: %s', (name) => expect(wordOf(name)).toBeUndefined());

  it('is taken whole: whatever stands before or behind makes it the name of something else', () => {
    const parts = fc.tuple(
      fc.stringMatching(/^[a-z_-]{0,6}$/),
      fc.constantFrom(...WORDS),
      fc.stringMatching(/^[a-z0-9-]{0,6}$/)
    );
    fc.assert(
      fc.property(parts, ([before, word, behind]) => {
        const fits = contenders('/p', [`${before}${word}0000000007${behind}`], WORDS).length;
        expect(fits).toBe(before === '' && behind === '' ? 1 : 0);
      })
    );
  });
});

describe('the names of items', () => {
  const entries = [
    'entry-100-0000000009',
    'entry-100-2147483647',
    'entry-100--2147483648',
    'entry-100--000000001',
    'entry-101-0000000000',
  ];
  it('are in the order of their priorities, and then of their numbers', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(entries), (some) =>
        expect(
          entriesInOrder([
            ...some,
            'entry-100-',
            'reentry-100-0000000001',
            'entry-100-0000000001.tmp',
            'entry-1-0000000001',
          ])
        ).toEqual(entries.filter((each) => some.includes(each)))
      )
    );
  });

  it('are in the order of their times first, where they are not due', () => {
    const delayed = [
      'entry-101-|0000000000FE|0000000009',
      'entry-100-|0000000000FF|2147483647',
      'entry-100-|0000000000FF|-2147483648',
      'entry-101-|0000000000FF|0000000001',
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(delayed), (some) =>
        expect(
          delayedInOrder([...some, 'entry-100-|0000000000FF|', 'entry-100-|FF|0000000001']).map(({ name }) => name)
        ).toEqual(delayed.filter((each) => some.includes(each)))
      )
    );
    expect(delayedInOrder(delayed)[0]).toEqual({ name: delayed[0], priority: 101, at: 254, sequence: 9 });
  });
});

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));

/** Nodes of others, with the lowest numbers. */
function strew(path: string, ...names: string[]): void {
  const { zk } = world.client();
  for (const name of names) zk.create(`${path}/${name}`, Buffer.from('foreign'), { parents: true }).subscribe();
  world.after(100);
}

describe.each(CONTENTIONS)('%s', (_, { contend }) => {
  it('is not held up by nodes whose names only contain its words', () => {
    strew(
      '/l',
      ...WORDS.map((word) => `b${word}0000000000`),
      ...WORDS.map((word) => `${word}0000000000.old`),
      ...WORDS.map((word) => `${word}7`)
    );
    world.watch('a', contend(world.client().zk, '/l'));
    expect(world.after(500)).toEqual(['a held']);
  });
});

describe('nodes of others in the folder of a recipe', () => {
  it('are no readers, and no writers', () => {
    strew('/rw', `${MARKED}__READ__x__WRIT__0000000000`);
    world.watch('r', readWriteLock(world.client().zk, '/rw').read$, () => 'held');
    world.watch('list', watchContenders(world.client().zk, '/rw'), (all) => String(all.length));
    expect(world.after(500).sort().slice(-2)).toEqual(['list 1', 'r held']);
  });

  it('are no items of a queue', () => {
    strew('/q/entries', 'entry-', 'lock-0000000000', 'entry-000-0000000000.tmp');
    strew('/q/delayed', 'entry-000-|000000000000|x');
    strew('/s', 'entry-x', 'entry-000-00000000000');
    const { zk } = world.client();
    world.watch(
      'work',
      consume(zk, '/q', ({ name }) => [name])
    );
    world.watch('take', simpleQueue(zk, '/s').take());
    expect(world.after(1000)).toEqual([]);
    world.watch('put', simpleQueue(zk, '/s').put(null));
    expect(world.after(100)).toEqual(['put entry-100-0000000002', 'put |', 'take [object Object]', 'take |']);
  });

  it('get no share of what is divided', () => {
    strew('/set/party', 'ann', 'x-ann', 'lock-0000000000', `${ID}`);
    world.watch('a', setPartitioner(world.client().zk, '/set', ['1', '2'], { name: 'bob' }), (parts) =>
      parts.map(({ item }) => item).join()
    );
    expect(world.after(5000).at(-1)).toBe('a 1,2');
  });

  it('have not come to a double barrier', () => {
    strew('/b', 'lock-0000000000', 'config');
    world.watch('a', doubleBarrier(world.client().zk, '/b', 2), () => 'in');
    expect(world.after(1000)).toEqual([]);
    world.watch('b', doubleBarrier(world.client().zk, '/b', 2), () => 'in');
    expect(world.after(1000).sort()).toEqual(['a in', 'b in']);
  });

  it('are no members of a party, if they contend for something', () => {
    const { zk } = world.client();
    lock(zk, '/p').subscribe();
    joinParty(zk, '/p').subscribe();
    world.after(100);
    world.watch('party', watchParty(world.client().zk, '/p'), (members) =>
      members.map(({ name }) => name.slice(32)).join()
    );
    expect(world.after(100)).toEqual(['party __party__']);
  });
});
