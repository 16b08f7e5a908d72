import { beforeEach, describe, expect, it } from '@jest/globals';
import { CREATOR_ALL_ACL, type EnsureOptions, OPEN_ACL, READ_ACL, type ZooKeeper } from '../../../lib/index.js';
import type { ZooKeeperFault, ZooKeeperFaultRequest } from '../../../lib/testing/index.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

let world: VirtualWorld;
let blows: (readonly [string, ZooKeeperFault])[];
let asked: string[];
beforeEach(() => {
  blows = [];
  asked = [];
  world = new VirtualWorld({
    faults({ operation, path }: ZooKeeperFaultRequest) {
      asked.push(`${operation} ${path}`);
      return blows[0]?.[0] === `${operation} ${path}` ? blows.shift()![1] : undefined;
    },
  });
});

const ensure = (zk: ZooKeeper, path: string, options?: EnsureOptions) =>
  zk.ensurePath(path, options).subscribe({
    next: () => world.log.push('there'),
    error: ({ code, effect, operation, path: at }: Record<string, string>) =>
      world.log.push(`${operation} ${at}: ${code} ${effect}`),
  });
const aclOf = (path: string) => world.server.tree().get(path)?.acl;
/** Made by somebody who lets others read only. */
const guarded = (...paths: string[]) => {
  const { zk } = world.client({ auth: [{ scheme: 'digest', auth: 'ann:secret' }] });
  for (const path of paths) zk.create(path, null, { acl: [...CREATOR_ALL_ACL, ...READ_ACL] }).subscribe();
  world.after(100);
  return zk;
};

describe('ensurePath', () => {
  it('makes the node and those above it, each with its ACL, and then leaves all as it is', () => {
    const { zk } = world.client();
    ensure(zk, '/a/b/c', { acl: READ_ACL });
    expect(world.after(100)).toEqual(['there']);
    expect(['/a', '/a/b', '/a/b/c'].map(aclOf)).toEqual([OPEN_ACL, OPEN_ACL, READ_ACL]);
    asked = [];
    ensure(zk, '/a/b/c');
    expect([world.after(100), asked]).toEqual([['there'], ['exists /a/b/c']]);
    ensure(zk, '/');
    expect(world.after(100)).toEqual(['there']);
  });

  it('makes the root that its client lives below', () => {
    const { zk } = world.client();
    ensure(zk.chroot('/x/y'), '/');
    ensure(zk.chroot('/v/w'), '/a');
    expect(world.after(100)).toEqual(['there', 'there']);
    expect(['/x/y', '/v/w/a'].map((path) => world.server.tree().has(path))).toEqual([true, true]);
  });

  it('is content with a node whose parent is denied to it, and says so where it is missing', () => {
    guarded('/own', '/own/a');
    const { zk } = world.client();
    ensure(zk, '/own/a');
    expect(world.after(100)).toEqual(['there']);
    ensure(zk, '/own/b');
    ensure(zk, '/own/c/d');
    expect(world.after(100)).toEqual(['ensurePath /own/b: NO_AUTH none', 'ensurePath /own/c: NO_AUTH none']);
  });

  it('is content with nodes that others make meanwhile, also where it may not make them itself', () => {
    const ann = guarded('/own');
    const { zk } = world.client();
    world.after(100);
    blows = [['create2 /own/a', { delay: 20 }]];
    ensure(zk, '/own/a');
    world.time.schedule(() => void ann.create('/own/a', null).subscribe(), 10);
    expect(world.after(200)).toEqual(['there']);
    blows = [['create2 /own/b', { delay: 20 }]];
    ensure(zk, '/own/b/c');
    world.time.schedule(() => void ann.create('/own/b', null).subscribe(), 10);
    expect([world.after(200), world.server.tree().has('/own/b/c')]).toEqual([['there'], true]);
  });

  it.each<[string, readonly (readonly [string, ZooKeeperFault])[]]>([
    ['of the look', [['exists /a/b', 'cutAfter']]],
    ['of a create', [['create2 /a/b', 'cutAfter']]],
    ['of a create above', [['create2 /a', 'cutAfter']]],
    [
      'of one after the other',
      [
        ['exists /a/b', 'cut'],
        ['create2 /a/b', 'cut'],
        ['create2 /a', 'cutAfter'],
        ['create2 /a/b', 'cutAfter'],
      ],
    ],
  ])('goes on over a lost reply %s', (_, given) => {
    const { zk } = world.client();
    world.after(50);
    blows = [...given];
    ensure(zk, '/a/b');
    expect([world.after(5000), world.server.tree().has('/a/b'), blows]).toEqual([['there'], true, []]);
  });

  it('lasts no longer than its timeout, and has the effect of what was sent', () => {
    const { zk, cut } = world.client();
    world.after(50);
    blows = [['create2 /a', 'cutAfter']];
    ensure(zk, '/a', { timeout: 300 });
    world.after(5);
    cut();
    expect([world.after(294), world.after(2)]).toEqual([[], ['ensurePath /a: TIMEOUT unknown']]);
  });

  it('does not wait for another link when requests do not', () => {
    const { zk } = world.client({ offline: 'fail' });
    world.after(50);
    blows = [['create2 /a', 'cutAfter']];
    ensure(zk, '/a');
    expect(world.after(1000)).toEqual(['ensurePath /a: CONNECTION_LOST unknown']);
  });
});
