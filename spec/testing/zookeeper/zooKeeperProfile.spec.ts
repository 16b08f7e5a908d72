import { describe, expect, it } from '@jest/globals';
import { type ZooKeeperProfile, zooKeeperInMemory, startZooKeeper } from '../../../lib/testing/index.js';
import { ZooKeeperCore } from '../../../lib/testing/zookeeper/zooKeeperCore.js';
import { zooKeeperServerSettings } from '../../../lib/testing/zookeeper/zooKeeperServerOptions.js';
import { RawGuest } from '../../helpers/rawGuest.js';
import { VirtualTime } from '../../helpers/virtualTime.js';
import { frame } from '../../helpers/wireBytes.js';
import { helloBytes, request } from '../../differential/rawClient.js';
import {
  type Asked,
  OPEN_ACL,
  Op,
  auth,
  bare,
  check,
  create,
  multi,
  ofPath,
  ofWatch,
  read,
  reconfig,
  remove,
  setAcl,
  setData,
  setWatches,
} from '../../differential/requests.js';

const KNOWN: readonly Asked[] = [
  ...[
    create(Op.create, { path: '/a' }),
    remove('/gone'),
    read(Op.exists, '/', true),
    read(Op.getData, '/', true),
    setData('/', 'x'),
    ofPath(Op.getAcl, '/'),
    setAcl('/', OPEN_ACL),
  ],
  ...[
    read(Op.getChildren, '/', true),
    read(Op.getChildren2, '/'),
    ofPath(Op.sync, '/'),
    check('/'),
    check('/none'),
    bare(Op.ping),
    auth('digest', 'a:b'),
  ],
  ...[
    multi(Op.multi, [create(Op.create, { path: '/m' }), setData('/m', 'x'), check('/m'), remove('/m')]),
    multi(Op.multiRead, [read(Op.getData, '/'), read(Op.getChildren, '/')]),
  ],
];
const UNKNOWN: readonly Asked[] = [
  ...[
    create(Op.create2, { path: '/a' }),
    create(Op.createContainer, { path: '/a', flags: 4 }),
    create(Op.createTtl, { path: '/a', flags: 5 }),
    ofPath(Op.deleteContainer, '/a'),
    reconfig(),
  ],
  ...[
    setWatches(0n, [[], [], []]),
    setWatches(0n, [[], [], [], [], []]),
    ofWatch(Op.addWatch, '/', 0),
    ofWatch(Op.removeWatches, '/', 3),
    ofWatch(Op.checkWatches, '/', 3),
  ],
  ...[
    bare(Op.whoAmI),
    ofPath(Op.getEphemerals, '/'),
    ofPath(Op.getAllChildrenNumber, '/'),
    ofPath(Op.sasl, ''),
    bare(999),
  ],
  multi(Op.multi, [create(Op.create, { path: '/m' }), create(Op.create2, { path: '/n' })]),
];

function ground(profile: 'clickhouse-keeper' | ZooKeeperProfile = 'clickhouse-keeper') {
  const time = new VirtualTime();
  const core = new ZooKeeperCore(zooKeeperServerSettings({ profile, scheduler: time, tickTime: 100 }), undefined);
  const guest = new RawGuest(core).say(helloBytes({ timeout: 1000 }));
  const welcome = guest.frames()[0]!;
  const ask = ({ opcode, body, xid = 1 }: Asked) => guest.say(frame(request(xid, opcode, body))).frames();
  return { time, core, guest, welcome, ask };
}

