import { beforeEach, describe, expect, it } from '@jest/globals';
import { CREATOR_ALL_ACL, type CreateOrSetOptions, type ZooKeeper, utf8 } from '../../../lib/index.js';
import { retryIf } from '../../../lib/operators/index.js';
import type { ZooKeeperFault, ZooKeeperFaultRequest } from '../../../lib/testing/index.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

let world: VirtualWorld;
let blows: (readonly [string, ZooKeeperFault])[];
beforeEach(() => {
  blows = [];
  world = new VirtualWorld({
    faults({ operation, path }: ZooKeeperFaultRequest) {
      return blows[0]?.[0] === `${operation} ${path}` ? blows.shift()![1] : undefined;
    },
  });
});

const put = (zk: ZooKeeper, path: string, text: string, options?: CreateOrSetOptions) =>
  zk.createOrSet(path, text, { ...options, codec: utf8 }).subscribe({
    next: (node) => world.log.push(`${node.created ? 'created' : 'set'} ${node.path} ${node.stat?.version}`),
    error: ({ code, effect, operation }: Record<string, string>) => world.log.push(`${operation}: ${code} ${effect}`),
  });
const textOf = (path: string) => String(world.server.tree().get(path)?.data);

describe('createOrSet', () => {
  it('creates a node, and from then on sets it', () => {
    const { zk } = world.client();
    put(zk, '/a', 'x');
    put(zk, '/b/c', 'y', { parents: true });
    world.after(100);
    put(zk, '/a', 'z');
    put(zk, '/a', 'late', { version: 7 });
    put(zk, '/new', 'w', { version: 7, mode: 'ephemeral' });
    expect(world.after(100)).toEqual(['set /a 1', 'createOrSet: BAD_VERSION none', 'created /new 0']);
    expect(['/a', '/b/c', '/new'].map(textOf)).toEqual(['z', 'y', 'w']);
  });

  it('says that a parent is missing, and refuses a mode that makes a new node each time', () => {
    const { zk } = world.client();
    put(zk, '/no/a', 'x');
    put(zk, '/a', 'x', { mode: 'persistentSequential' as never });
    expect(world.after(100).sort()).toEqual(['createOrSet: NO_NODE none', 'createOrSet: USAGE none']);
  });

  it('sets a node that another makes meanwhile, and makes one that another deletes', () => {
    const { zk } = world.client();
    const other = world.client().zk;
    world.after(100);
    const make = () => void other.create('/a', null).subscribe();
    blows = [['create2 /a', { delay: 20 }]];
    put(zk, '/a', 'x');
    world.time.schedule(make, 5);
    expect([world.after(100), textOf('/a')]).toEqual([['set /a 1'], 'x']);
    blows = [['setData /a', { delay: 20 }]];
    put(zk, '/a', 'y');
    world.time.schedule(() => void other.delete('/a').subscribe(), 5);
    expect([world.after(100), textOf('/a')]).toEqual([['created /a 0'], 'y']);
  });

  it('sets a node whose parent is denied to it', () => {
    const ann = world.client({ auth: [{ scheme: 'digest', auth: 'ann:secret' }] }).zk;
    ann.create('/own', null, { acl: CREATOR_ALL_ACL }).subscribe();
    ann.create('/own/a', null).subscribe();
    const { zk } = world.client();
    world.after(100);
    put(zk, '/own/a', 'x');
    put(zk, '/own/b', 'x');
    expect(world.after(100).sort()).toEqual(['createOrSet: NO_AUTH none', 'set /own/a 1']);
  });

  it.each(['create2', 'setData'])(
    'has an unknown effect when the reply to its %s is lost, and is not sent again',
    (what) => {
      const { zk } = world.client();
      if (what === 'setData') zk.create('/a').subscribe();
      world.after(100);
      blows = [[`${what} /a`, 'cutAfter']];
      put(zk, '/a', 'x');
      expect([world.after(5000), textOf('/a')]).toEqual([['createOrSet: CONNECTION_LOST unknown'], 'x']);
      blows = [['setData /a', 'cutAfter']];
      world.watch(
        'idempotent',
        zk.createOrSet('/a', null).pipe(retryIf({ idempotent: true, scheduler: world.time })),
        ({ created }) => String(created)
      );
      expect(world.after(5000)).toEqual(['idempotent false', 'idempotent |']);
    }
  );
});
