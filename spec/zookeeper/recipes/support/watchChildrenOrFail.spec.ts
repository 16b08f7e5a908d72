import { describe, expect, it } from '@jest/globals';
import {
  type ZooKeeper,
  consume,
  setPartitioner,
  simpleQueue,
  watchContenders,
  watchInstances,
  watchParty,
} from '../../../../lib/index.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

/** Everybody may create below, and only its owner may read. */
const closedTo = (zk: ZooKeeper, path: string) =>
  zk
    .create(path, null, {
      parents: true,
      acl: [
        { permissions: 4, scheme: 'world', id: 'anyone' },
        { permissions: 31, scheme: 'digest', id: 'me:KOGsv9dVoWSeU4spRCxVdNMZNpY=' },
      ],
    })
    .subscribe();

describe('a list that may not be read', () => {
  it.each<[string, string, (zk: ZooKeeper) => { subscribe: unknown }]>([
    ['a party', '/p', (zk) => watchParty(zk, '/p')],
    ['contenders', '/p', (zk) => watchContenders(zk, '/p')],
    ['instances', '/p/s', (zk) => watchInstances(zk, '/p', 's')],
    ['a queue', '/p/entries', (zk) => consume(zk, '/p', () => [])],
    ['a simple queue', '/p', (zk) => simpleQueue(zk, '/p').take()],
    ['a partition', '/p/party', (zk) => setPartitioner(zk, '/p', ['a'], { settle: 10 })],
  ])('is an error, and not an empty one: %s', (_, path, recipe) => {
    const world = new VirtualWorld();
    const { zk } = world.client();
    world.after(10);
    closedTo(zk, path);
    world.after(10);
    world.watch('it', recipe(zk) as never, () => 'something');
    expect(world.after(1000).filter((line) => line !== 'it something')).toEqual(['it ! NO_AUTH']);
  });
});

describe('the end of a client', () => {
  it('is seen by a watch that begins in the very moment', () => {
    const world = new VirtualWorld();
    const { zk } = world.client();
    world.after(10);
    zk.watch('/a').subscribe({ complete: () => void world.watch('late', zk.watch('/b')) });
    world.after(10);
    void zk.close();
    expect(world.after(1000)).toEqual(['late ! CLOSED']);
  });
});
