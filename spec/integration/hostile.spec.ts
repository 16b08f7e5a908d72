import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Server, type Socket, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { type Subscription, firstValueFrom } from 'rxjs';
import { type CoordinationError, type ZooKeeper, connect, isCoordinationError } from '../../lib/index.js';

const int = (...values: number[]) => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeInt32BE(value | 0, i * 4));
  return bytes;
};
const framed = (...parts: Buffer[]) => {
  const body = Buffer.concat(parts);
  return Buffer.concat([int(body.length), body]);
};
/** protocol, timeout, id, password, read-only. */
const greeting = (timeout = 6000, password: Buffer = Buffer.concat([int(16), Buffer.alloc(16, 7)])) =>
  framed(int(0, timeout, 0, 99), password, Buffer.from([0]));
const header = (xid: number, error = 0) => int(xid, 0, 5, error);
const stat = Buffer.alloc(68);
const good = (xid: number) => framed(header(xid), int(2), Buffer.from('ok'), stat);
const event = (type: number, path: Buffer) => framed(int(-1, -1, -1, 0), int(type, 3), path);
const text = (value: string) => Buffer.concat([int(value.length), Buffer.from(value)]);

/** What a server says to the connect request, and to the first request; `null`: it hangs up. */
interface Script {
  readonly hello?: Buffer | null;
  readonly reply?: (xid: number) => Buffer | null;
}
/** How the first get must end: with a value, or with an error of this library of one of these layers. */
type Ending = 'value' | 'error' | 'either' | 'no session';

