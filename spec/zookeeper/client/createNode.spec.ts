import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CreateOptions, ZooKeeper } from '../../../lib/index.js';
import type { FaultRequest } from '../../../lib/testing/index.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

type Blow = readonly ['cut' | 'cutAfter', (request: FaultRequest) => boolean];
const creates = ({ operation, path }: FaultRequest) => operation === 'create2' && path?.startsWith('/p/') === true;
const lists = ({ operation }: FaultRequest) => operation === 'getChildren';
const looks = ({ operation }: FaultRequest) => operation === 'exists';

let world: VirtualWorld;
let left: Blow[];
let asked: string[];
beforeEach(() => {
  left = [];
  asked = [];
  world = new VirtualWorld({
    faults: (request) => {
      asked.push(request.operation);
      return left[0]?.[1](request) ? left.shift()![0] : undefined;
    },
  });
});

/** Creates below `/p`, and logs what comes, or the code and the effect of the error. */
const create = (zk: ZooKeeper, options: CreateOptions = {}) =>
  zk.create('/p/n-', null, { protect: true, mode: 'ephemeralSequential', ...options }).subscribe({
    next: ({ path }) => world.log.push(path.replace(/_c_[-0-9a-f]+-/, '')),
    error: ({ code, effect }: { code: string; effect: string }) => world.log.push(`${code} ${effect}`),
  });
const parent = (zk: ZooKeeper) => {
  zk.create('/p').subscribe();
  world.after(50);
};

describe('a create that is protected', () => {
  it.each<[string, ...Blow[]]>([
    ['its reply is lost', ['cutAfter', creates]],
    ['it never arrives', ['cut', creates]],
    ['the link is lost again and again over the search', ['cutAfter', creates], ['cut', lists], ['cutAfter', lists], ['cut', looks], ['cutAfter', looks]],
    ['it is lost again after a search that found nothing', ['cut', creates], ['cut', lists], ['cutAfter', creates], ['cut', lists]],
  ])('makes one node when %s', (_, ...blows) => {
    const { zk } = world.client();
    parent(zk);
    left = [...blows];
    create(zk);
    expect([world.after(5000), world.children('/p').length, left]).toEqual([['/p/n-0000000000'], 1, []]);
  });

  it('searches on a server that has caught up with the leader, lest it miss its node and make another', () => {
    const { zk } = world.client();
    parent(zk);
    left = [['cutAfter', creates]];
    create(zk);
    world.after(5000);
    expect(asked.filter((operation) => /^(sync|getChildren)$/.test(operation))).toEqual(['sync', 'getChildren']);
  });

  it('makes its parents again when they were not there yet when it was lost', () => {
    const { zk } = world.client();
    left = [['cut', ({ operation, path }) => operation === 'create2' && path === '/p']];
    create(zk, { parents: true });
    expect([world.after(5000), world.children('/p').length]).toEqual([['/p/n-0000000000'], 1]);
  });

  it('finds its node also for a client that does not wait for links', () => {
    const { zk } = world.client({ offline: 'fail' });
    world.after(50);
    parent(zk);
    left = [['cutAfter', creates]];
    create(zk);
    expect([world.after(5000), world.children('/p').length]).toEqual([['/p/n-0000000000'], 1]);
  });

  it('says that it is not known whether there is a node when the search is refused, or takes too long', () => {
    const { zk } = world.client();
    zk.create('/p', null, { acl: [{ permissions: 4, scheme: 'world', id: 'anyone' }] }).subscribe(); // to create, not to list
    world.after(50);
    left = [['cutAfter', creates]];
    create(zk);
    expect(world.after(2000)).toEqual(['CONNECTION_LOST unknown']);
    left = [['cutAfter', creates]];
    create(zk, { timeout: 100 });
    world.time.advance(2);
    void world.server.refuse();
    expect(world.after(1000)).toEqual(['CONNECTION_LOST unknown']);
  });

  it('says the same of a node that may outlive the session, when that was lost over the search', () => {
    const { zk, cut } = world.client();
    parent(zk);
    left = [['cutAfter', creates]];
    create(zk, { mode: 'persistentSequential' });
    world.time.advance(2);
    cut();
    expect([world.after(10_000), world.children('/p').length]).toEqual([['EXPIRED unknown'], 1]);
  });

  it('is refused with the word of the server, also after a search', () => {
    const { zk } = world.client();
    parent(zk);
    left = [['cut', creates]];
    create(zk);
    world.client().zk.setAcl('/p', [{ permissions: 1, scheme: 'world', id: 'anyone' }]).subscribe();
    expect(world.after(5000)).toEqual(['NO_AUTH none']);
  });
});
