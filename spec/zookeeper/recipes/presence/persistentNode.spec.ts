import { beforeEach, describe, expect, it } from '@jest/globals';
import { BehaviorSubject, Subject, mergeMap, tap } from 'rxjs';
import { type ConnectOptions, LeaseError, connect, persistentNode } from '../../../../lib/index.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));

describe('a node that is present', () => {
  const made = () => 'made';

  it('is there while somebody is subscribed', () => {
    const { zk } = world.client();
    const subscription = world.watch('a', persistentNode(zk, '/here/me', { data: Buffer.from('x') }), made);
    expect([world.after(100), world.children('/here')]).toEqual([['a made'], ['me']]);
    subscription.unsubscribe();
    world.after(100);
    expect(world.children('/here')).toEqual([]);
  });

  it('is made again when it is deleted, and after its session was lost', () => {
    const [a, b] = [world.client(), world.client()];
    world.watch('a', persistentNode(a.zk, '/me'), made);
    world.after(100);
    b.zk.delete('/me').subscribe();
    expect(world.after(100)).toEqual(['a made']);
    world.server.expire(a.zk.ticket.id);
    expect([world.after(1000), world.server.tree().get('/me')?.stat.ephemeralOwner]).toEqual([
      ['a made'],
      a.zk.ticket.id,
    ]);
  });

  it('waits for the node of an earlier session to go', () => {
    const [crashed, restarted] = [world.client(), world.client()];
    world.watch('old', persistentNode(crashed.zk, '/me'), made);
    expect(world.after(100)).toEqual(['old made']);
    crashed.cut();
    world.watch('new', persistentNode(restarted.zk, '/me'), made);
    expect(world.after(1000)).toEqual([]);
    expect(world.after(5000)).toEqual(['new made']);
  });

  it('is known by its owner when the reply to its create is lost, and not deleted by the one who comes second', () => {
    let lost = false;
    world = new VirtualWorld({
      faults: ({ operation, path }) =>
        operation === 'create2' && path === '/me' && !lost ? ((lost = true), 'cutAfter') : undefined,
    });
    const [a, b] = [world.client(), world.client()];
    world.watch('a', persistentNode(a.zk, '/me'), made);
    expect([world.after(1500), lost]).toEqual([['a made'], true]);
    const second = world.watch('b', persistentNode(b.zk, '/me'), made);
    world.after(500);
    second.unsubscribe();
    world.after(500);
    expect(world.server.tree().has('/me')).toBe(true);
  });

  it('leaves nothing behind when it is given up while it is being created', () => {
    const { zk } = world.client();
    world.after(50);
    const subscription = persistentNode(zk, '/me').subscribe();
    world.time.advance(1);
    subscription.unsubscribe();
    world.after(500);
    expect(world.server.tree().has('/me')).toBe(false);
  });

  it('waits for the next session when it was asked for while the last one came to its end', () => {
    const { zk, cut, heal } = world.client();
    world.after(50);
    cut();
    world.watch('a', persistentNode(zk, '/me'), made);
    world.after(6000);
    heal();
    expect(world.after(6000)).toEqual(['a made']);
  });

  it('ends with a client whose session was its last', () => {
    const options: ConnectOptions = {
      scheduler: world.time,
      transport: world.server.transport(),
      serverVersion: '3.8.0',
      onExpiry: 'error',
    };
    world.watch(
      'a',
      connect('memory', options).pipe(
        mergeMap((zk) => persistentNode(zk, '/me').pipe(tap({ complete: () => world.log.push('over') })))
      ),
      made
    );
    world.after(100);
    world.server.expire(world.server.sessions[0]!);
    expect(world.after(1000)).toEqual(['a ! EXPIRED']);
  });
});

describe('a node that is present with data that changes', () => {
  const data = () => String(world.server.tree().get('/me')?.data);

  it('is made with the first, and always says the newest', () => {
    const { zk } = world.client();
    const data$ = new Subject<Uint8Array>();
    world.watch('a', persistentNode(zk, '/me', { data: data$ }), () => 'made');
    world.after(100);
    expect(world.server.tree().has('/me')).toBe(false);
    data$.next(Buffer.from('first'));
    expect([world.after(100), data()]).toEqual([['a made'], 'first']);
    for (const each of ['second', 'third', 'fourth']) data$.next(Buffer.from(each));
    // what was overtaken is not written
    expect([world.after(100), data(), world.server.tree().get('/me')?.stat.version]).toEqual([[], 'fourth', 2]);
  });

  it('is made anew with the newest, and not with an older one before', () => {
    const [a, b] = [world.client(), world.client()];
    const data$ = new BehaviorSubject(Buffer.from('old'));
    world.watch('a', persistentNode(a.zk, '/me', { data: data$ }), () => 'made');
    world.after(100);
    data$.next(Buffer.from('new'));
    world.after(100);
    world.watch('b', b.zk.watch('/me'), ({ kind, value }) => (kind === 'present' ? String(value) : 'gone'));
    world.server.expire(a.zk.ticket.id);
    expect(world.after(1000).filter((line) => line.startsWith('b'))).toEqual(['b gone', 'b new']);
  });

  it.each(['create2', 'multi'])('says the newest when the reply to a %s is lost', (lose) => {
    let lost = 0;
    world = new VirtualWorld({
      faults: ({ operation }) => (operation === lose && lost++ === 0 ? 'cutAfter' : undefined),
    });
    const { zk } = world.client();
    const data$ = new BehaviorSubject(Buffer.from('old'));
    world.watch('a', persistentNode(zk, '/me', { data: data$ }), () => 'made');
    world.time.advance(lose === 'multi' ? 100 : 3);
    data$.next(Buffer.from('new'));
    expect([world.after(2000), data(), lost > 0]).toEqual([['a made'], 'new', true]);
  });

  it('goes with an error of its data', () => {
    const { zk } = world.client();
    const data$ = new BehaviorSubject<Uint8Array | null>(null);
    world.watch('a', persistentNode(zk, '/me', { data: data$ }), () => 'made');
    world.after(100);
    data$.error(new LeaseError('LEASE_LOST', 'of its own'));
    expect([world.after(100), world.server.tree().has('/me')]).toEqual([['a ! LEASE_LOST'], false]);
  });

  it('is not taken for one that somebody else of the session has made since', () => {
    const { zk } = world.client();
    const subscription = world.watch('a', persistentNode(zk, '/me'));
    world.after(100);
    zk.transaction().delete('/me').create('/me', null, { mode: 'ephemeral' }).commit().subscribe();
    subscription.unsubscribe();
    world.after(500);
    expect(world.server.tree().has('/me')).toBe(true);
  });
});