const REPLIES: readonly [name: string, script: Script, ending: Ending][] = [
  ['hangs up at once', { hello: null }, 'no session'],
  ['speaks HTTP', { hello: Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n') }, 'no session'],
  ['announces a negative length', { hello: int(-1) }, 'no session'],
  ['announces two gigabytes', { hello: int(0x7fffffff) }, 'no session'],
  ['answers with nothing in a frame', { hello: int(0) }, 'no session'],
  ['answers with a reply header', { hello: framed(header(0, -119)) }, 'no session'],
  ['cuts its greeting short', { hello: greeting().subarray(0, 20) }, 'no session'],
  ['gives no password', { hello: greeting(6000, int(-1)) }, 'no session'],
  ['gives a huge password', { hello: greeting(6000, int(0x7fffffff)) }, 'no session'],
  ['gives a negative timeout', { hello: greeting(-5) }, 'no session'],
  ['leaves out the read-only byte', { hello: framed(greeting().subarray(4, 40)) }, 'value'],
  ['adds to its greeting', { hello: framed(greeting().subarray(4), int(1, 2, 3)) }, 'value'],
  ['grants the longest timeout', { hello: greeting(0x7fffffff) }, 'value'],
  ['sends an event before its greeting', { hello: Buffer.concat([event(1, text('/a')), greeting()]) }, 'no session'],
  ['greets twice', { hello: Buffer.concat([greeting(), greeting()]) }, 'either'],
  ['replies with a negative length', { reply: () => int(-7) }, 'error'],
  ['replies with a length of a gigabyte and a half', { reply: () => int(0x60000000) }, 'error'],
  ['replies with an empty frame', { reply: () => int(0) }, 'error'],
  ['replies with half a header', { reply: (xid) => framed(int(xid, 0)) }, 'error'],
  ['hangs up inside a reply', { reply: (xid) => good(xid).subarray(0, 30) }, 'error'],
  ['replies to another xid', { reply: (xid) => good(xid + 5) }, 'error'],
  ['replies to xid 0', { reply: () => good(0) }, 'error'],
  ['replies to xid -77', { reply: () => good(-77) }, 'error'],
  ['replies twice', { reply: (xid) => Buffer.concat([good(xid), good(xid)]) }, 'value'],
  ['has an error nobody knows', { reply: (xid) => framed(header(xid, -999)) }, 'error'],
  ['has a positive error', { reply: (xid) => framed(header(xid, 5)) }, 'error'],
  ['demands SASL', { reply: (xid) => framed(header(xid, -124)) }, 'error'],
  ['replies without a body', { reply: (xid) => framed(header(xid)) }, 'error'],
  ['cuts the Stat', { reply: (xid) => framed(header(xid), int(0), stat.subarray(9)) }, 'error'],
  ['has data beyond the frame', { reply: (xid) => framed(header(xid), int(500), stat) }, 'error'],
  ['has data of two gigabytes', { reply: (xid) => framed(header(xid), int(0x7fffffff), stat) }, 'error'],
  ['has data of negative length', { reply: (xid) => framed(header(xid), int(-5), stat) }, 'error'],
  ['adds to its reply', { reply: (xid) => framed(good(xid).subarray(4), int(1, 2)) }, 'value'],
  ['sends an event of an unknown type', { reply: (xid) => Buffer.concat([event(77, text('/a')), good(xid)]) }, 'value'],
  ['sends an event without a path', { reply: (xid) => Buffer.concat([event(3, int(-1)), good(xid)]) }, 'value'],
  ['cuts an event', { reply: (xid) => Buffer.concat([framed(int(-1, -1, -1, 0), int(3)), good(xid)]) }, 'error'],
  [
    'sends events that nobody asked for',
    { reply: (xid) => Buffer.concat([...Array.from({ length: 5000 }, () => event(3, text('/x'))), good(xid)]) },
    'value',
  ],
  [
    'pongs without end',
    { reply: (xid) => Buffer.concat([...Array.from({ length: 5000 }, () => framed(header(-2))), good(xid)]) },
    'value',
  ],
  [
    'says that authentication failed, unasked',
    { reply: (xid) => Buffer.concat([framed(header(-4, -115)), good(xid)]) },
    'value',
  ],
];

let server: Server | undefined;
let session: Subscription | undefined;
let dials = 0;

/** A server that misbehaves for its first three connections, and then no more. */
async function play({ hello = greeting(), reply = good }: Script, split = 0): Promise<ZooKeeper> {
  const sockets = new Set<Socket>();
  dials = 0;
  server = createServer((socket) => {
    sockets.add(socket);
    const rogue = ++dials <= 3;
    let greeted = false;
    socket.on('error', () => undefined);
    const say = (bytes: Buffer | null) =>
      bytes === null
        ? socket.destroy()
        : split === 0
          ? socket.write(bytes)
          : [...bytes].forEach((byte) => socket.write(Uint8Array.of(byte)));
    socket.on('data', (bytes) => {
      for (let at = 0; at + 8 <= bytes.length; at += 4 + bytes.readInt32BE(at)) {
        if (!greeted) say(rogue ? hello : greeting());
        else if (bytes.readInt32BE(at + 4) > 0) say((rogue ? reply : good)(bytes.readInt32BE(at + 4)));
        if (greeted && rogue && reply !== good) setTimeout(() => socket.end(), 100);
        if (!greeted && rogue && hello !== null && hello.length < 20) setTimeout(() => socket.end(), 50);
        greeted = true;
      }
    });
  });
  server.on('close', () => sockets.forEach((socket) => socket.destroy()));
  await new Promise<void>((done) => server!.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve) => {
    session = connect(`127.0.0.1:${port}`, {
      serverVersion: '3.8.0',
      sessionTimeout: 6000,
      connectTimeout: 400,
      backoff: { min: 5, max: 20 },
      closeTimeout: 100,
    }).subscribe({
      next: resolve,
      error: () => undefined,
    });
  });
}

afterEach(() => {
  session?.unsubscribe();
  server?.close();
});

const settle = (zk: ZooKeeper) =>
  firstValueFrom(zk.get('/a', { timeout: 2500 })).then(
    ({ value }) => String(value),
    (error: unknown) => error as CoordinationError
  );

describe('a server that', () => {
  it.each(REPLIES)('%s costs at most a typed error', async (_, script, ending) => {
    const zk = await play(script);
    const result = await settle(zk);
    if (ending === 'error') expect(isCoordinationError(result)).toBe(true);
    else if (ending === 'value' || ending === 'no session')
      expect(result).toBe('ok'); // without a session, the request waited for one
    else expect(result === 'ok' || isCoordinationError(result)).toBe(true);
    expect(dials).toBeLessThan(20);
    if (zk.state.kind !== 'closed')
      expect(await settle(zk).then((again) => (again === 'ok' ? again : settle(zk)))).toEqual(expect.anything());
  });

  it('writes one byte at a time is understood all the same', async () => {
    expect(await settle(await play({}, 1))).toBe('ok');
  });

  it('says anything at all costs at most a typed error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.nat(150), fc.boolean(), async (noise, at, replace) => {
        const mutate = (bytes: Buffer) =>
          Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(replace ? at + noise.length : at)]);
        const zk = await play({ reply: (xid) => mutate(good(xid)) });
        const result = await settle(zk);
        session?.unsubscribe();
        server?.close();
        expect(typeof result === 'string' || isCoordinationError(result)).toBe(true);
      }),
      { numRuns: 60, seed: 7 }
    );
  });
});
