import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fourLetterWord } from '../helpers/fourLetterWord.js';
import { buf, hex, i32 } from '../helpers/wireBytes.js';
import { type Asked, Op, auth, bare, create, ofPath, read, setWatches } from './requests.js';
import { Pair, TwoServers } from './twoServers.js';

/** A request about bytes that may be no text. */
const ofBytes = (opcode: number, bytes: Buffer, ...more: readonly Buffer[]): Asked => ({
  opcode,
  body: Buffer.concat([buf(bytes), ...more]),
  text: `${opcode} ${bytes.toString('hex')}`,
});
const path = (digits: string) => Buffer.concat([Buffer.from('/'), hex(digits)]);

describe('characters outside the BMP, and bytes that are none,', () => {
  let servers: TwoServers;
  let pair: Pair;
  beforeAll(async () => {
    servers = await TwoServers.start();
    pair = new Pair(servers);
    await pair.open(0);
  });
  afterAll(() => servers[Symbol.asyncDispose]());

  it('come back in the path of a sync, and of an event', async () => {
    const [synced] = await pair.send(
      0,
      ofPath(Op.sync, '/a😀b'),
      read(Op.exists, '/a😀b', true),
      create(Op.create, { path: '/a😀b' })
    );
    expect(synced).toContain('\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd'); // the halves, which are no UTF-8
    expect((await pair.send(0, setWatches(0n, [['/q😀'], [], []])))[0]).toContain('event 2');
  });

  it('are kept in identities and ACLs', async () => {
    await pair.send(0, auth('digest', 'u😀:p'), bare(Op.whoAmI));
    const acl = [
      { perms: 31, scheme: 'auth', id: '' },
      { perms: 1, scheme: 'digest', id: 'a😀b:x' },
    ];
    await pair.send(0, create(Op.create, { path: '/acl', acl }), ofPath(Op.getAcl, '/acl'));
    expect((await pair.send(0, ofPath(Op.getAcl, '/acl'))).join()).toContain('\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd');
  });

  it('are told in UTF-8 by four-letter words', async () => {
    const answers = await Promise.all(servers.ports.map((port) => fourLetterWord(port, 'wchp')));
    for (const answer of answers) expect(answer).toContain('/a😀b\n');
  });

  it.each([
    'eda0bd',
    'edb880',
    'eda0bdedb880',
    'ed9fbf',
    'eda0',
    'ed',
    'ff',
    'c080',
    'e282',
    'f09f98',
    'f4908080',
    'e28241',
    'f09f9880',
    'eda041',
    'eded9fbf',
    'edeaa0bd',
  ])('are read from %s as the real one reads them', async (digits) => {
    await pair.send(0, ofBytes(Op.sync, path(digits)));
    await pair.send(
      0,
      ofBytes(
        Op.create,
        path(digits),
        buf(''),
        i32(1),
        i32(31),
        buf('digest'),
        buf(Buffer.concat([hex(digits), Buffer.from(':x')])),
        i32(0)
      )
    );
  });

  it('are hashed as they are read', async () => {
    const login = {
      opcode: Op.auth,
      xid: -4,
      body: Buffer.concat([i32(0), buf('digest'), buf(hex('75eda0bdedb8803a70'))]),
      text: 'auth with halves',
    };
    await pair.open(1);
    await pair.send(
      1,
      login,
      bare(Op.whoAmI),
      create(Op.create, { path: '/halves', acl: [{ perms: 31, scheme: 'auth', id: '' }] }),
      ofPath(Op.getAcl, '/halves')
    );
  });
});
