import { beforeEach, describe, expect, it } from '@jest/globals';
import { retry } from 'rxjs';
import { joinParty, persistentNode } from '../../../../lib/index.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));
const made = () => 'made';

describe('presence', () => {
  it('begins when servers can be reached that could not', () => {
    const { zk, cut, heal } = world.client();
    cut();
    world.watch('a', persistentNode(zk, '/me'), made);
    expect(world.after(30_000)).toEqual([]);
    heal();
    expect([world.after(12_000), world.server.tree().has('/me')]).toEqual([['a made'], true]);
  });

  it('is refused with the word of the server', () => {
    const { zk } = world.client();
    zk.create('/closed', null, { acl: [{ permissions: 1, scheme: 'world', id: 'anyone' }] }).subscribe();
    zk.create('/ephemeral', null, { mode: 'ephemeral' }).subscribe();
    world.watch('a', persistentNode(zk, '/closed/me'));
    world.watch('b', joinParty(zk, '/ephemeral'));
    expect(world.after(100)).toEqual(['a ! NO_AUTH', 'b ! NO_CHILDREN_FOR_EPHEMERALS']);
  });

  it('leaves nothing behind, whenever it is given up, and if the link is lost over it', () => {
    const { zk } = world.client();
    world.after(100);
    for (let ms = 0; ms < 8; ms++) {
      for (const drop of [false, true]) {
        const subscription = persistentNode(zk, '/me').subscribe();
        world.after(ms);
        subscription.unsubscribe();
        if (drop) world.server.drop();
        world.after(2000);
        expect([ms, drop, world.server.tree().has('/me')]).toEqual([ms, drop, false]);
      }
    }
    expect(world.server.sessions).toEqual([zk.ticket.id]); // which took no node with it
  });

  it('begins anew when the session is lost before the node is made', () => {
    const { zk, cut, heal } = world.client();
    world.after(100);
    cut();
    world.after(3000);
    world.watch('a', persistentNode(zk, '/me'), made);
    expect(world.after(5000)).toEqual([]);
    heal();
    expect(world.after(12_000)).toEqual(['a made']);
  });

  it('keeps its node over a short loss of the link', () => {
    const { zk, cut, heal } = world.client();
    world.watch('a', persistentNode(zk, '/me'), made);
    world.after(100);
    const { czxid } = world.server.tree().get('/me')!.stat;
    world.server.drop();
    world.after(500);
    cut();
    world.after(3000);
    heal();
    expect([world.after(2000), world.server.tree().get('/me')?.stat.czxid]).toEqual([[], czxid]);
  });

  it('completes when its client is closed: with a node, without one yet, in a line, and afterwards', () => {
    const [a, b, c] = [world.client(), world.client(), world.client()];
    world.watch('a', persistentNode(a.zk, '/me').pipe(retry()), made);
    world.after(50);
    world.watch('b', persistentNode(b.zk, '/me').pipe(retry()), made);
    world.after(50);
    c.cut();
    world.watch('c', persistentNode(c.zk, '/other').pipe(retry()), made);
    for (const each of [b, c, a]) each.leave();
    expect(world.after(5000).sort()).toEqual(['a |', 'b |', 'c |']); // without a link closing takes its time
    world.watch('late', persistentNode(a.zk, '/me').pipe(retry()), made);
    expect(world.after(100)).toEqual(['late |']);
  });

  it('asks for no node any more once it is left while another’s stands', () => {
    const [a, b] = [world.client(), world.client()];
    const first = persistentNode(a.zk, '/me').subscribe();
    world.after(50);
    const second = persistentNode(b.zk, '/me').subscribe();
    world.after(50);
    second.unsubscribe();
    world.watch('seen', b.zk.watch('/me'), ({ kind }) => kind);
    world.after(50);
    first.unsubscribe();
    expect(world.after(1000)).toEqual(['seen absent']);
  });

  it('waits in patience for a node that it may not read', () => {
    let requests = 0;
    world = new VirtualWorld({ faults: () => void requests++ });
    const [a, b] = [world.client(), world.client()];
    a.zk.create('/me', null, { acl: [{ permissions: 2, scheme: 'world', id: 'anyone' }] }).subscribe();
    world.after(50);
    requests = 0;
    world.watch('b', persistentNode(b.zk, '/me'), made);
    expect([world.after(1000), requests < 10]).toEqual([[], true]);
  });

  it('follows one another, when node after node goes', () => {
    const clients = [world.client(), world.client(), world.client()];
    clients.forEach(({ zk }, i) => {
      world.watch(`${i}`, persistentNode(zk, '/me'), made);
      world.time.advance(20);
    });
    expect(world.after(100)).toEqual(['0 made']);
    clients[0]!.leave();
    expect(world.after(100)).toEqual(['0 |', expect.stringMatching(/^[12] made$/)]);
    const owner = world.server.tree().get('/me')!.stat.ephemeralOwner;
    clients.find(({ zk }) => zk.ticket.id === owner)!.leave();
    expect(world.after(100).sort()).toEqual([
      expect.stringMatching(/^[12] (made|\|)$/),
      expect.stringMatching(/^[12] (made|\|)$/),
    ]);
  });
});
