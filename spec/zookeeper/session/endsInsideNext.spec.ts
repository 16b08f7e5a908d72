import { describe, expect, it } from '@jest/globals';
import type { Observable } from 'rxjs';
import { type CallOptions, OPEN_ACL, type ZooKeeper } from '../../../lib/index.js';
import { exists } from '../../../lib/zookeeper/protocol/ops/exists.js';
import { getData } from '../../../lib/zookeeper/protocol/ops/getData.js';
import { setData } from '../../../lib/zookeeper/protocol/ops/setData.js';
import { isSettled } from '../../helpers/isSettled.js';
import { VirtualWorld, type VirtualClient } from '../../helpers/virtualWorld.js';
import { senderGround } from '../../helpers/senderGround.js';
import { dataBody, reply, stat } from '../../helpers/wireBytes.js';

/** Every operation, on a tree that has `/a` with data, and `/a/b`. */
const OPERATIONS: ReadonlyArray<readonly [string, (zk: ZooKeeper, options: CallOptions) => Observable<unknown>]> = [
  ['get', (zk, options) => zk.get('/a', options)],
  ['get after a sync', (zk, options) => zk.get('/a', { ...options, read: 'sync' })],
  ['exists', (zk, options) => zk.exists('/a', options)],
  ['exists of no node', (zk, options) => zk.exists('/none', options)],
  ['exists after a commit', (zk, options) => zk.exists('/a', { ...options, read: 'strict' })],
  ['getChildren', (zk, options) => zk.getChildren('/a', options)],
  ['getChildren with a stat', (zk, options) => zk.getChildren('/a', { ...options, stat: true })],
  ['snapshot', (zk, options) => zk.snapshot(['/a', '/none'], options)],
  ['multiRead', (zk, options) => zk.multiRead([{ get: '/a' }, { getChildren: '/a' }], options)],
  ['getAllChildrenNumber', (zk, options) => zk.getAllChildrenNumber('/a', options)],
  ['getEphemerals', (zk, options) => zk.getEphemerals('/', options)],
  ['create', (zk, options) => zk.create('/c', null, options)],
  ['create with parents', (zk, options) => zk.create('/p/q/r', null, { ...options, parents: true })],
  ['create with protection', (zk, options) => zk.create('/c', null, { ...options, protect: true })],
  ['set', (zk, options) => zk.set('/a', null, options)],
  ['delete', (zk, options) => zk.delete('/a/b', options)],
  ['delete with all below', (zk, options) => zk.delete('/a', { ...options, recursive: true })],
  ['a transaction', (zk, options) => zk.transaction().check('/a').create('/c', null).commit(options)],
  ['a batch', (zk, options) => zk.batch([zk.get('/a', options), zk.set('/a', null, options)])],
  ['sync', (zk, options) => zk.sync('/a', options)],
  ['getAcl', (zk, options) => zk.getAcl('/a', options)],
  ['setAcl', (zk, options) => zk.setAcl('/a', OPEN_ACL, options)],
  ['addAuth', (zk) => zk.addAuth('digest', Buffer.from('a:b'))],
  ['whoAmI', (zk, options) => zk.whoAmI(options)],
  ['addWatch', (zk, options) => zk.addWatch('/a', 'persistent', options)],
];

/** Whatever may end a client, or a request. */
const ENDS: ReadonlyArray<
  readonly [string, (client: VirtualClient, controller: AbortController, world: VirtualWorld) => void]
> = [
  ['closing the client', ({ zk }) => void zk.close()],
  ['detaching it', ({ zk }) => void zk.detach()],
  ['unsubscribing from connect', ({ leave }) => leave()],
  ['aborting', (_, controller) => controller.abort()],
  ['letting the timeout pass', (_, __, world) => world.time.advance(100)],
];

function world(): readonly [VirtualWorld, VirtualClient] {
  const it = new VirtualWorld();
  const client = it.client({ serverVersion: '3.9.0' });
  client.zk.create('/a', Buffer.from('1')).subscribe({ error: () => undefined });
  client.zk.create('/a/b', null).subscribe({ error: () => undefined });
  it.after(100);
  return [it, client];
}

describe.each(OPERATIONS)('%s that has been answered', (_, request) => {
  it.each(ENDS)('completes after %s inside next', (__, end) => {
    const [it, client] = world();
    const controller = new AbortController();
    const log: string[] = [];
    request(client.zk, { signal: controller.signal, timeout: 50 }).subscribe({
      next: () => (log.push('next'), end(client, controller, it)),
      error: ({ code, effect }: { code: string; effect: string }) => log.push(`! ${code} ${effect}`),
      complete: () => log.push('|'),
    });
    it.after(5000);
    expect(log).toEqual(['next', '|']);
  });
});

describe('replies that come in one chunk', () => {
  it.each([
    [
      'reads that travel together',
      (zk: ZooKeeper, i: number): Observable<unknown> =>
        zk.get('/a', { codec: { encode: () => null, decode: () => i } }),
    ],
    ['writes', (zk: ZooKeeper) => zk.set('/a', null)],
  ])('are all delivered when a client closes or detaches at the first: %s', async (_, request) => {
    for (const detach of [false, true]) {
      const [it, { zk }] = world();
      const log: string[] = [];
      let closed: Promise<unknown> | undefined;
      for (let i = 0; i < 3; i++) {
        request(zk, i).subscribe({
          next: () => {
            log.push(`${i}`);
            if (i === 0) closed = detach ? zk.detach() : zk.close();
          },
          error: ({ code, effect }: { code: string; effect: string }) => log.push(`${i}! ${code} ${effect}`),
          complete: () => log.push(`${i}|`),
        });
      }
      it.after(5000);
      expect([log, await isSettled(closed!)]).toEqual([['0', '0|', '1', '1|', '2', '2|'], true]);
    }
  });

  it('are delivered to requests that are aborted meanwhile; requests without an answer fail after the chunk', () => {
    const { make, ask, log, channel, turn, time } = senderGround();
    const controller = new AbortController();
    const options = { signal: controller.signal };
    make(exists, '/first').subscribe(() => {
      controller.abort();
      ask(exists, '/late', 'late', options);
    });
    ask(setData, { path: '/a', data: null, version: -1 }, 'a', options);
    ask(getData, '/b', 'b', options);
    ask(getData, '/c', 'c', options);
    ask(setData, { path: '/d', data: null, version: -1 }, 'd', options);
    turn();
    channel.receive(
      Buffer.concat([
        reply(1, stat()),
        reply(2, stat()),
        reply(
          3,
          Buffer.concat([
            Buffer.from('0000000400', 'hex'),
            Buffer.alloc(4),
            dataBody('1'),
            Buffer.from('0000000400', 'hex'),
            Buffer.alloc(4),
            dataBody('2'),
            Buffer.from('ffffffff01ffffffff', 'hex'),
          ])
        ),
      ])
    );
    expect(log).toEqual(['a', 'b', 'c', 'd! ABORTED unknown']);
    time.advance(1);
    expect(log.slice(4)).toEqual(['late! ABORTED none']);
  });
});

describe('an error that was delivered', () => {
  it('is the only one, when the client is closed inside the handler', () => {
    const [it, { zk }] = world();
    const log: string[] = [];
    for (const name of ['a', 'b']) {
      zk.create('/a', null).subscribe({
        error: ({ code }: { code: string }) => (log.push(`${name}! ${code}`), void zk.close()),
      });
    }
    it.after(5000);
    expect(log).toEqual(['a! NODE_EXISTS', 'b! NODE_EXISTS']);
  });
});
