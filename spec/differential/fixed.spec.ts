import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SUPER_PASSWORD } from '../helpers/zookeeperConfig.js';
import { OPEN_ACL, Op, auth, bare, create, multi, ofPath, ofWatch, read, remove, setAcl, setData } from './requests.js';
import { Pair, TwoServers } from './twoServers.js';

const REAP = 100;
const QUOTA = '/zookeeper/quota/q';
const make = (path: string, more: object = {}) => create(Op.create, { path, ...more });
const has = (text: string) => expect.arrayContaining([expect.stringContaining(text)]);

describe('the embedded server, like the real one,', () => {
  let servers: TwoServers;
  beforeAll(async () => {
    const properties = { 'znode.container.checkIntervalMs': `${REAP}`, 'zookeeper.enforceQuota': 'true' };
    servers = await TwoServers.start({ real: { properties }, embedded: { reapInterval: REAP, enforceQuota: true } });
  });
  afterAll(() => servers[Symbol.asyncDispose]());
  let pair: Pair;
  beforeAll(async () => {
    pair = new Pair(servers);
    await pair.open(0);
  });

  it('grants session timeouts between its limits', async () => {
    for (const timeout of [-5, 0, 999, 1000, 1500, 30_000, 60_001, 2 ** 31 - 1]) {
      expect(await pair.open(1, { timeout })).toEqual(has(`timeout=${Math.min(60_000, Math.max(1000, timeout))} `));
      await pair.sendLast(1, bare(Op.closeSession));
    }
  });

  it('answers a create2 in a multi as a create, before that was mended', async () => {
    expect(
      await pair.send(
        0,
        multi(Op.multi, [create(Op.create2, { path: '/m' }), create(Op.createContainer, { path: '/mc', flags: 4 })])
      )
    ).toEqual(has('[1/0 "/m"; 15/0 "/mc" <'));
  });

  it('goes by the opcode when the flags say something else', async () => {
    expect(await pair.send(0, create(Op.createContainer, { path: '/odd', flags: 1 }))).toEqual(has('children=0>'));
    await pair.send(
      0,
      make('/odd/x'),
      create(Op.create2, { path: '/odd/c', flags: 4 }),
      create(Op.createContainer, { path: '/odd/s', flags: 3 })
    );
    await pair.send(
      0,
      create(Op.createTtl, { path: '/odd/t', flags: 0 }),
      create(Op.create2, { path: '/odd/t', flags: 5 }),
      bare(Op.getEphemerals),
      read(Op.getChildren, '/odd')
    );
    await pair.send(
      0,
      multi(Op.multi, [remove('/odd/x'), remove('/odd/c'), create(Op.createContainer, { path: '/odd/m', flags: 1 })]),
      ofPath(Op.getEphemerals, '/')
    );
  });

  it('deletes a container that has lost its children, but not one that never had any', async () => {
    await pair.open(1);
    await pair.send(
      1,
      create(Op.createContainer, { path: '/unused', flags: 4 }),
      create(Op.createContainer, { path: '/c', flags: 4 }),
      make('/c/x')
    );
    await pair.send(0, read(Op.exists, '/c', true), read(Op.exists, '/unused', true));
    expect(await pair.until('"/c"', 1, { kind: 'send', slot: 1, ask: () => [remove('/c/x')] })).toEqual(
      has('0: xid=-1 zxid=-1 err=0 event 2 3 "/c"')
    );
    expect(await pair.send(0, read(Op.getChildren2, '/'), read(Op.exists, '/unused'))).toEqual(has('"unused"'));
  });

  it('deletes a TTL node that nobody has changed for its time, and spares one with children', async () => {
    const ttl = (path: string) => create(Op.createTtl, { path, flags: 5, ttl: 500n });
    await pair.send(1, ttl('/t'), ttl('/parent'), make('/parent/x'));
    await pair.send(0, read(Op.exists, '/t', true), read(Op.exists, '/parent', true));
    expect(await pair.until('"/t"')).toEqual(['0: xid=-1 zxid=-1 err=0 event 2 3 "/t"']);
    expect(await pair.until('"/parent"', 1, { kind: 'send', slot: 1, ask: () => [remove('/parent/x')] })).toEqual(
      has('0: xid=-1 zxid=-1 err=0 event 2 3 "/parent"')
    );
  });

  it('keeps to quotas: one request does not pass a hard limit, but a multi does, and is counted later', async () => {
    await pair.send(
      0,
      make('/q', { data: 'abc' }),
      make(QUOTA),
      make(`${QUOTA}/zookeeper_limits`, { data: 'count=2,bytes=10=;byteHardLimit=20;countHardLimit=4' }),
      make(`${QUOTA}/zookeeper_stats`, { data: 'count=0,bytes=0' })
    );
    const stats = read(Op.getData, `${QUOTA}/zookeeper_stats`);
    expect(await pair.send(0, stats)).toEqual(has('"count=1,bytes=3"'));
    for (let i = 0; i < 2; i++) await pair.send(0, make(`/q/${i}`, { data: 'xx' }));
    expect(await pair.send(0, setData('/q', 'x'.repeat(16)))).toEqual(has('err=0'));
    expect(await pair.send(0, setData('/q', 'x'.repeat(17)))).toEqual(has('err=-125'));
    expect(
      await pair.send(
        0,
        multi(Op.multi, [make('/q/m1'), make('/q/m2'), make('/q/m3'), setData('/q/0', ''), setData('/q/1', '')])
      )
    ).toEqual(has('[1/0'));
    expect(await pair.send(0, stats)).toEqual(has('"count=6,bytes=16"'));
    expect(await pair.send(0, make('/q/no'))).toEqual(has('err=-125'));
    expect(
      await pair.send(0, multi(Op.multi, [remove('/q/m1'), remove('/q/m2'), remove('/q/m3'), make('/q/no')]))
    ).toEqual(has('-1/-125'));
    await pair.send(0, remove('/q/m1'), remove('/q/m2'));
    await pair.send(0, remove('/q/m3'), stats);
    await pair.send(
      0,
      multi(Op.multi, [
        setData(`${QUOTA}/zookeeper_limits`, 'count=-1,bytes=-1'),
        make('/q/a'),
        make('/q/b'),
        make('/q/c'),
      ]),
      stats
    );
    await pair.send(0, remove(`${QUOTA}/zookeeper_limits`));
    expect(
      await pair.send(0, make('/q/free', { data: 'x'.repeat(50) }), stats, ofPath(Op.getAllChildrenNumber, '/q'))
    ).toEqual(has('err=0'));
  });

  it('takes back what a failed multi did to quotas', async () => {
    await pair.send(0, make('/q/m'), make(`${QUOTA}/zookeeper_limits`, { data: 'count=100,bytes=100' }));
    const stats = read(Op.getData, `${QUOTA}/zookeeper_stats`);
    const before = await pair.send(0, stats);
    const failing = remove('/nothing');
    await pair.send(
      0,
      multi(Op.multi, [
        make('/q/x', { data: 'abc' }),
        setData(`${QUOTA}/zookeeper_stats`, 'count=9,bytes=9'),
        make('/q/y'),
        remove(`${QUOTA}/zookeeper_stats`),
        failing,
      ])
    );
    const quota = /"count=[^"]*"/;
    expect((await pair.send(0, stats)).map((line) => quota.exec(line)?.[0])).toEqual(
      before.map((line) => quota.exec(line)?.[0])
    );
    await pair.send(
      0,
      multi(Op.multi, [remove(`${QUOTA}/zookeeper_limits`), make('/q/x'), failing]),
      make('/q/z'),
      stats
    );
  });

  it('lets the super user do everything, and tells others nothing', async () => {
    await pair.send(1, make('/secret', { acl: [{ perms: 31, scheme: 'digest', id: 'nobody:x' }] }));
    expect(
      await pair.send(1, read(Op.getData, '/secret'), setAcl('/secret', OPEN_ACL), ofPath(Op.getAcl, '/secret'))
    ).toEqual(has('err=-102'));
    await pair.send(1, read(Op.exists, '/secret', true), ofWatch(Op.addWatch, '/', 1));
    await pair.open(2);
    expect(
      await pair.send(
        2,
        auth('digest', `super:${SUPER_PASSWORD}`),
        bare(Op.whoAmI),
        read(Op.getData, '/secret'),
        ofPath(Op.getAcl, '/secret')
      )
    ).toEqual(has('"super":""'));
    expect(await pair.send(2, setData('/secret', 'y'), remove('/secret'))).not.toEqual(has('event'));
  });

  it('ends a session that is silent, and its ephemerals in one transaction', async () => {
    await pair.open(2, { timeout: 1000 });
    await pair.send(2, ...[1, 2, 3].map((i) => make(`/e${i}`, { flags: 1 })));
    await pair.send(0, ...[1, 2, 3].map((i) => read(Op.exists, `/e${i}`, true)), read(Op.getChildren, '/', true));
    await pair.take({ kind: 'drop', slot: 2 });
    expect(await pair.until('0: xid=-1 zxid=-1 err=0 event 2', 3)).toEqual(has('event 4 3 "/"'));
    expect(await pair.open(2, {}, 'again')).toEqual(has('timeout=0'));
    await pair.send(0, read(Op.getChildren2, '/'));
  });
});
