import { beforeEach, describe, expect, it } from '@jest/globals';
import { concat, ignoreElements, of, switchMap, timer } from 'rxjs';
import { type ZooKeeper, doubleBarrier } from '../../../../lib/index.js';
import type { ZooKeeperFaultRequest } from '../../../../lib/testing/index.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));

const begins = () => 'begins';
/** Begins with the others, takes 50 ms, and ends with the others. */
const race = (zk: ZooKeeper, count: number) =>
  doubleBarrier(zk, '/race', count).pipe(
    switchMap(({ left$ }) => concat(of('begins'), timer(50, world.time).pipe(ignoreElements()), left$, of('ends')))
  );

describe('a double barrier', () => {
  it('lets all begin together, and end together, and can be used again', () => {
    const clients = [world.client(), world.client(), world.client()];
    for (let round = 0; round < 2; round++) {
      const subscriptions = [world.watch('a', race(clients[0]!.zk, 3)), world.watch('b', race(clients[1]!.zk, 3))];
      expect(world.after(500)).toEqual([]);
      subscriptions.push(world.watch('c', race(clients[2]!.zk, 3)));
      expect(world.after(40).sort()).toEqual(['a begins', 'b begins', 'c begins']);
      expect(world.after(100).sort()).toEqual(['a ends', 'b ends', 'c ends']);
      for (const subscription of subscriptions) subscription.unsubscribe();
      world.after(100);
      expect(world.children('/race')).toEqual([]);
    }
  });

  it('lets in who comes later, and waits for the last to leave', () => {
    const [a, b] = [world.client(), world.client()];
    const first = world.watch('a', doubleBarrier(a.zk, '/race', 1), begins);
    expect(world.after(100)).toEqual(['a begins']);
    world.watch('b', race(b.zk, 1));
    expect(world.after(1000)).toEqual(['b begins']);
    first.unsubscribe();
    expect(world.after(100)).toEqual(['b ends']);
  });

  it('waits for servers that cannot be reached, and over links and sessions that are lost', () => {
    const [a, b, late] = [world.client(), world.client(), world.client()];
    for (const each of [a, b]) each.cut();
    world.watch('a', race(a.zk, 3));
    world.watch('b', race(b.zk, 3));
    expect(world.after(5000)).toEqual([]);
    for (const each of [a, b]) each.heal();
    world.after(12_000);
    world.server.drop();
    world.after(500);
    world.server.expire(b.zk.ticket.id);
    expect([world.after(2000), world.children('/race').length]).toEqual([[], 2]);
    world.watch('c', race(late.zk, 3));
    expect(world.after(500).sort()).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('keeps nothing of those who have left before there was a connection', () => {
    const requests: string[] = [];
    world = new VirtualWorld({ faults: ({ operation }) => void requests.push(operation) });
    const { zk, cut, heal } = world.client();
    cut();
    for (let i = 0; i < 3; i++) doubleBarrier(zk, '/race', 2).subscribe().unsubscribe();
    heal();
    world.after(12_000);
    expect([zk.state.kind, requests.filter((operation) => !/^(srvr|ping)$/.test(operation))]).toEqual([
      'connected',
      [],
    ]);
  });

  it('does not wait for members of kazoo and Curator that come again under the same name after the round', () => {
    const [a, other] = [world.client(), world.client()];
    const node = `/race/${'b'.repeat(32)}`;
    let leave!: () => void;
    world.watch(
      'a',
      doubleBarrier(a.zk, '/race', 2).pipe(
        switchMap(({ left$ }) => ((leave = () => void world.watch('a leaves', left$)), of('begins')))
      )
    );
    world.after(100);
    other.zk.create(node, null, { mode: 'ephemeral' }).subscribe();
    expect(world.after(100)).toEqual(['a begins']);
    leave();
    expect(world.after(100)).toEqual([]);
    // leaves, and comes again before anybody sees that it has left
    other.zk
      .transaction()
      .delete('/race/ready')
      .delete(node)
      .create(node, null, { mode: 'ephemeral' })
      .commit()
      .subscribe();
    expect(world.after(100)).toEqual(['a leaves |']);
  });

  it('waits for one who comes again at once while the round is on', () => {
    const [a, other] = [world.client(), world.client()];
    const node = `/race/${'b'.repeat(32)}`;
    let leave!: () => void;
    other.zk
      .transaction()
      .create('/race')
      .create('/race/ready', null, { mode: 'ephemeral' })
      .create(node, null, { mode: 'ephemeral' })
      .commit()
      .subscribe();
    world.after(100);
    world.watch(
      'a',
      doubleBarrier(a.zk, '/race', 2).pipe(
        switchMap(({ left$ }) => ((leave = () => void world.watch('a leaves', left$)), of('begins')))
      )
    );
    expect(world.after(100)).toEqual(['a begins']);
    leave();
    other.zk.transaction().delete(node).create(node, null, { mode: 'ephemeral' }).commit().subscribe();
    expect(world.after(100)).toEqual([]);
    other.zk.delete('/race/ready').subscribe();
    expect(world.after(100)).toEqual([]);
    other.zk.transaction().delete(node).create(node, null, { mode: 'ephemeral' }).commit().subscribe();
    expect(world.after(100)).toEqual(['a leaves |']);
  });

  it('waits for nobody who comes after the round is over, where its end was the loss of a session', () => {
    const gone = world.client();
    const leave: Record<string, () => void> = {};
    const enter = (name: string, { zk }: { zk: ZooKeeper }) => {
      doubleBarrier(zk, '/race', 3).subscribe(({ left$ }) => (leave[name] = () => void world.watch(name, left$)));
      world.after(50);
    };
    enter('gone', gone);
    enter('a', world.client());
    const { id } = gone.zk.ticket;
    enter('b', world.client());
    const owner = world.server.tree().get('/race/ready')!.stat.ephemeralOwner;
    leave.a!();
    leave.b!();
    void gone.zk.detach();
    enter('late', world.client());
    expect(Object.keys(leave)).toContain('late');
    world.server.expire(id);
    if (owner !== id) world.server.expire(owner);
    world.after(500);
    enter('next', world.client());
    expect(Object.keys(leave)).not.toContain('next');
    leave.late!();
    expect(world.after(500)).toContain('late |');
  });

  it('comes when the session was lost before it could be asked for', () => {
    const { zk, cut, heal } = world.client();
    world.after(100);
    cut();
    world.after(3000);
    world.watch('a', race(zk, 1));
    expect(world.after(3000)).toEqual([]);
    heal();
    expect(world.after(12_000)).toEqual(['a begins', 'a ends']);
  });

  it('keeps those together who have begun, when one of them loses its session', () => {
    const [a, b] = [world.client(), world.client()];
    world.watch('a', doubleBarrier(a.zk, '/race', 2), begins);
    world.watch('b', doubleBarrier(b.zk, '/race', 2).pipe(switchMap(({ left$ }) => left$)), begins);
    world.after(100);
    world.server.expire(a.zk.ticket.id);
    expect([world.after(5000), world.children('/race').length >= 1]).toEqual([[], true]);
  });

  it.each<[string, (request: ZooKeeperFaultRequest) => boolean]>([
    [
      'the create of a participant',
      ({ operation, path }) => operation === 'create2' && /^.race.(?!ready)/.test(path ?? ''),
    ],
    [
      'the create that says that all are here',
      ({ operation, path }) => operation === 'create2' && path === '/race/ready',
    ],
    ['the delete of that', ({ operation, path }) => operation === 'delete' && path === '/race/ready'],
    ['the delete of a participant', ({ operation, path }) => operation === 'delete' && path !== '/race/ready'],
  ])('goes on when the reply to %s is lost', (_, matches) => {
    let losses = 0;
    world = new VirtualWorld({
      faults: (request) => (matches(request) && losses < 2 ? (losses++, 'cutAfter') : undefined),
    });
    const clients = [world.client(), world.client()];
    const subscriptions = clients.map(({ zk }, i) => world.watch('ab'[i]!, race(zk, 2)));
    expect([world.after(10_000).sort(), losses > 0]).toEqual([['a begins', 'a ends', 'b begins', 'b ends'], true]);
    for (const subscription of subscriptions) subscription.unsubscribe();
    world.after(2000);
    expect(world.children('/race')).toEqual([]);
  });

  it('is left without a trace, at any moment, by one or by all at once', () => {
    const clients = [world.client(), world.client()];
    world.after(100);
    for (let ms = 0; ms < 16; ms++) {
      for (const lag of [0, 1, 3, 20]) {
        const [first, second] = clients.map(({ zk }) => doubleBarrier(zk, '/race', 2).subscribe());
        world.after(ms);
        first!.unsubscribe();
        world.after(lag);
        second!.unsubscribe();
        world.after(200);
        expect([ms, lag, world.children('/race')]).toEqual([ms, lag, []]);
      }
    }
  });

  it('says that it has ended neither when it has, nor when all have come, because the client is closed', () => {
    const [a, b] = [world.client(), world.client()];
    world.watch('a', doubleBarrier(a.zk, '/race', 2), begins);
    world.after(50);
    void a.zk.close();
    expect(world.after(100)).toEqual(['a ! CLOSED']);
    const other = doubleBarrier(world.client().zk, '/race', 2).subscribe();
    world.watch('b', race(b.zk, 2));
    expect(world.after(500)).toEqual(['b begins']);
    void b.zk.close();
    expect(world.after(100)).toEqual(['b ! CLOSED']);
    other.unsubscribe();
  });

  it('is refused with the word of the server, and names what is wrong with its arguments', () => {
    const { zk } = world.client();
    zk.create('/closed', null, { acl: [{ permissions: 1, scheme: 'world', id: 'anyone' }] }).subscribe();
    world.watch('a', doubleBarrier(zk, '/closed', 1));
    world.watch('none', doubleBarrier(zk, '/race', 0));
    world.watch('where', doubleBarrier(zk, 'race', 1));
    expect(world.after(100)).toEqual(['none ! USAGE', 'where ! USAGE', 'a ! NO_AUTH']);
  });

  it('lets in who comes later although most have left', () => {
    const clients = [world.client(), world.client(), world.client()];
    const subscriptions = clients.map(({ zk }, i) => world.watch('abc'[i]!, doubleBarrier(zk, '/race', 3), begins));
    expect(world.after(100).sort()).toEqual(['a begins', 'b begins', 'c begins']);
    for (const subscription of subscriptions.slice(1)) subscription.unsubscribe();
    world.after(100);
    world.watch('late', doubleBarrier(clients[1]!.zk, '/race', 3), begins);
    expect(world.after(100)).toEqual(['late begins']);
  });

  it('lets nobody in because of what was known before the link was lost', () => {
    const [a, b] = [world.client(), world.client()];
    const other = doubleBarrier(a.zk, '/race', 1).subscribe();
    world.after(50);
    b.zk.watchChildren('/race').subscribe();
    world.after(50);
    b.cut();
    other.unsubscribe();
    world.after(3000);
    world.watch('b', doubleBarrier(b.zk, '/race', 2), begins);
    b.heal();
    expect([world.after(1000), world.children('/race').length]).toEqual([[], 1]);
  });
});
