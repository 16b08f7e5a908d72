import { beforeEach, describe, expect, it } from '@jest/globals';
import { concat, switchMap, tap, timer } from 'rxjs';
import { barrier, counter, doubleBarrier, joinParty, json, present, update, watchParty } from '../../../lib/index.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));

describe('a node that is present', () => {
  const made = () => 'made';

  it('is there while somebody is subscribed', () => {
    const { zk } = world.client();
    const subscription = world.watch('a', present(zk, '/here/me', { data: Buffer.from('x') }), made);
    expect([world.after(100), world.children('/here')]).toEqual([['a made'], ['me']]);
    subscription.unsubscribe();
    world.after(100);
    expect(world.children('/here')).toEqual([]);
  });

  it('is made again when it is deleted, and after its session was lost', () => {
    const [a, b] = [world.client(), world.client()];
    world.watch('a', present(a.zk, '/me'), made);
    world.after(100);
    b.zk.delete('/me').subscribe();
    expect(world.after(100)).toEqual(['a made']);
    world.server.expire(a.zk.ticket.id);
    expect([world.after(1000), world.server.tree().get('/me')?.stat.ephemeralOwner]).toEqual([['a made'], a.zk.ticket.id]);
  });

  it('waits for the node of an earlier session to go', () => {
    const [crashed, restarted] = [world.client(), world.client()];
    world.watch('old', present(crashed.zk, '/me'), made);
    expect(world.after(100)).toEqual(['old made']);
    crashed.cut();
    world.watch('new', present(restarted.zk, '/me'), made);
    expect(world.after(1000)).toEqual([]);
    expect(world.after(5000)).toEqual(['new made']);
  });

  it('is known by its owner when the reply to its create is lost, and not deleted by the one who comes second', () => {
    let lost = false;
    world = new VirtualWorld({ faults: ({ operation, path }) => (operation === 'create2' && path === '/me' && !lost ? ((lost = true), 'cutAfter') : undefined) });
    const [a, b] = [world.client(), world.client()];
    world.watch('a', present(a.zk, '/me'), made);
    expect([world.after(1500), lost]).toEqual([['a made'], true]);
    const second = world.watch('b', present(b.zk, '/me'), made);
    world.after(500);
    second.unsubscribe();
    world.after(500);
    expect(world.server.tree().has('/me')).toBe(true);
  });

  it('leaves nothing behind when it is given up while it is being created', () => {
    const { zk } = world.client();
    world.after(50);
    const subscription = present(zk, '/me').subscribe();
    world.time.advance(1);
    subscription.unsubscribe();
    world.after(500);
    expect(world.server.tree().has('/me')).toBe(false);
  });
});

describe('a party', () => {
  it('shows who is there, with what they say', () => {
    const [a, b, c] = [world.client(), world.client(), world.client()];
    world.watch('party', watchParty(c.zk, '/party'), (members) => members.map(({ data }) => String(data)).sort().join());
    world.watch('a', joinParty(a.zk, '/party', { data: Buffer.from('ann') }), () => 'in');
    world.after(100);
    world.watch('b', joinParty(b.zk, '/party', { data: Buffer.from('bob') }), () => 'in');
    world.after(100);
    world.server.expire(b.zk.ticket.id);
    world.after(1000);
    a.leave();
    expect(world.after(100).filter((line) => line.startsWith('party'))).toEqual(['party bob']);
  });
});

describe('an update', () => {
  const codec = json<number>();

  it('creates what is not there, and counts every change once, however many there are', () => {
    const clients = [world.client(), world.client(), world.client()];
    const sums: number[] = [];
    for (let i = 0; i < 30; i++) update(clients[i % 3]!.zk, '/n', (n) => (n ?? 0) + 1, { codec }).subscribe(({ value }) => sums.push(value));
    world.after(2000);
    expect([...sums].sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  });

  it('writes nothing where nothing changes', () => {
    const { zk } = world.client();
    zk.create('/n', 5, { codec }).subscribe();
    world.after(50);
    world.watch('u', update(zk, '/n', (n) => n ?? 0, { codec }), ({ value, stat }) => `${value} at version ${stat?.version}`);
    expect(world.after(50)).toEqual(['u 5 at version 0', 'u |']);
  });

  it('is not repeated when its reply is lost: that is said', () => {
    let lost = false;
    world = new VirtualWorld({ faults: ({ operation }) => (operation === 'setData' && !lost ? ((lost = true), 'cutAfter') : undefined) });
    const { zk } = world.client();
    zk.create('/n', 5, { codec }).subscribe();
    world.after(50);
    world.watch('u', update(zk, '/n', (n) => (n ?? 0) + 1, { codec }), ({ value }) => String(value));
    expect([world.after(1000), String(world.server.tree().get('/n')?.data)]).toEqual([['u ! CONNECTION_LOST'], '6']);
  });
});

describe('a counter', () => {
  it('is one number for all, and exact', () => {
    const [a, b] = [world.client(), world.client()];
    world.watch('value', counter(b.zk, '/c').value$, ({ value, stale }) => `${value}${stale ? '?' : ''}`);
    world.after(50);
    for (let i = 1; i <= 10; i++) counter(i % 2 ? a.zk : b.zk, '/c').add(i).subscribe();
    const seen = world.after(1000);
    expect([seen.at(-1), String(world.server.tree().get('/c')?.data)]).toEqual(['value 55', '55']);
    world.watch('add', counter(a.zk, '/c').add(-60));
    expect(world.after(100).sort()).toEqual(['add -5', 'add |', 'value -5']);
  });

  it('refuses what no number holds exactly', () => {
    const { zk } = world.client();
    zk.create('/c', Buffer.from('9007199254740993')).subscribe();
    world.after(50);
    world.watch('add', counter(zk, '/c').add(1));
    expect(world.after(50)).toEqual(['add ! BAD_VALUE']);
    expect(() => counter(zk, '/c').add(0.5)).toThrow(expect.objectContaining({ argument: 'amount' }));
  });
});

describe('a barrier', () => {
  it('holds back until it is lifted, over an expiry too', () => {
    const [a, b] = [world.client(), world.client()];
    barrier(a.zk, '/up').raise().subscribe();
    world.after(50);
    world.watch('b', barrier(b.zk, '/up').passed$);
    world.server.expire(b.zk.ticket.id);
    expect(world.after(1000)).toEqual([]);
    concat(barrier(a.zk, '/up').raise(), barrier(a.zk, '/up').lift(), barrier(a.zk, '/up').lift()).subscribe();
    expect(world.after(100)).toEqual(['b |']);
  });

  it('that is double lets all begin together, and end together, and can be used again', () => {
    const clients = [world.client(), world.client(), world.client()];
    const race = (name: string, i: number) =>
      doubleBarrier(clients[i]!.zk, '/race', 3).pipe(
        tap(() => world.log.push(`${name} begins`)),
        switchMap(({ left$ }) => timer(50, world.time).pipe(switchMap(() => left$), tap({ complete: () => world.log.push(`${name} has ended`) })))
      );
    for (let round = 0; round < 2; round++) {
      const subscriptions = [race('a', 0).subscribe(), race('b', 1).subscribe()];
      expect(world.after(500)).toEqual([]);
      subscriptions.push(race('c', 2).subscribe());
      const seen = world.after(1000);
      expect([seen.slice(0, 3).sort(), seen.slice(3).sort()]).toEqual([['a begins', 'b begins', 'c begins'], ['a has ended', 'b has ended', 'c has ended']]);
      for (const subscription of subscriptions) subscription.unsubscribe();
      world.after(100);
      expect(world.children('/race')).toEqual([]);
    }
  });
});
