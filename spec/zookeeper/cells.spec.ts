import { beforeEach, describe, expect, it } from '@jest/globals';
import { cells, type WatchedCells } from '../../lib/index.js';
import { VirtualWorld } from '../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));

const data = (text: string) => Buffer.from(text);
const NOBODY = [{ permissions: 8, scheme: 'world', id: 'anyone' }];

describe('cells in ZooKeeper', () => {
  it('are nodes below their path, under names that any client can read', () => {
    const { zk } = world.client();
    for (const key of ['plain', 'a/b', '..']) cells(zk, '/c').create(key, data(key)).subscribe();
    world.after(50);
    const nodes = [...world.server.tree('/c')].map(([path, it]) => `${path}=${String(it.data)}`).slice(1);
    expect(nodes.sort()).toEqual(['/c/%2E.=..', '/c/a%2Fb=a/b', '/c/plain=plain']);
  });

  it('leave alone what others keep beside them, and what the server keeps in the root', () => {
    const { zk } = world.client();
    const root = cells(zk, '/');
    for (const path of ['/%61', '/%', '/%zz', '/ä', '/ok']) zk.create(path).subscribe();
    root.create('zookeeper', data('mine')).subscribe();
    world.watch('list', root.list(''), String);
    let last: WatchedCells<number> | undefined;
    root.watchPrefix('').subscribe((now) => (last = now));
    expect(world.after(50)).toEqual(['list ok,zookeeper', 'list |']);
    expect([...last!.cells.keys()].sort()).toEqual(['ok', 'zookeeper']);
    world.watch('get', root.get('zookeeper'), ({ value }) => String(value));
    expect(world.after(50)).toEqual(['get mine', 'get |']);
  });

  it('may be denied, and are no values then; no data is a value of no bytes', () => {
    const { zk } = world.client();
    zk.create('/c/secret', data('x'), { parents: true, acl: NOBODY }).subscribe();
    zk.create('/c/null', null, { parents: true }).subscribe();
    world.after(20);
    const it = cells(zk, '/c');
    world.watch('secret', it.get('secret'), ({ kind }) => kind);
    world.watch('null', it.get('null'), ({ kind, value }) => `${kind} ${value?.length}`);
    world.watch('watched', it.watch('secret'), ({ kind }) => kind);
    world.watch('all', it.watchPrefix(''), (now) =>
      [...now.cells]
        .map(([key, { kind }]) => `${key} ${kind}`)
        .sort()
        .join()
    );
    expect(world.after(50).sort()).toEqual([
      'all null present,secret denied',
      'null present 0',
      'null |',
      'secret denied',
      'secret |',
      'watched denied',
    ]);
  });

  it('say what they are in doubt about, and why', () => {
    const { zk, cut, heal } = world.client();
    const it = cells(zk, '/c');
    it.set('k', data('1')).subscribe();
    world.watch('one', it.watch('k'), ({ kind, cause }) => `${kind} ${cause?.code}`);
    world.watch('all', it.watchPrefix(''), (now) => `${now.cells.size} ${now.cause?.code}`);
    world.after(50);
    cut();
    expect(world.after(3000).sort()).toEqual(['all 1 CONNECTION_LOST', 'one present CONNECTION_LOST']);
    heal();
    expect(world.after(3000).sort()).toEqual(['all 1 undefined', 'one present undefined']);
  });

  it('are not written twice when the reply to a write is lost', () => {
    let losses = 0;
    world = new VirtualWorld({
      faults: ({ operation }) => (operation === 'setData' && losses++ === 0 ? 'cutAfter' : undefined),
    });
    const { zk } = world.client();
    const it = cells(zk, '/c');
    it.create('k', data('1')).subscribe();
    world.after(50);
    it.set('k', data('2')).subscribe({
      error: ({ code, effect }: { code: string; effect: string }) => void world.log.push(`${code} ${effect}`),
    });
    expect(world.after(3000)).toEqual(['CONNECTION_LOST unknown']);
    world.watch('get', it.get('k'), ({ version }) => String(version));
    expect(world.after(50)).toEqual(['get 1', 'get |']);
  });
});
