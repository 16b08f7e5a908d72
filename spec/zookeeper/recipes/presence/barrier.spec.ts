import { beforeEach, describe, expect, it } from '@jest/globals';
import { concat } from 'rxjs';
import { barrier } from '../../../../lib/index.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));

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

  it('is passed at once where there is none, as soon as that is known', () => {
    const { zk, cut, heal } = world.client();
    cut();
    world.watch('a', barrier(zk, '/up').passed$);
    expect(world.after(5000)).toEqual([]);
    heal();
    expect(world.after(12_000)).toEqual(['a |']);
  });

  it('stays when the session of the one who raised it goes', () => {
    const [a, b] = [world.client(), world.client()];
    barrier(a.zk, '/some/where/up').raise().subscribe();
    world.after(50);
    a.leave();
    world.watch('b', barrier(b.zk, '/some/where/up').passed$);
    expect(world.after(5000)).toEqual([]);
  });

  it('that was lifted while the link was lost is passed when it is back; one that stands again is not', () => {
    const [a, b] = [world.client(), world.client()];
    barrier(a.zk, '/up').raise().subscribe();
    world.after(50);
    world.watch('b', barrier(b.zk, '/up').passed$);
    world.after(50);
    for (const then of [['raise'], []] as const) {
      b.cut();
      concat(barrier(a.zk, '/up').lift(), ...then.map(() => barrier(a.zk, '/up').raise())).subscribe();
      expect(world.after(3000)).toEqual([]);
      b.heal();
      expect(world.after(1000)).toEqual(then.length === 1 ? [] : ['b |']);
    }
  });

  it('is not passed because the client is closed', () => {
    const { zk } = world.client();
    barrier(zk, '/up').raise().subscribe();
    world.after(50);
    world.watch('a', barrier(zk, '/up').passed$);
    world.after(50);
    void zk.close();
    expect(world.after(100)).toEqual(['a ! CLOSED']);
    world.watch('late', barrier(zk, '/other').passed$);
    expect(world.after(100)).toEqual(['late ! CLOSED']);
  });

  it('is not passed by one who may not see whether it stands', () => {
    const { zk } = world.client();
    zk.create('/up', null, { acl: [{ permissions: 8, scheme: 'world', id: 'anyone' }] }).subscribe();
    world.after(50);
    world.watch('a', barrier(zk, '/up').passed$);
    expect(world.after(1000)).toEqual([]);
  });

  it('is left without a trace', () => {
    const { zk } = world.client();
    barrier(zk, '/up').raise().subscribe();
    world.after(50);
    world.watch('a', barrier(zk, '/up').passed$).unsubscribe();
    barrier(zk, '/up').lift().subscribe();
    expect([world.after(100), [...world.server.tree().keys()]]).toEqual([[], ['/']]);
  });

  it('is refused with the word of the server', () => {
    const { zk } = world.client();
    zk.create('/closed', null, { acl: [{ permissions: 1, scheme: 'world', id: 'anyone' }] }).subscribe();
    world.watch('a', barrier(zk, '/closed/up').raise());
    zk.create('/full', null).subscribe();
    zk.create('/full/child', null).subscribe();
    world.watch('b', barrier(zk, '/full').lift());
    expect(world.after(100)).toEqual(['a ! NO_AUTH', 'b ! NOT_EMPTY']);
  });

  it('is not passed because of what was known before the link was lost', () => {
    const [a, b] = [world.client(), world.client()];
    world.watch('seen', b.zk.watch('/up'), ({ kind, stale }) => `${kind}${stale ? '?' : ''}`);
    world.after(50);
    b.cut();
    barrier(a.zk, '/up').raise().subscribe();
    world.after(3000);
    world.watch('b', barrier(b.zk, '/up').passed$);
    b.heal();
    expect(world.after(1000)).toEqual(['seen present']);
  });
});
