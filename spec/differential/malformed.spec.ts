import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bool, buf, frame, hex, i32, i64 } from '../helpers/wireBytes.js';
import { Random } from '../helpers/random.js';
import { RawClient, helloBytes, request } from './rawClient.js';
import { Op, auth, read } from './requests.js';
import { TwoServers } from './twoServers.js';

const PING = request(-2, Op.ping);

/** What ends a connection, when it comes first. */
const HELLOS: Readonly<Record<string, Buffer>> = {
  'an empty frame': frame(),
  'a frame of a negative length': i32(-1),
  'the length of a frame that is too long': i32(1_048_576),
  'a connect request that is cut short': frame(i32(0), i64(0n), i32(1000)),
  'a connect request whose password has an impossible length': frame(
    i32(0),
    i64(0n),
    i32(1000),
    i64(0n),
    i32(-7),
    bool(false)
  ),
  'words that nobody knows': Buffer.from('GET / HTTP/1.1\r\n\r\n'),
};

/** What ends a session's connection. */
const FRAMES: Readonly<Record<string, Buffer>> = {
  'an empty frame': frame(),
  'half a header': frame(i32(1)),
  'a frame of a negative length': i32(-2),
  'the length of a frame that is too long': i32(0x200000),
  'the length of a frame that is far too long': i32(0x7fffffff),
  'a login that is cut short': frame(request(-4, Op.auth, auth('digest', 'a:b').body.subarray(0, 7))),
  'a token of an impossible length': frame(request(1, Op.sasl, i32(50))),
  'a word, which is none any more': Buffer.from('ruok'),
  'an unknown operation': frame(request(1, 999)),
};

describe('a malformed frame', () => {
  let servers: TwoServers;
  let bystanders: RawClient[];
  beforeAll(async () => {
    servers = await TwoServers.start();
    bystanders = await Promise.all(servers.ports.map((port) => RawClient.open(port)));
  });
  afterAll(() => servers[Symbol.asyncDispose]());

  /** Somebody else is served as ever. */
  const nobodyElseIsHarmed = async () => {
    for (const bystander of bystanders)
      expect(await bystander.exchange(request(7, Op.exists, read(Op.exists, '/').body))).toHaveLength(2);
  };

  it.each(Object.entries(HELLOS))('ends the connection, and harms nobody else: %s', async (_name, bytes) => {
    const ends = await Promise.all(
      servers.ports.map(async (port) => {
        const client = await RawClient.dial(port);
        client.write(bytes);
        return [await client.ended(), client.welcome];
      })
    );
    expect(ends).toEqual([
      [true, undefined],
      [true, undefined],
    ]);
    await nobodyElseIsHarmed();
  });

  it.each(Object.entries(FRAMES))('ends the connection, but not the session: %s', async (_name, bytes) => {
    const seen = await Promise.all(
      servers.ports.map(async (port) => {
        const client = await RawClient.open(port);
        client.write(bytes);
        const ended = await client.ended();
        const { id, password } = client.welcome!;
        const again = await RawClient.open(port, { id, password });
        return [ended, client.takeFrames().length, again.welcome?.id === id];
      })
    );
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[0]).toEqual([true, expect.any(Number), true]);
    await nobodyElseIsHarmed();
  });

  it('may come in any pieces, as right ones may', async () => {
    const [, port] = servers.ports;
    const client = await RawClient.dial(port);
    for (const byte of Buffer.concat([helloBytes({}), frame(PING)])) {
      client.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await client.exchange()).toHaveLength(2);
  });

  it('does no harm to the embedded server, whatever it is: 300 strings of random bytes', async () => {
    const [, port] = servers.ports;
    const random = new Random(1);
    const bytes = (size: number) => Buffer.from(Array.from({ length: size }, () => random.below(256)));
    const opcodes = Object.values(Op);
    for (let i = 0; i < 300; i++) {
      const client = await (random.chance(0.7) ? RawClient.open(port) : RawClient.dial(port));
      for (let count = random.below(5); count >= 0; count--) {
        const kind = random.below(4);
        if (kind === 0) client.write(bytes(random.below(100)));
        else if (kind === 1) client.send(bytes(random.below(60)));
        else
          client.send(
            request(
              count,
              random.of(opcodes),
              ...(kind === 2
                ? [bytes(random.below(60))]
                : [buf(random.of(['/', '/a', '/zookeeper/quota', 'x'])), bytes(random.below(40))])
            )
          );
      }
      if (random.chance(0.3)) await client.drop();
      else client.write(hex('ffffffff'));
    }
    await nobodyElseIsHarmed();
  });
});