describe('the embedded server as ClickHouse Keeper', () => {
  it.each(KNOWN.map((asked) => [asked.text, asked] as const))('answers %s', (_text, asked) => {
    const { guest, ask } = ground();
    const [reply] = ask(asked);
    expect([reply!.readInt32BE(12), guest.ended]).toEqual([/gone|none/.test(asked.text) ? -101 : 0, false]);
  });

  it.each(UNKNOWN.map((asked) => [asked.text, asked] as const))(
    'hangs up on %s without a word, and does nothing',
    (_text, asked) => {
      const { core, guest, ask } = ground();
      expect([ask(asked), guest.ended]).toEqual([[], true]);
      expect(core.state.tree.get('/m')).toBeUndefined();
    }
  );

  it('gives its own version, and is no ZooKeeper of any', () => {
    const { core } = ground();
    const word = (text: string) => new RawGuest(core).say(Buffer.from(text)).take().toString();
    for (const text of ['srvr', 'stat']) expect(word(text)).toMatch(/^ClickHouse Keeper version: v24\.2\.1\.2248-/);
    expect(word('srvr')).toContain('\nZxid: 1\n');
    expect(word('mntr')).toContain('zk_version\tv24.2.1.2248-');
    expect([word('ruok'), word('isro'), word('gtmk')]).toEqual(['imok', 'rw', '']);
  });

  it('has no nodes of ZooKeeper, and its own', () => {
    const { core, ask } = ground();
    expect(core.state.tree.nodes.has('/zookeeper')).toBe(false);
    expect(ask(remove('/keeper'))[0]!.readInt32BE(12)).toBe(-8);
    const server = zooKeeperInMemory({ profile: 'clickhouse-keeper', scheduler: new VirtualTime() });
    expect([...server.tree().keys()]).toEqual(['/']);
    expect([...server.tree('/keeper').keys()]).toEqual(['/keeper', '/keeper/api_version']);
  });

  it('gives a client that comes back a new session; the old one ends in its time, with its ephemerals', () => {
    const { time, core, guest, welcome, ask } = ground();
    const id = welcome.readBigInt64BE(8);
    ask(create(Op.create, { path: '/e', flags: 1 }));
    for (const each of [...core.connections]) each.destroy();
    const again = new RawGuest(core)
      .say(helloBytes({ timeout: 60_000, id, password: welcome.subarray(20, 36), lastZxidSeen: 1000n }))
      .frames()[0]!;
    expect(again).toHaveLength(36);
    expect([
      guest.ended,
      again.readBigInt64BE(8) === id,
      core.sessions.size,
      core.state.tree.get('/e') !== undefined,
    ]).toEqual([true, false, 2, true]);
    time.advance(1200);
    expect([core.sessions.size, core.state.tree.get('/e')]).toEqual([1, undefined]);
  });
});

describe('a profile', () => {
  it('can drop what it does not know without a word, and serve what follows', () => {
    const { guest, ask } = ground({ unknown: 'ignore' });
    for (const asked of UNKNOWN) expect(ask(asked)).toEqual([]);
    expect(guest.ended).toBe(false);
    expect(ask(read(Op.exists, '/'))[0]!.readInt32BE(12)).toBe(0);
  });

  it('can refuse it as ZooKeeper does', () => {
    const { guest, ask } = ground({ unknown: 'refuse' });
    expect([ask(bare(Op.whoAmI))[0]!.readInt32BE(12), guest.ended]).toEqual([-6, true]);
  });

  it('can know other operations, call itself otherwise, and give sessions back', () => {
    const { core, welcome, ask } = ground({
      versionLine: 'RaftKeeper version: v2.1.1',
      operations: ['getData', 'setWatches', 'whoAmI'],
      restoresSessions: true,
    });
    expect([ask(setWatches(0n, [[], [], []])), ask(bare(Op.whoAmI))].map(([reply]) => reply!.readInt32BE(12))).toEqual([
      0, 0,
    ]);
    expect(new RawGuest(core).say(Buffer.from('srvr')).take().toString()).toMatch(/^RaftKeeper version: v2\.1\.1\n/);
    const id = welcome.readBigInt64BE(8);
    const again = new RawGuest(core).say(helloBytes({ id, password: welcome.subarray(20, 36) })).frames()[0]!;
    expect([again.readBigInt64BE(8), core.sessions.size]).toEqual([id, 1]);
  });

  it.each<readonly [string, object]>([
    ['options.profile', { profile: 'clickhouse' }],
    ['options.profile', { profile: null }],
    ['options.profile.unkown', { profile: { unkown: 'ignore' } }],
    ['options.profile.unknown', { profile: { unknown: 'drop' } }],
    ['options.profile.operations[1]', { profile: { operations: ['getData', 'get'] } }],
    ['options.profile.operations', { profile: { operations: 'getData' } }],
    ['options.profile.versionLine', { profile: { versionLine: 5 } }],
    ['options.profile.restoresSessions', { profile: { restoresSessions: 1 } }],
    ['options.version', { profile: 'clickhouse-keeper', version: '3.8.0' }],
  ])('names %s when it is wrong: %j', async (argument, options) => {
    await expect(startZooKeeper(options as never)).rejects.toMatchObject({ code: 'USAGE', argument });
  });
});
