import { describe, expect, it } from '@jest/globals';
import { lock } from '../../../lib/arakoon/recipes/lock.js';
import { CallQueue } from '../../../lib/arakoon/session/callQueue.js';
import type { Call } from '../../../lib/arakoon/session/call.js';
import { ConnectError } from '../../../lib/core/errors.js';
import { connect, type Arakoon } from '../../../lib/arakoon/index.js';
import { arakoonInMemory } from '../../../lib/testing/index.js';
import { ArakoonGround } from '../../helpers/arakoonGround.js';
import { asked, ok } from '../../helpers/arakoonWire.js';
import { VirtualTime } from '../../helpers/virtualTime.js';

const REFUSED = new ConnectError('refused');

describe('a request that nobody waits for any more', () => {
  it.each([
    ['there is no master', null],
    ['the master is being dialed', 'a'],
  ])('is not sent later, when it was left while %s', (_, master) => {
    const ground = new ArakoonGround({}, { master });
    ground.pass();
    ground.peer.down['a'] = master === null ? REFUSED : 'never';
    const calls = Array.from({ length: 1000 }, (_, i) =>
      ground.ask(`set ${i}`, ground.arakoon.set('x', Buffer.from('1')))
    );
    ground.pass(200);
    for (const call of calls) call.unsubscribe();
    delete ground.peer.down['a'];
    ground.peer.elect('a');
    ground.peer.script('a').hears(asked.set('y', '2'), ok());
    ground.ask('y', ground.arakoon.set('y', Buffer.from('2')));
    ground.pass(8000);
    expect(ground.said()).toEqual(['y: done']);
  });

  it.each<[string, (arakoon: Arakoon) => void]>([
    ['was unsubscribed', (arakoon) => arakoon.set('x', Buffer.alloc(1000)).subscribe().unsubscribe()],
    [
      'was aborted',
      (arakoon) =>
        arakoon.set('x', Buffer.alloc(1000), { signal: AbortSignal.abort() }).subscribe({ error: () => undefined }),
    ],
  ])('leaves nothing behind: it %s', (_, leave) => {
    const ground = new ArakoonGround();
    ground.pass();
    ground.peer.down['a'] = 'never';
    for (let i = 0; i < 10_000; i++) leave(ground.arakoon);
    ground.peer.script('a').hears(asked.set('y', '2'), ok());
    delete ground.peer.down['a'];
    ground.ask('y', ground.arakoon.set('y', Buffer.from('2')));
    ground.pass(10_000);
    expect(ground.said()).toEqual(['y: done']);
  });

  it('is swept out of the queue in which it waits, when half of that is waste', () => {
    const queue = new CallQueue();
    const calls = Array.from({ length: 10_000 }, () => ({ subscriber: { closed: false } })) as unknown as (Call & {
      subscriber: { closed: boolean };
    })[];
    for (const call of calls) queue.push(call);
    for (const call of calls.slice(1)) {
      call.subscriber.closed = true;
      queue.abandon();
    }
    expect(queue.length).toBeLessThan(600);
    expect([queue.shift(), queue.shift(), queue.idle]).toEqual([calls[0], undefined, true]);
  });
});

describe('a lock that nobody waits for any more', () => {
  it('is neither taken nor given back later, when it was left before anything was sent', () => {
    const time = new VirtualTime();
    const seen: string[] = [];
    const server = arakoonInMemory({
      scheduler: time,
      nodes: ['a', 'b', 'c'],
      faults: ({ operation }) => void (operation !== 'whoMaster' && seen.push(operation)),
    });
    let arakoon!: Arakoon;
    connect(server.cluster, { transport: server.transport({ latency: 1 }), scheduler: time }).subscribe(
      (it) => (arakoon = it)
    );
    const locks = Array.from({ length: 100 }, (_, i) => lock(arakoon, `l${i}`).subscribe());
    time.advance(8); // all have looked, and are about to ask
    const looked = seen.splice(0).filter((operation) => operation === 'get').length;
    server.electMaster(undefined);
    for (const held of locks) held.unsubscribe();
    time.advance(1000);
    seen.length = 0;
    server.electMaster('b');
    time.advance(30_000);
    expect([looked, seen.filter((operation) => operation === 'testAndSet').length % 2, server.entries().size]).toEqual([
      100,
      0,
      expect.any(Number),
    ]);
    for (const value of server.entries().values()) expect(String(value)).toMatch(/^\d+$/); // free
    const late = Array.from({ length: 100 }, (_, i) => lock(arakoon, `m${i}`).subscribe());
    server.electMaster(undefined);
    time.advance(5000);
    for (const held of late) held.unsubscribe();
    seen.length = 0;
    server.electMaster('c');
    time.advance(30_000);
    expect(seen).toEqual([]);
  });
});
