import { beforeEach, describe, expect, it } from '@jest/globals';
import { retry } from 'rxjs';
import type { ZooKeeperFaultRequest } from '../../../../lib/testing/index.js';
import { CONTENTIONS } from '../../../helpers/contending.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));

type Blow = readonly ['cut' | 'cutAfter', (request: ZooKeeperFaultRequest) => boolean];
const creates = (path: RegExp) => (request: ZooKeeperFaultRequest) =>
  request.operation === 'create2' && path.test(request.path ?? '');
// reads of one turn travel together
const lists = ({ operation }: ZooKeeperFaultRequest) => /^(getChildren|multiRead)/.test(operation);

describe.each(CONTENTIONS)('%s', (_, { contend, rival }) => {
  it('waits for servers that cannot be reached, and is held when they can', () => {
    const a = world.client();
    a.cut();
    world.watch('a', contend(a.zk, '/l'));
    expect(world.after(60_000)).toEqual([]);
    a.heal();
    expect([world.after(12_000), world.children('/l').length]).toEqual([['a held'], 1]);
  });

  it('is refused with the word of the server', () => {
    const a = world.client();
    a.zk.create('/closed', null, { acl: [{ permissions: 1, scheme: 'world', id: 'anyone' }] }).subscribe();
    a.zk.create('/ephemeral', null, { mode: 'ephemeral' }).subscribe();
    world.watch('a', contend(a.zk, '/closed'));
    world.watch('b', contend(a.zk, '/ephemeral'));
    expect(world.after(1000)).toEqual(['a ! NO_AUTH', 'b ! NO_CHILDREN_FOR_EPHEMERALS']);
  });

  it('leaves no node behind, whenever it is given up on the way', () => {
    const [a, b] = [world.client(), world.client()];
    world.watch('b', rival(b.zk, '/l'));
    expect(world.after(100)).toEqual(['b held']);
    const [node] = world.children('/l');
    for (let ms = 0; ms < 12; ms++) {
      const subscription = contend(a.zk, '/l').subscribe();
      world.after(ms);
      subscription.unsubscribe();
      world.after(100);
      expect([ms, world.children('/l')]).toEqual([ms, [node]]);
    }
  });

  it('leaves no node behind either when the link is lost just before, or just after', () => {
    const a = world.client();
    world.after(100);
    for (let ms = 0; ms < 12; ms++) {
      for (const first of ['link', 'subscription'] as const) {
        const subscription = contend(a.zk, '/l').subscribe();
        world.after(ms);
        if (first === 'link') world.server.drop();
        subscription.unsubscribe();
        if (first === 'subscription') world.server.drop();
        world.after(2000);
        expect([ms, first, world.children('/l')]).toEqual([ms, first, []]);
      }
    }
    expect(world.server.sessions).toEqual([a.zk.ticket.id]); // all in one session, which took no node with it
  });

  it('leaves no node behind when it is given up before it could be asked for', () => {
    const a = world.client();
    a.cut();
    const subscription = contend(a.zk, '/l').subscribe();
    world.after(500);
    subscription.unsubscribe();
    a.heal();
    world.after(12_000);
    expect([a.zk.state.kind, world.children('/l')]).toEqual(['connected', []]);
  });

  it.each<[string, ...Blow[]]>([
    ['the reply to its create is lost', ['cutAfter', creates(/^.l.+/)]],
    ['its create never arrives', ['cut', creates(/^.l.+/)]],
    ['the reply to the create of its parent is lost', ['cutAfter', creates(/^.l$/)]],
    ['the create of its parent never arrives', ['cut', creates(/^.l$/)]],
    [
      'the link is lost over the search for its node, too',
      ['cutAfter', creates(/^.l.+/)],
      ['cut', lists],
      ['cutAfter', lists],
    ],
    ['the link is lost when it looks who came before', ['cut', lists], ['cutAfter', lists]],
  ])('is held, with one node, when %s', (_, ...blows) => {
    const left = [...blows];
    world = new VirtualWorld({ faults: (request) => (left[0]?.[1](request) ? left.shift()![0] : undefined) });
    const { zk } = world.client();
    if (left.length > 1) zk.create('/l').subscribe();
    world.watch('a', contend(zk, '/l'));
    expect([world.after(5000), world.children('/l').length, left]).toEqual([['a held'], 1, []]);
  });

  it('begins anew when the session is lost before it has a node', () => {
    const a = world.client();
    world.after(100);
    a.cut();
    world.after(3000); // the loss of the link is noticed
    world.watch('a', contend(a.zk, '/l').pipe(retry()));
    expect([world.after(5000), a.zk.state]).toEqual([[], expect.objectContaining({ kind: 'connecting' })]);
    a.heal();
    expect([world.after(12_000), world.children('/l').length]).toEqual([['a held'], 1]);
  });

  it('comes to an end when the client is closed, however often it is tried again', () => {
    const [a, b, c, d] = [world.client(), world.client(), world.client(), world.client()];
    world.watch('a', rival(a.zk, '/l'));
    d.cut();
    world.after(100);
    world.watch('b', contend(b.zk, '/l').pipe(retry()));
    world.watch('d', contend(d.zk, '/l').pipe(retry()));
    world.after(100);
    b.leave(); // waits in line
    world.watch('c', contend(c.zk, '/l').pipe(retry()));
    void c.zk.close(); // has not asked yet
    d.leave(); // cannot ask
    expect(world.after(1000).sort()).toEqual(['b |', 'c |', 'd |']);
    world.watch('b', contend(b.zk, '/l').pipe(retry())); // has been closed
    expect([world.after(0), world.children('/l').length]).toEqual([['b |'], 1]);
  });

  it('comes to an end with a client whose session was its last', () => {
    const a = world.client({ onExpiry: 'error' });
    world.watch('a', contend(a.zk, '/l').pipe(retry()));
    world.after(100);
    a.cut();
    world.after(3000);
    world.watch('b', contend(a.zk, '/l').pipe(retry()));
    expect(
      world
        .after(5000)
        .filter((line) => !line.startsWith('client'))
        .sort()
    ).toEqual(['a |', 'b |']);
  });

  it('is held, with one node, when its create takes longer than requests of this client may', () => {
    world = new VirtualWorld({ faults: ({ operation }) => (operation === 'create2' ? { delay: 300 } : undefined) });
    const { zk } = world.client();
    zk.create('/l').subscribe();
    world.watch('a', contend(zk.with({ timeout: 100 }), '/l'));
    expect([world.after(5000), world.children('/l').length]).toEqual([['a held'], 1]);
  });

  it('is held, with one node, of a server that does not say which transaction made it, over lost links', () => {
    let losses = 0;
    world = new VirtualWorld({
      version: '3.4.14',
      faults: ({ operation }) => (operation === 'exists' && losses++ < 2 ? 'cutAfter' : undefined),
    });
    world.watch('a', contend(world.client({ serverVersion: '3.4.14' }).zk, '/l'));
    expect([world.after(5000), world.children('/l').length, losses > 2]).toEqual([['a held'], 1, true]);
  });
});
