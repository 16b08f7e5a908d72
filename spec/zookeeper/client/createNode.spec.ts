import { beforeEach, describe, expect, it } from '@jest/globals';
import { map } from 'rxjs';
import type { Transport } from '../../../lib/core/link.js';
import { type CreateOptions, OPEN_ACL, READ_ACL, type ZooKeeper, lock } from '../../../lib/index.js';
import type { ZooKeeperFaultRequest } from '../../../lib/testing/index.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

type Blow = readonly ['cut' | 'cutAfter', (request: ZooKeeperFaultRequest) => boolean];
const creates = ({ operation, path }: ZooKeeperFaultRequest) =>
  operation === 'create2' && path?.startsWith('/p/') === true;
const lists = ({ operation }: ZooKeeperFaultRequest) => operation === 'getChildren';
const looks = ({ operation }: ZooKeeperFaultRequest) => operation === 'exists';

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
    [
      'the link is lost again and again over the search',
      ['cutAfter', creates],
      ['cut', lists],
      ['cutAfter', lists],
      ['cut', looks],
      ['cutAfter', looks],
    ],
    [
      'it is lost again after a search that found nothing',
      ['cut', creates],
      ['cut', lists],
      ['cutAfter', creates],
      ['cut', lists],
    ],
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

  it('asks under another name when a search found nothing, lest others take its node for one that has gone', () => {
    const { zk } = world.client();
    parent(zk);
    const names = new Set<string>();
    left = [['cut', (request) => creates(request) && names.add(request.path!).size > 0]];
    create(zk);
    left.push(['cut', (request) => creates(request) && names.add(request.path!).size > 1]);
    world.after(5000);
    expect(names.size).toBe(2);
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

  it.each(['', '/root'])(
    'finds an ephemeral node of its own also where the list of children may not be read, below "%s"',
    (root) => {
      const { zk: top } = world.client();
      const zk = root === '' ? top : top.chroot(root);
      top.create('/root').subscribe();
      world.after(50);
      // to create, not to list
      zk.create('/p', null, { acl: [{ permissions: 4, scheme: 'world', id: 'anyone' }] }).subscribe();
      world.after(50);
      left = [
        ['cutAfter', ({ operation, path }) => operation === 'create2' && path?.startsWith(`${root}/p/`) === true],
      ];
      create(zk);
      expect([world.after(5000), world.children(`${root}/p`).length, left.length]).toEqual([['/p/n-0000000000'], 1, 0]);
    }
  );

  it('says that it is not known whether there is a node when the search is refused, or takes too long', () => {
    const { zk } = world.client({ serverVersion: '3.5.5' }); // which does not tell a session of its ephemerals
    // to create, not to list
    zk.create('/p', null, { acl: [{ permissions: 4, scheme: 'world', id: 'anyone' }] }).subscribe();
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

  it.each(['sync', 'getChildren', 'exists'])(
    'goes on searching for as long as its session lives, when %s is answered with garbage, refused or throttled',
    (operation) => {
      const answers = [{ error: -127 }, { error: -1 }, { error: -101 + 100 }, 'cutAfter', 'cut'] as const;
      let lost = false;
      const left = [...answers];
      const it = new VirtualWorld({
        faults: (request) => {
          if (!lost && creates(request)) {
            lost = true;
            return 'cutAfter';
          }
          return lost && request.operation === operation ? left.shift() : undefined;
        },
      });
      const { zk } = it.client();
      zk.create('/p').subscribe();
      it.after(50);
      it.watch('it', zk.create('/p/n-', null, { protect: true, mode: 'ephemeralSequential' }), ({ path }) =>
        path.slice(-10)
      );
      expect([it.after(30_000), it.children('/p').length, left]).toEqual([['it 0000000000', 'it |'], 1, []]);
    }
  );

  it('goes on searching when the answers break the protocol, so that a lock is held and no client is shut out', () => {
    let lost = false;
    let garbage = 3;
    const it: VirtualWorld = new VirtualWorld({
      faults: (request) =>
        !lost && request.path?.startsWith('/l/') === true && request.operation === 'create2'
          ? ((lost = true), 'cutAfter')
          : undefined,
    });
    let searching = false;
    const direct = it.server.transport({ latency: 1 });
    const transport: Transport = (endpoint) =>
      direct(endpoint).pipe(
        map((link) => ({
          chunk$: link.chunk$.pipe(
            map((chunk) => {
              if (!searching || garbage === 0) return chunk;
              garbage--;
              searching = false;
              // a frame with a xid that was never used, and nothing after it
              return Buffer.from('000000100000fffe', 'hex');
            }),
            map((chunk) => (chunk.length === 8 ? Buffer.concat([chunk, Buffer.alloc(12)]) : chunk))
          ),
          drain$: link.drain$,
          soon: (task: () => void) => link.soon(task),
          write: (bytes: Uint8Array) => {
            // sync and getChildren
            if (lost && Buffer.from(bytes).includes('/l') && !Buffer.from(bytes).includes('_c_')) searching = true;
            return link.write(bytes);
          },
        }))
      );
    const { zk } = it.client({ transport });
    it.after(50);
    it.watch('a', lock(zk, '/l'), () => 'holds');
    expect([it.after(20_000), garbage, it.children('/l').length]).toEqual([['a holds'], 0, 1]);
  });

  it('gives the node back to a bracket that was left in the midst of such a search', () => {
    let garbage = 0;
    let lost = false;
    const it = new VirtualWorld({
      faults: (request) => {
        if (!lost && creates(request)) {
          lost = true;
          return 'cutAfter';
        }
        return lost && lists(request) && garbage++ < 5 ? { error: -127 } : undefined;
      },
    });
    const [a, b] = [it.client(), it.client()];
    a.zk.create('/p').subscribe();
    it.after(50);
    const waiting = lock(a.zk, '/p').subscribe();
    it.after(300);
    waiting.unsubscribe();
    it.watch('b', lock(b.zk, '/p'), () => 'holds');
    expect([it.after(30_000), garbage > 5, it.children('/p').length]).toEqual([['b holds'], true, 1]);
  });

  it('is refused with the word of the server, also after a search', () => {
    const { zk } = world.client();
    parent(zk);
    left = [['cut', creates]];
    create(zk);
    world
      .client()
      .zk.setAcl('/p', [{ permissions: 1, scheme: 'world', id: 'anyone' }])
      .subscribe();
    expect(world.after(5000)).toEqual(['NO_AUTH none']);
  });
});

describe('the parents of a node', () => {
  it.each([
    ['are open to everybody, whoever may do what with the node', {}, OPEN_ACL],
    [
      'have the ACL that is given for them',
      { parentsAcl: [{ permissions: 15, scheme: 'world', id: 'anyone' }] },
      [{ permissions: 15, scheme: 'world', id: 'anyone' }],
    ],
  ])('%s', (_, options, expected) => {
    const { zk } = world.client();
    const log: unknown[] = [];
    for (const protect of [false, true]) {
      zk.create(`/r${protect}/a/n`, null, { parents: true, protect, acl: READ_ACL, ...options }).subscribe({
        error: (error) => log.push(error),
      });
      world.after(50);
      for (const path of [`/r${protect}`, `/r${protect}/a`]) zk.getAcl(path).subscribe(({ acl }) => log.push(acl));
      world.after(50);
    }
    expect(log).toEqual([expected, expected, expected, expected]);
  });

  it('are made again when they vanish before the node is created, also more than once', () => {
    let vanish = 0;
    const it = new VirtualWorld({
      faults: ({ operation, path }) => {
        if (operation !== 'create2' || !path?.startsWith('/d/e/') || vanish >= 6 || !it.server.tree().has('/d/e'))
          return undefined;
        vanish++;
        return { delay: 20 };
      },
    });
    const [{ zk }, admin] = [it.client(), it.client()];
    it.after(50);
    it.watch('it', zk.create('/d/e/n', null, { parents: true }), () => 'made');
    for (let ms = 0; ms < 300; ms++) {
      if (it.server.tree().has('/d/e') && !it.server.tree().has('/d/e/n'))
        admin.zk.delete('/d', { recursive: true }).subscribe({ error: () => undefined });
      it.time.advance(1);
      if (vanish >= 6) break;
    }
    expect([it.after(1000), vanish]).toEqual([['it made', 'it |'], 6]);
  });
});
