import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { str } from '../helpers/wireBytes.js';
import { Op, create, read, remove } from './requests.js';
import { Pair, TwoServers } from './twoServers.js';

const ALMOST = 2 ** 31 - 2;
/** From the end of a node's path to its cversion, in a snapshot: data, ACL's number, four longs, version. */
const BEFORE_CVERSION = 4 + 8 + 32 + 4;
/** Where the two checksums are, from the end of a snapshot: each is of all that comes before it. */
const SEALS = [46, 13];

/** Lets a node of a stopped server have had so many children. */
function haveHad(directory: string, path: string, creations: number): void {
  const folder = `${directory}/data/version-2`;
  const [newest, ...rest] = readdirSync(folder)
    .filter((file) => file.startsWith('snapshot.'))
    .sort((a, b) => parseInt(b.slice(9), 16) - parseInt(a.slice(9), 16));
  for (const file of [...rest, ...readdirSync(folder).filter((each) => each.startsWith('log.'))])
    rmSync(`${folder}/${file}`);
  const bytes = readFileSync(`${folder}/${newest}`);
  bytes.writeInt32BE(creations, bytes.indexOf(str(path)) + 4 + path.length + BEFORE_CVERSION);
  for (const seal of SEALS) bytes.writeBigInt64BE(adler32(bytes.subarray(0, bytes.length - seal)), bytes.length - seal);
  writeFileSync(`${folder}/${newest}`, bytes);
}

function adler32(bytes: Buffer): bigint {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return BigInt(b) * 65536n + BigInt(a);
}

describe('a parent that has had 2^31 children', () => {
  let servers: TwoServers;
  let pair: Pair;
  beforeAll(async () => {
    servers = await TwoServers.start();
    pair = new Pair(servers);
    await pair.open(0);
    await pair.send(0, create(Op.create, { path: '/many', data: '' }));
    await pair.take({ kind: 'drop', slot: 0 });
    await servers.real.kill('SIGTERM');
    await servers.real.start(); // which writes a snapshot
    await servers.real.kill('SIGTERM');
    haveHad(servers.real.directory, '/many', ALMOST);
    await servers.real.start();
    servers.core.state.tree.get('/many')!.creations = ALMOST;
  });
  afterAll(() => servers[Symbol.asyncDispose]());

  it('gives no new number any more: the last one is taken, for good', async () => {
    await pair.open(0, {}, 'again');
    const next = () => pair.send(0, create(Op.create2, { path: '/many/s', flags: 2 }), read(Op.getChildren2, '/many'));
    expect((await next())[0]).toContain('"/many/s2147483646"');
    expect((await next())[0]).toContain('"/many/s2147483647"');
    for (let i = 0; i < 2; i++) expect((await next())[0]).toContain('err=-110');
  });

  it('may have others still, but its Stat shows no more than how many are left', async () => {
    await pair.send(0, create(Op.create, { path: '/many/plain' }), read(Op.getChildren2, '/many'));
    await pair.send(
      0,
      create(Op.create2, { path: '/many/other', flags: 2 }),
      remove('/many/plain'),
      read(Op.exists, '/many')
    );
  });
});
