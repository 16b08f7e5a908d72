import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { type Socket, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { firstValueFrom, take, toArray } from 'rxjs';
import { type FaultProxy, faultProxy } from '../../../lib/testing/proxy/faultProxy.js';
import { dial, gone } from './dial.js';
import { type EchoServer, startEchoServer } from './echoServer.js';
import { passing, turn } from './passing.js';

describe('a fault proxy', () => {
  let server: EchoServer;
  let proxy: FaultProxy;

  beforeEach(async () => {
    server = await startEchoServer();
    proxy = await faultProxy({ target: server });
  });

  afterEach(async () => {
    await proxy.stop();
    server.stop();
  });

  it('passes bytes and ends on, and counts them', async () => {
    const client = await dial(proxy);
    client.socket.end('hello');
    await client.closed;
    expect(client).toMatchObject({ text: 'hello', ended: true, error: undefined });
    expect(proxy.bytes).toEqual({ toClient: 5, toServer: 5 });
    expect([proxy.accepted, proxy.connections]).toEqual([1, 0]);
    expect(proxy.connectString).toBe(`127.0.0.1:${proxy.port}`);
  });

  it('lets a client that has ended read on', async () => {
    server.respond = (socket) => socket.resume().once('end', () => socket.end('late'));
    const client = await dial(proxy);
    client.socket.end('hello');
    await client.closed;
    expect(client.text).toBe('late');
  });

  it('passes a reset on, both ways', async () => {
    const client = await dial(proxy);
    await client.says('hello');
    server.sockets[0]?.resetAndDestroy();
    await client.closed;
    expect(client.error).toBe('ECONNRESET');

    const other = await dial(proxy);
    await other.says('hello');
    other.socket.resetAndDestroy();
    await gone(server.sockets[1]);
    expect(server.sockets[1]?.errored).toMatchObject({ code: 'ECONNRESET' });
  });

  it('resets a client when nobody listens behind it', async () => {
    server.refuse();
    const client = await dial(proxy);
    await client.closed;
    expect(client.error).toBe('ECONNRESET');
  });

  it('leads to where the server has moved', async () => {
    const other = await startEchoServer();
    other.respond = (socket) => socket.end('moved');
    proxy.target = `127.0.0.1:${other.port}`;
    const client = await dial(proxy);
    await client.has('moved');
    expect(proxy.target).toEqual({ host: '127.0.0.1', port: other.port });
    expect(() => (proxy.target = 'nowhere')).toThrow(expect.objectContaining({ argument: 'target' }));
    other.stop();
  });

  it('cuts all connections', async () => {
    const clients = [await dial(proxy), await dial(proxy)];
    await Promise.all(clients.map((client) => client.says('hello')));
    expect(proxy.connections).toBe(2);
    proxy.cut();
    await Promise.all(clients.map((client) => client.closed));
    expect(clients.map((client) => client.error)).toEqual(['ECONNRESET', 'ECONNRESET']);
    expect(proxy.connections).toBe(0);
  });

  it('cuts a connection that is just about to end', async () => {
    server.respond = (socket) => socket.end('bye');
    const client = await dial(proxy);
    client.socket.once('end', () => setImmediate(() => proxy.cut()));
    await client.closed;
    await proxy.stop(); // when both of its ends are closed
    expect(client.text).toBe('bye');
  });

  it('closes all connections in good order, without what was under way', async () => {
    const client = await dial(proxy);
    await client.says('hello');
    proxy.delay(20);
    const arrived = passing(proxy, 'toServer');
    client.socket.write('lost');
    await arrived;
    proxy.close();
    await client.closed;
    expect(client).toMatchObject({ text: 'hello', ended: true, error: undefined });
    await gone(server.sockets[0]);
    expect(server.sockets[0]).toMatchObject({ bytesRead: 5, errored: null });
    await (await dial(proxy)).says('again');
  });

  it('closes in good order what is held up by a receiver that does not read', async () => {
    server.respond = (socket) => socket.pause();
    const client = await dial(proxy);
    client.socket.write(Buffer.alloc(16 << 20));
    for (let bytes = -1; bytes !== proxy.bytes.toServer || bytes === 0; await turn()) bytes = proxy.bytes.toServer;
    const sent = proxy.bytes.toServer;
    proxy.close();
    const peer = server.sockets[0]!.resume();
    await once(peer, 'end');
    expect([peer.bytesRead, proxy.bytes.toServer]).toEqual([sent, sent]);
  });

  it('cuts after exactly so many bytes, once', async () => {
    const client = await dial(proxy);
    await client.says('abc');
    const cut = proxy.cutAfter(4, 'toClient');
    client.socket.write('defghij');
    await Promise.all([cut, client.closed]);
    expect(client).toMatchObject({ text: 'abcdefg', error: 'ECONNRESET' });
    await (await dial(proxy)).says('a much longer text than that');
  });

  it('cuts after exactly so many bytes, whatever their pieces', async () => {
    const pieces = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });
    const property = fc.asyncProperty(pieces, fc.nat(60), fc.constantFrom(0, 1, 3), async (sizes, limit, pieceSize) => {
      const text = sizes.map((size, i) => String(i).repeat(size)).join('');
      fc.pre(limit <= text.length);
      proxy.split(pieceSize);
      const client = await dial(proxy);
      const cut = proxy.cutAfter(limit, 'toServer');
      for (const [i, size] of sizes.entries()) client.socket.write(String(i).repeat(size));
      await Promise.all([cut, client.closed, gone(server.sockets.at(-1))]);
      expect(server.sockets.at(-1)?.bytesRead).toBe(limit);
    });
    await fc.assert(property, { numRuns: 40 });
  });

  it('loses a reply whole when it cuts after nothing', async () => {
    const client = await dial(proxy);
    const cut = proxy.cutAfter(0, 'toClient');
    client.socket.write('hello');
    await Promise.all([cut, client.closed]);
    expect(client).toMatchObject({ text: '', error: 'ECONNRESET' });
    expect(server.sockets[0]?.bytesRead).toBe(5);
  });

  it('waits for the next byte when it is to cut after nothing, though another is just going through', async () => {
    const client = await dial(proxy);
    let cut: Promise<void> | undefined;
    proxy.rewrite = (bytes, direction) => {
      // it has been written by then, no more
      if (direction === 'toClient') process.nextTick(() => (cut ??= proxy.cutAfter(0, 'toClient')));
      return bytes;
    };
    await client.says('a');
    await turn();
    expect(proxy.connections).toBe(1);
    client.socket.write('b');
    await Promise.all([client.closed, cut]);
    expect(client).toMatchObject({ text: 'a', error: 'ECONNRESET' });
  });

  it('holds bytes and ends, and gives them when it flows again', async () => {
    const client = await dial(proxy);
    proxy.stall('toClient');
    const arrived = passing(proxy, 'toClient');
    client.socket.write('hello');
    await arrived;
    await turn();
    expect(client.text).toBe('');
    server.sockets[0]?.end();
    proxy.flow();
    await client.has('hello');
    await once(client.socket, 'end');
  });

  it.each(['toClient', 'toServer'] as const)('is half-open when it stalls %s only', async (stalled) => {
    server.respond = () => {};
    const client = await dial(proxy);
    await passingBoth(client.socket, 'begin');
    const peer = server.sockets[0]!;
    const [from, to] = stalled === 'toServer' ? [client.socket, peer] : [peer, client.socket];
    proxy.stall(stalled);
    const arrived = passing(proxy, stalled);
    from.write('held');
    const [free] = await Promise.all([once(from, 'data'), Promise.resolve(to.write('free')), arrived]);
    await turn();
    expect(String(free[0])).toBe('free');
    expect(to.bytesRead).toBe(5);
    proxy.flow(stalled);
    expect(String((await once(to, 'data'))[0])).toBe('held');
  });

  it('drops bytes, but not the connection', async () => {
    const client = await dial(proxy);
    await client.says('a');
    proxy.stall('toServer', 'drop');
    const arrived = passing(proxy, 'toServer');
    client.socket.write('lost');
    await arrived;
    proxy.flow();
    await client.says('b');
    expect(client.text).toBe('ab');
  });

  it('tells a server of a reset that it missed', async () => {
    const client = await dial(proxy);
    await client.says('a');
    proxy.stall('both', 'drop');
    client.socket.resetAndDestroy();
    await client.closed;
    await turn();
    expect(server.sockets[0]?.closed).toBe(false);
    proxy.flow();
    await gone(server.sockets[0]);
  });

  it('drops connections without a word, and takes new ones', async () => {
    const client = await dial(proxy);
    await client.says('a');
    proxy.dropConnections();
    const arrived = passing(proxy, 'toServer');
    client.socket.write('lost');
    server.sockets[0]?.write('lost');
    await arrived;
    const other = await dial(proxy);
    await other.says('b');
    client.socket.end();
    await client.closed; // by the proxy: its server knows nothing of it
    await turn();
    expect(client).toMatchObject({ text: 'a', error: undefined });
    expect(server.sockets[0]).toMatchObject({ bytesRead: 1, closed: false, readableEnded: false });
  });

  it('holds back a writer when it holds much', async () => {
    server.respond = (socket) => socket.resume();
    const client = await dial(proxy);
    proxy.stall('toServer');
    const sent = new Promise((done) => client.socket.write(Buffer.alloc(32 << 20), done));
    await passing(proxy, 'toServer');
    expect(await Promise.race([sent, turn().then(() => 'held')])).toBe('held');
    proxy.flow();
    await sent;
  });

  it('splits into packets that are seen one by one', async () => {
    proxy.split(1, 'toClient');
    const client = await dial(proxy);
    await client.says('hello');
    expect(client.chunks).toEqual(['h', 'e', 'l', 'l', 'o']);
  });

  it('stalls in the middle of a chunk, and goes on from there', async () => {
    proxy.split(1, 'toServer');
    const step = firstValueFrom(proxy.play([{ afterBytes: 3, direction: 'toServer', stall: 'toServer' }]));
    const client = await dial(proxy);
    client.socket.write('hello');
    await step;
    await client.has('hel');
    await turn();
    expect(proxy.bytes.toServer).toBe(3);
    proxy.flow();
    await client.has('hello');
  });

  it('delivers all bytes in order, whatever its latency, jitter, bandwidth and pieces', async () => {
    const network = fc.record({
      latency: fc.nat(5),
      jitter: fc.nat(8),
      bandwidth: fc.constantFrom(0, 50_000, 400_000),
      pieces: fc.constantFrom(0, 1, 7, 512),
      seed: fc.nat(),
    });
    const chunks = fc.array(fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 200 }), {
      minLength: 1,
      maxLength: 6,
    });
    const property = fc.asyncProperty(network, chunks, async (options, texts) => {
      await using bad = await faultProxy({ target: server, ...options });
      const client = await dial(bad);
      for (const text of texts) {
        client.socket.write(text);
        await new Promise(setImmediate);
      }
      client.socket.end();
      await client.closed;
      expect(client).toMatchObject({ text: texts.join(''), ended: true, error: undefined });
    });
    await fc.assert(property, { numRuns: 60 });
  });

  it('refuses, and accepts again on the same port', async () => {
    const { port } = proxy;
    const client = await dial(proxy);
    proxy.refuse();
    await expect(dial(proxy)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await client.says('still here');
    await proxy.accept();
    await (await dial(proxy)).says('hello');
    expect(proxy.port).toBe(port);
  });

  it('can change its mind about accepting at once', async () => {
    proxy.refuse();
    const accepted = proxy.accept();
    proxy.refuse();
    await accepted;
    await expect(dial(proxy)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await Promise.all([proxy.accept(), proxy.accept()]);
    await (await dial(proxy)).says('hello');
  });

  it('does not listen after all, when it was told to refuse while its host was looked up', async () => {
    await using other = await faultProxy({ target: server, host: 'localhost' });
    await (await dial(other)).says('hello');
    other.refuse();
    const accepted = other.accept();
    other.refuse();
    await accepted;
    await lookup('localhost'); // behind the other in the queue
    await turn();
    await expect(dial(other)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('says so when its port has been taken, and tries again when asked to', async () => {
    proxy.refuse();
    const thief = createServer().listen(proxy.port, '127.0.0.1');
    await once(thief, 'listening');
    await expect(proxy.accept()).rejects.toMatchObject({ layer: 'transport', code: 'LISTEN' });
    thief.close();
    await once(thief, 'close');
    await proxy.accept();
    await (await dial(proxy)).says('hello');
  });

  it('rewrites', async () => {
    proxy.rewrite = (bytes, direction, connection) =>
      direction === 'toServer' ? Buffer.from(`${connection}${String(bytes).toUpperCase()}`) : bytes;
    const client = await dial(proxy);
    client.socket.write('hello');
    await client.has('1HELLO');
  });

  it('heals', async () => {
    proxy.stall('both', 'drop');
    proxy.delay(10_000);
    proxy.bandwidth(1);
    proxy.refuse();
    void proxy.cutAfter(1, 'toClient');
    await proxy.heal();
    await (await dial(proxy)).says('hello');
  });

  it('plays a script: cut after bytes, refused, accepted again', async () => {
    const client = await dial(proxy);
    await client.says('abc');
    const steps = firstValueFrom(
      proxy
        .play([
          { afterBytes: 4, direction: 'toClient', refuse: true, cut: true },
          { after: 1, accept: true },
        ])
        .pipe(take(2), toArray())
    );
    client.socket.write('defghij');
    await client.closed;
    expect(client).toMatchObject({ text: 'abcdefg', error: 'ECONNRESET' });
    expect(await steps).toHaveLength(2);
    await (await dial(proxy)).says('a much longer text than that');
  });

  it('forgets the bytes that a script waits for, when nobody listens any more', async () => {
    const client = await dial(proxy);
    proxy
      .play([{ afterBytes: 3, cut: true }])
      .subscribe()
      .unsubscribe();
    await client.says('hello');
    expect(client.chunks).toEqual(['hello']);
  });

  it('plays the script of its options, until it is stopped', async () => {
    const other = await faultProxy({
      target: server,
      script: [
        { afterBytes: 2, cut: true },
        { after: 1000, refuse: true, cut: true },
        { after: 1, accept: true },
      ],
    });
    const client = await dial(other);
    client.socket.write('hello');
    await client.closed;
    expect(client.text).toBe('he');
    const playing = firstValueFrom(other.play([{ after: 1000, accept: true }]), { defaultValue: 'stopped' });
    await other.stop();
    expect(await playing).toBe('stopped');
    await expect(dial(other)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it.each([
    ['bytes', () => proxy.cutAfter(-1, 'toClient')],
    ['direction', () => proxy.cutAfter(1, 'up' as never)],
    ['direction', async () => proxy.stall('up' as never)],
    ['how', async () => proxy.stall('both', 'maybe' as never)],
    ['ms', async () => proxy.delay(NaN)],
    ['jitter', async () => proxy.delay(1, -1)],
    ['bytes', async () => proxy.split(0.5)],
    ['bytesPerSecond', async () => proxy.bandwidth(-1)],
    ['script[1].after', () => firstValueFrom(proxy.play([{ cut: true }, { after: -1, cut: true }]))],
    ['script', () => firstValueFrom(proxy.play(7 as never))],
  ])('refuses a bad argument: %s', async (argument, act) => {
    await expect(act()).rejects.toMatchObject({ layer: 'usage', argument });
  });

  it('stops with connections open, and gives its port back', async () => {
    const client = await dial(proxy);
    await client.says('hello');
    await proxy.stop();
    await client.closed;
    const successor = createServer().listen(proxy.port, '127.0.0.1');
    await once(successor, 'listening');
    successor.close();
  });

  /** A connection over which both sides have heard of each other. */
  async function passingBoth(client: Socket, text: string): Promise<void> {
    client.write(text);
    while (!server.sockets[0]) await turn();
    await once(server.sockets[0], 'data');
    server.sockets[0].write(text);
    await once(client, 'data');
  }
});
