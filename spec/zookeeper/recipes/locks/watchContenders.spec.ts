import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Observable } from 'rxjs';
import { elect, lock, readWriteLock, semaphore, watchContenders } from '../../../../lib/index.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));
const list = (name: string, path = '/lock', client = world.client()) =>
  world.watch(name, watchContenders(client.zk, path), (all) => `[${all.map(({ data }) => String(data)).join()}]`);
const data = (text: string) => ({ data: Buffer.from(text) });

describe('the list of contenders', () => {
  it('is empty where there is nothing, and shows who waits and who holds', () => {
    const [a, b] = [world.client(), world.client()];
    list('list');
    expect(world.after(100)).toEqual(['list []']);
    world.watch('a', lock(a.zk, '/lock', data('ann')), () => 'held');
    world.after(100);
    world.watch('b', lock(b.zk, '/lock', data('bob')), () => 'held');
    world.after(100);
    a.leave();
    expect(world.after(500)).toEqual(['a |', 'list [bob]', 'b held']);
  });

  it('is in the order of the line, and says whose each node is', () => {
    const clients = [world.client(), world.client(), world.client()];
    for (const { zk } of clients) {
      elect(zk, '/lock').subscribe();
      world.after(20);
    }
    world.watch('sessions', watchContenders(clients[0]!.zk, '/lock'), (all) =>
      all.map(({ session }) => clients.findIndex(({ zk }) => zk.ticket.id === session)).join()
    );
    expect(world.after(50)).toEqual(['sessions 0,1,2']);
  });

  it('knows those of every recipe, and takes nobody else for one', () => {
    const { zk } = world.client();
    zk.create('/lock/config', null, { parents: true }).subscribe();
    zk.create('/lock/other-', null, { mode: 'persistentSequential', parents: true }).subscribe();
    const { read$, write$ } = readWriteLock(zk, '/lock', { ...data('rw'), layout: 'kazoo', reentrant: true });
    const all: ReadonlyArray<Observable<unknown>> = [
      read$,
      write$,
      semaphore(zk, '/lock', 1, data('sem')),
      elect(zk, '/lock', data('elect')),
    ];
    for (const each$ of all) {
      each$.subscribe({ error: () => undefined });
      world.after(20);
    }
    list('list');
    expect(world.after(100)).toEqual(['list [rw,rw,sem,elect]']);
  });

  it('shows when one says something else, and leaves out whom it may not read', () => {
    const { zk } = world.client();
    lock(zk, '/lock', data('ann')).subscribe();
    lock(world.client().zk, '/lock', {
      ...data('bob'),
      acl: [{ permissions: 31, scheme: 'ip', id: '9.9.9.9' }],
    }).subscribe();
    world.after(100);
    list('list');
    expect(world.after(100)).toEqual(['list [ann]']);
    zk.set(
      [...world.server.tree('/lock')].find(([, node]) => String(node.data) === 'ann')![0],
      Buffer.from('amy')
    ).subscribe();
    expect(world.after(100)).toEqual(['list [amy]']);
  });

  it('outlives links and sessions, says nothing in doubt, and completes with its client', () => {
    const [a, watcher] = [world.client(), world.client()];
    lock(a.zk, '/lock', data('ann')).subscribe({ error: () => undefined });
    world.after(50);
    list('list', '/lock', watcher);
    for (let ms = 1; ms < 8; ms++) {
      world.time.advance(1);
      world.server.drop(); // while it reads, too
    }
    expect(world.after(3000)).toEqual(['list [ann]']);
    watcher.cut();
    a.leave();
    expect(world.after(8000)).toEqual([]);
    watcher.heal();
    expect(world.after(12_000)).toEqual(['list []']);
    void watcher.zk.close();
    expect(world.after(100)).toEqual(['list |']);
  });
});
