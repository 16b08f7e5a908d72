import { expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import { ArakoonGround } from '../helpers/arakoonGround.js';
import { VirtualWorld } from '../helpers/virtualWorld.js';

const SECRET = 'hunter2';

it('a client of ZooKeeper shows its state, its server and the requests under way, and no secret', () => {
  const world = new VirtualWorld();
  const { zk } = world.client({ auth: [{ scheme: 'digest', auth: `bob:${SECRET}` }] });
  expect(inspect(zk)).toBe("ZooKeeper { state: 'connecting', requests: { waiting: 0, underWay: 0 } }");
  world.after(100);
  zk.set('/a', Buffer.from(SECRET)).subscribe({ error: () => undefined });
  zk.get('/b').subscribe({ error: () => undefined });
  const options = { breakLength: Infinity };
  expect(inspect(zk.chroot('/app'), options).replace(/0x[0-9a-f]+/, '0x1')).toBe(
    "ZooKeeper { state: 'connected', session: '0x1', server: 'memory:2181', root: '/app', " +
      'requests: { waiting: 2, underWay: 0 } }'
  );
  world.after(0);
  expect(inspect(zk)).toContain('requests: { waiting: 0, underWay: 2 }');
  expect(inspect({ zk, inside: Object.create(zk) as unknown }, { depth: 9, showHidden: true })).not.toMatch(
    /hunter2|password/
  );
  world.after(100);
  void world.server.refuse();
  world.server.drop();
  world.after(10);
  expect(inspect(zk)).toMatch(/state: 'suspended',[^]*server: 'memory:2181',[^]*until: 19\d\d-[^]*cause: /);
  void zk.close();
  expect(inspect(zk)).toContain("state: 'closed'");
});

it('a client of Arakoon shows its state, its master and the requests under way, and no value', () => {
  const ground = new ArakoonGround();
  expect(inspect(ground.arakoon)).toMatch(/^Arakoon \{ state: 'searching',/);
  ground.pass();
  ground.ask('set', ground.arakoon.set('/a', Buffer.from(SECRET)));
  expect(inspect(ground.arakoon, { breakLength: Infinity })).toMatch(
    /^Arakoon \{ state: 'connected', master: '\w+', cluster: '\w+', requests: 1 \}$/
  );
  expect(inspect(ground.arakoon.with({ timeout: 5 }))).toContain('requests: 1');
  void ground.arakoon.close();
  expect(inspect(ground.arakoon)).toContain("state: 'closed'");
});
