import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { from, lastValueFrom } from 'rxjs';
import { digestMd5 } from '../../lib/zookeeper/sasl/digestMd5.js';
import { SUPER_PASSWORD } from '../helpers/zookeeperConfig.js';
import { buf } from '../helpers/wireBytes.js';
import { RawClient, request } from './rawClient.js';
import { rendered } from './rendering.js';
import { type Asked, Op, auth, bare, create, ofPath, read } from './requests.js';
import { TwoServers } from './twoServers.js';

const USERS = { bob: 'secret', ü: 'pä', plain: 'pä', ö: 'plain', han: '中文', emo: 'a😀b' };
const MINE = { perms: 31, scheme: 'auth', id: '' };

/** Logs in with SASL, then asks. Returns what came of it, without what is different each time. */
async function loggedIn(
  port: number,
  user: string,
  password: string,
  asked: readonly Asked[]
): Promise<readonly string[]> {
  const client = await RawClient.open(port);
  const exchange = digestMd5({ username: user, password }).start({ host: '127.0.0.1', port });
  const lines: string[] = [];
  let token: Uint8Array | null = null;
  for (let xid = 1; !client.closed; xid++) {
    const next: Uint8Array | undefined = await lastValueFrom(from(exchange.step(token)));
    if (next === undefined) break;
    client.send(request(xid, Op.sasl, buf(next)));
    const frames = [await client.frame()].filter((frame) => frame !== undefined);
    token = frames[0] === undefined || frames[0].length < 20 ? null : frames[0].subarray(20);
    lines.push(...frames.map((frame) => shapeOf(rendered(frame, Op.sasl, new Map()))));
    if (token === null || token.length === 0) break;
  }
  const failed = lines.some((line) => /err=-/.test(line));
  if (failed) return [...lines, `closed ${await client.ended()}`];
  const payloads = asked.map(({ opcode, body }, i) => request(100 + i, opcode, body));
  const frames = await client.exchange(...payloads);
  lines.push(...frames.map((frame) => rendered(frame, asked[frame.readInt32BE(0) - 100]?.opcode, new Map())));
  await client.drop();
  return lines;
}

/** Nonces and proofs are new each time. */
function shapeOf(line: string): string {
  return line.replace(/nonce=\\"[^"]*\\"/g, 'nonce').replace(/rspauth=[0-9a-f]{32}/, 'rspauth');
}

describe.each([false, true])('logins by SASL, where they are required: %s,', (required) => {
  let servers: TwoServers;
  beforeAll(async () => {
    servers = await TwoServers.start({
      real: { sasl: { users: USERS, required } },
      embedded: { users: { ...USERS, super: SUPER_PASSWORD }, requireSasl: required },
    });
  });
  afterAll(() => servers[Symbol.asyncDispose]());
  const both = async (act: (port: number) => Promise<readonly string[]>) => {
    const [expected, seen] = await Promise.all(servers.ports.map(act));
    expect(seen).toEqual(expected);
    return seen!;
  };

  it('succeed with the right password, and make an identity for ACLs', async () => {
    const asked = [
      bare(Op.whoAmI),
      create(Op.create, { path: '/mine', acl: [MINE] }),
      ofPath(Op.getAcl, '/mine'),
      create(Op.create, { path: '/named', acl: [{ perms: 31, scheme: 'sasl', id: 'eve' }] }),
      read(Op.getData, '/named'),
    ];
    expect((await both((port) => loggedIn(port, 'bob', 'secret', asked))).join()).toContain('"sasl":"bob"');
  });

  it.each(Object.entries(USERS))('take names and passwords of any characters: %s, %s', async (user, password) => {
    expect((await both((port) => loggedIn(port, user, password, [bare(Op.whoAmI)]))).join()).toContain(
      JSON.stringify(user)
    );
    expect((await both((port) => loggedIn(port, user, `${password}x`, []))).at(-1)).toBe('closed true');
  });

  it('let super do what any other user may', async () => {
    expect(
      (
        await both((port) => loggedIn(port, 'super', SUPER_PASSWORD, [read(Op.getData, '/named'), bare(Op.whoAmI)]))
      ).join()
    ).toContain('"sasl":"super"');
  });

  it('fail with a wrong password or an unknown user, and end the connection', async () => {
    expect((await both((port) => loggedIn(port, 'bob', 'wrong', []))).at(-1)).toBe('closed true');
    // with bob's password, the real one would let her in after bob: it remembers whom it asked about last
    await both((port) => loggedIn(port, 'eve', 'other', []));
  });

  it('are asked for before anything else, if they are', async () => {
    const lines = await both(async (port) => {
      const client = await RawClient.open(port);
      client.send(
        ...[auth('digest', 'a:b'), auth('sasl', 'x')].slice(0, 1).map(({ opcode, body }) => request(-4, opcode, body))
      );
      await client.frame();
      client.send(request(2, Op.getData, read(Op.getData, '/').body));
      const frame = await client.frame();
      return [rendered(frame!, Op.getData, new Map()).slice(0, 24), required ? `closed ${await client.ended()}` : ''];
    });
    expect(lines.join()).toContain(required ? 'err=-124' : 'err=0');
  });
});
