import { describe, expect, it } from '@jest/globals';
import { ZooKeeperCore } from '../../../../lib/testing/zookeeper/zooKeeperCore.js';
import { zooKeeperServerSettings } from '../../../../lib/testing/zookeeper/zooKeeperServerOptions.js';
import { RawGuest } from '../../../helpers/rawGuest.js';
import { VirtualTime } from '../../../helpers/virtualTime.js';
import { buf, frame } from '../../../helpers/wireBytes.js';
import { helloBytes, request } from '../../../differential/rawClient.js';
import {
  type Asked,
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
  OPEN_ACL,
} from '../../../differential/requests.js';

/** Versions, and those on both sides of each change. */
const VERSIONS = [
  '3.4',
  '3.4.14',
  '3.5.0',
  '3.5.1',
  '3.5.2',
  '3.5.3',
  '3.5.4',
  '3.5.10',
  '3.6.0',
  '3.6.4',
  '3.7.0',
  '3.7.1',
  '3.7.2',
  '3.8.0',
  '3.8.2',
  '3.8.3',
  '3.8.4',
  '3.8.5',
  '3.9.0',
  '3.9.1',
  '3.9.2',
  '3.9.3',
];
const MARSHALLING = -5;
const UNIMPLEMENTED = -6;
const BAD_ARGUMENTS = -8;
const RECONFIG_DISABLED = -123;

/** The table: what each request needs, and what is answered where it is known; `undefined` is no reply. */
const ALONE: readonly (readonly [since: string, asked: Asked, error?: number])[] = [
  ...[
    create(Op.create, { path: '/a' }),
    remove('/gone'),
    read(Op.exists, '/'),
    read(Op.getData, '/'),
    setData('/', 'x'),
    ofPath(Op.getAcl, '/'),
    setAcl('/', OPEN_ACL),
  ].map((asked) => ['3.4', asked] as const),
  ...[
    read(Op.getChildren, '/'),
    ofPath(Op.sync, '/'),
    read(Op.getChildren2, '/'),
    multi(Op.multi, []),
    auth('digest', 'a:b'),
    setWatches(0n, [[], [], []]),
  ].map((asked) => ['3.4', asked] as const),
  ['3.4', { ...bare(Op.sasl), body: buf('') }],
  ['3.5.0', create(Op.create2, { path: '/a' })],
  ['3.5.0', ofWatch(Op.checkWatches, '/', 3), -121],
  ['3.5.0', ofWatch(Op.removeWatches, '/', 3), -121],
  ['3.5.1', create(Op.createContainer, { path: '/c', flags: 4 })],
  ['3.5.1', ofPath(Op.deleteContainer, '/c'), BAD_ARGUMENTS],
  ['3.5.3', create(Op.createTtl, { path: '/t', flags: 5 })],
  ...[
    multi(Op.multiRead, []),
    ofPath(Op.getEphemerals, '/'),
    ofPath(Op.getAllChildrenNumber, '/'),
    setWatches(0n, [[], [], [], [], []]),
    ofWatch(Op.addWatch, '/', 0),
  ].map((asked) => ['3.6.0', asked] as const),
  ['3.7.0', bare(Op.whoAmI)],
  ...[0, 10, 23, 99, 108, 500, -1, -10].map((opcode) => ['4', bare(opcode)] as const),
];

/** What may stand in a multi, and how it is answered there. */
const PARTS: readonly (readonly [since: string, asked: Asked])[] = [
  ...[create(Op.create, { path: '/m' }), setData('/', 'x'), check('/')].map((asked) => ['3.4', asked] as const),
  ['3.5.0', create(Op.create2, { path: '/m' })],
  ['3.5.1', create(Op.createContainer, { path: '/m', flags: 4 })],
  ['3.5.3', create(Op.createTtl, { path: '/m', flags: 5 })],
  ...[
    read(Op.getData, '/'),
    read(Op.exists, '/'),
    setAcl('/', OPEN_ACL),
    ofPath(Op.deleteContainer, '/m'),
    bare(Op.whoAmI),
    multi(Op.multi, []),
    bare(99),
  ].map((asked) => ['4', asked] as const),
];

const FLAGS: readonly (readonly [since: string, flags: number])[] = [
  ['3.4', 0],
  ['3.4', 1],
  ['3.4', 2],
  ['3.4', 3],
  ['3.5.1', 4],
  ['3.5.3', 5],
  ['3.5.3', 6],
  ['4', 7],
  ['4', -1],
];

const number = (version: string) => version.split('.').reduce((sum, part, i) => sum + Number(part) * 100 ** (2 - i), 0);
const has = (version: string, since: string) => number(version) >= number(since);
const within = (version: string, from: string, to: string) => has(version, from) && !has(version, to);

/** A server of a version, and a client of it. */
function ground(version: string) {
  const core = new ZooKeeperCore(zooKeeperServerSettings({ version, scheduler: new VirtualTime() }), undefined);
  const guest = new RawGuest(core).say(helloBytes({}));
  guest.take();
  return {
    core,
    /** What comes of a request: the numbers in the header, the rest, and whether the server has hung up. */
    ask: ({ opcode, body, xid = 1 }: Asked) => {
      const [reply] = guest.say(frame(request(xid, opcode, body))).frames();
      return (
        reply && {
          zxid: Number(reply.readBigInt64BE(4)),
          error: reply.readInt32BE(12),
          body: reply.subarray(16),
          ended: guest.ended,
        }
      );
    },
  };
}

