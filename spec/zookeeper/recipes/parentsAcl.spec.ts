import { describe, expect, it } from '@jest/globals';
import type { Observable } from 'rxjs';
import * as q from '../../../lib/index.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

const closed: readonly q.Acl[] = [{ permissions: 5, scheme: 'world', id: 'anyone' }];
const options = { parentsAcl: closed };
const RECIPES: Readonly<Record<string, (zk: q.ZooKeeper) => Observable<unknown>>> = {
  create: (zk) => zk.create('/p/x', null, { parents: true, ...options }),
  lock: (zk) => q.lock(zk, '/p', options),
  'reading lock': (zk) => q.readWriteLock(zk, '/p', options).read$,
  semaphore: (zk) => q.semaphore(zk, '/p', 2, options),
  multiLock: (zk) => q.multiLock(zk, ['/p'], options),
  elect: (zk) => q.elect(zk, '/p', options),
  present: (zk) => q.persistentNode(zk, '/p/me', options),
  joinParty: (zk) => q.joinParty(zk, '/p', options),
  register: (zk) => q.register(zk, '/p', { name: 'web' }, options),
  partition: (zk) => q.setPartitioner(zk, '/p', ['1'], options),
  doubleBarrier: (zk) => q.doubleBarrier(zk, '/p', 2, options),
  timeLease: (zk) => q.timeLease(zk, '/p', { holder: 'ann', duration: 60_000, ...options }),
};

describe.each(Object.entries(RECIPES))('%s', (name, make) => {
  it('makes the nodes above its own with the ACL that is wanted for them, and its own with its own', () => {
    const world = new VirtualWorld();
    const { zk } = world.client();
    world.watch('it', make(zk), () => '');
    world.after(500);
    zk.getAcl('/p').subscribe(({ acl }) => world.log.push(JSON.stringify(acl)));
    expect(world.after(50).at(-1)).toBe(JSON.stringify(closed));
  });

  it('refuses what is no such ACL, also where nothing has to be made', () => {
    const world = new VirtualWorld();
    const { zk } = world.client();
    zk.create('/p', null).subscribe();
    world.after(50);
    options.parentsAcl = [];
    make(zk).subscribe({ error: ({ code, argument }: q.UsageError) => world.log.push(`${code} ${argument}`) });
    options.parentsAcl = closed;
    expect([name, world.after(500)]).toEqual([name, ['USAGE options.parentsAcl']]);
  });
});