describe.each(VERSIONS)('the embedded server as %s', (version) => {
  it.each(ALONE.map(([since, asked, error]) => [asked.text, since, asked, error] as const))(
    'has %s from %s on',
    (_text, since, asked, error = 0) => {
      const seen = ground(version).ask(asked);
      if (has(version, since))
        expect(seen).toMatchObject({ error: asked.opcode === Op.delete ? -101 : error, ended: false });
      else expect(seen).toMatchObject({ error: UNIMPLEMENTED, zxid: -1, ended: true });
    }
  );

  it('answers reconfig as a server alone, and from 3.5.3 on as one that has it switched off', () => {
    const seen = ground(version).ask(reconfig());
    if (has(version, '3.5.0'))
      expect(seen).toMatchObject({
        error: has(version, '3.5.3') ? RECONFIG_DISABLED : UNIMPLEMENTED,
        zxid: 2,
        ended: false,
      });
    else expect(seen).toMatchObject({ error: UNIMPLEMENTED, zxid: -1, ended: true });
  });

  it('answers a failed check alone, and leaves one that holds without a reply, where it is known at all', () => {
    const known = !has(version, '3.9.3') && !within(version, '3.8.5', '3.9.0');
    for (const [path, expected] of [
      ['/', undefined],
      ['/none', { error: -101, ended: false }],
    ] as const) {
      const seen = ground(version).ask(check(path));
      if (!known) expect(seen).toMatchObject({ error: UNIMPLEMENTED, ended: true });
      else if (expected === undefined) expect(seen).toBeUndefined();
      else expect(seen).toMatchObject(expected);
    }
  });

  it.each(PARTS.map(([since, asked]) => [asked.text, since, asked] as const))(
    'has %s in a multi from %s on; before, the whole of it cannot be read',
    (_text, since, asked) => {
      const { core, ask } = ground(version);
      const seen = ask(multi(Op.multi, [create(Op.create, { path: '/first' }), asked]));
      if (has(version, since)) {
        expect(seen).toMatchObject({ error: 0, zxid: 2, ended: false });
        expect(core.state.tree.get('/first')).toBeDefined();
      } else {
        expect(seen).toMatchObject({ error: MARSHALLING, zxid: 2, ended: false, body: Buffer.alloc(0) });
        expect(core.state.tree.get('/first')).toBeUndefined();
      }
    }
  );

  it.each(FLAGS.map(([since, flags]) => [flags, since] as const))(
    'knows the flags %i of a create from %s on',
    (flags, since) => {
      const isTtl = (flags === 5 || flags === 6) && has(version, '3.5.3');
      for (const opcode of has(version, '3.5.0') ? [Op.create, Op.create2] : [Op.create]) {
        const seen = ground(version).ask(create(opcode, { path: '/f', flags }));
        expect(seen).toMatchObject({ error: has(version, since) && !isTtl ? 0 : BAD_ARGUMENTS, ended: false });
      }
    }
  );

  it.each(FLAGS.map(([since, flags]) => [flags, since] as const))(
    'knows the flags %i of a part from %s on',
    (flags, since) => {
      const seen = ground(version).ask(multi(Op.multi, [check('/'), create(Op.create, { path: '/f', flags })]));
      // ZOOKEEPER-4026
      const fixed = within(version, '3.7.2', '3.8.0') || within(version, '3.8.2', '3.9.0') || has(version, '3.9.0');
      if (flags > 4 || flags < 0) {
        if (has(version, since) ? !fixed : fixed) expect(seen).toMatchObject({ error: MARSHALLING });
        else expect(errorsOf(seen!.body)).toEqual([0, BAD_ARGUMENTS]);
      } else expect(errorsOf(seen!.body)).toEqual(has(version, since) ? [] : [0, BAD_ARGUMENTS]);
    }
  );

  it('refuses unknown flags after what 3.4 looks at first, and later before', () => {
    expect(ground(version).ask(create(Op.create, { path: '/none/f', flags: 9 }))).toMatchObject({
      error: has(version, '3.5.0') ? BAD_ARGUMENTS : -101,
    });
  });

  it('lets everybody ask whether a node exists, until READ is needed for that', () => {
    const { ask } = ground(version);
    ask(create(Op.create, { path: '/secret', acl: [{ perms: 1, scheme: 'digest', id: 'a:b' }] }));
    const needed = within(version, '3.8.4', '3.9.0') || has(version, '3.9.2');
    expect(ask(read(Op.exists, '/secret', true))).toMatchObject({ error: needed ? -102 : 0, ended: false });
    expect(ask(read(Op.exists, '/nothing', true))).toMatchObject({ error: -101, ended: false });
    expect(ask(read(Op.getData, '/secret'))).toMatchObject({ error: -102 });
  });

  it('tells words that it knows', () => {
    const { core } = ground(version);
    const word = (text: string) => new RawGuest(core).say(Buffer.from(text)).take().toString();
    expect(word('ruok')).toBe('imok');
    expect(word('dirs') !== '').toBe(has(version, '3.5.1'));
  });
});

/** The errors of a multi that has failed; none of one that has not. */
function errorsOf(body: Buffer): number[] {
  const errors: number[] = [];
  for (let at = 0; body.readInt32BE(at) === -1 && body[at + 4] === 0; at += 13) errors.push(body.readInt32BE(at + 9));
  return errors;
}
