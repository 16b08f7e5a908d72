import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FaultProxy, startFaultProxy } from './faultProxy.js';

describe('a fault proxy', () => {
  let listener: Server;
  let atServer: Socket[];
  let respond: (socket: Socket) => void;
  let proxy: FaultProxy;

  beforeEach(async () => {
    atServer = [];
    respond = (socket) => socket.pipe(socket); // an echo
    listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      atServer.push(socket);
      socket.on('error', () => {});
      respond(socket);
    }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    proxy = await startFaultProxy({ host: '127.0.0.1', port: (listener.address() as AddressInfo).port });
  });

  afterEach(async () => {
    await proxy.stop();
    listener.close();
  });

  it('passes bytes and ends on, and counts them', async () => {
    const client = await dial(proxy);
    client.socket.end('hello');
    await client.closed;
    expect(client).toMatchObject({ text: 'hello', ended: true, error: undefined });
    expect(proxy.bytes).toEqual({ toClient: 5, toServer: 5 });
    expect([proxy.accepted, proxy.connections]).toEqual([1, 0]);
  });

  it('lets a client that has ended read on', async () => {
    respond = (socket) => socket.resume().once('end', () => socket.end('late'));
    const client = await dial(proxy);
    client.socket.end('hello');
    await client.closed;
    expect(client.text).toBe('late');
  });

  it('passes a reset on, both ways', async () => {
    const client = await dial(proxy);
    await client.says('hello');
    atServer[0]?.resetAndDestroy();
    await client.closed;
    expect(client.error).toBe('ECONNRESET');

    const other = await dial(proxy);
    await other.says('hello');
    other.socket.resetAndDestroy();
    await gone(atServer[1]);
    expect(atServer[1]?.errored).toMatchObject({ code: 'ECONNRESET' });
  });

  it('resets a client when nobody listens behind it', async () => {
    listener.close();
    const client = await dial(proxy);
    await client.closed;
    expect(client.error).toBe('ECONNRESET');
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

  it('closes all connections in good order', async () => {
    const client = await dial(proxy);
    await client.says('hello');
    proxy.close();
    await client.closed;
    expect(client).toMatchObject({ ended: true, error: undefined });
    await (await dial(proxy)).says('again');
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

  it('loses a reply whole when it cuts after nothing', async () => {
    const client = await dial(proxy);
    const cut = proxy.cutAfter(0, 'toClient');
    client.socket.write('hello');
    await Promise.all([cut, client.closed]);
    expect(client).toMatchObject({ text: '', error: 'ECONNRESET' });
    expect(atServer[0]?.bytesRead).toBe(5);
  });

  it('holds bytes and ends, and gives them when it flows again', async () => {
    const client = await dial(proxy);
    proxy.stall('toClient');
    const arrived = passing(proxy, 'toClient');
    client.socket.write('hello');
    await arrived;
    await turn();
    expect(client.text).toBe('');
    atServer[0]?.end();
    proxy.flow();
    await client.has('hello');
    await once(client.socket, 'end');
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
    expect(atServer[0]?.closed).toBe(false);
    proxy.flow();
    await gone(atServer[0]);
  });

  it('holds back a writer when it holds much', async () => {
    respond = (socket) => socket.resume();
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

  it('delays, and keeps the order', async () => {
    const random = [1, 0, 0.5, 0, 1, 0, 0.9, 0.2];
    proxy.delay(30, 20, () => random.shift() ?? 0);
    const client = await dial(proxy);
    const start = performance.now();
    for (const word of ['one ', 'two ', 'three']) {
      const arrived = passing(proxy, 'toServer');
      client.socket.write(word);
      await arrived;
    }
    await client.has('one two three');
    expect(performance.now() - start).toBeGreaterThan(50); // 50 there, at least 10 back; timers may be early by one
  });

  it('refuses, and accepts again', async () => {
    const client = await dial(proxy);
    proxy.refuse();
    await expect(dial(proxy)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await client.says('still here');
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
    proxy.refuse();
    void proxy.cutAfter(1, 'toClient');
    await proxy.heal();
    await (await dial(proxy)).says('hello');
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
});

/** A client that remembers what it was sent. */
async function dial({ port, host }: FaultProxy) {
  const socket = connect({ port, host, noDelay: true });
  const client = {
    socket,
    chunks: [] as string[],
    ended: false,
    error: undefined as string | undefined,
    closed: gone(socket),
    get text() {
      return client.chunks.join('');
    },
    async has(text: string) {
      while (!client.text.endsWith(text)) await once(socket, 'data');
    },
    async says(text: string) {
      socket.write(text);
      await client.has(text);
    },
  };
  await once(socket, 'connect');
  socket.on('data', (bytes: Buffer) => client.chunks.push(String(bytes)));
  socket.on('end', () => (client.ended = true));
  socket.on('error', (error: NodeJS.ErrnoException) => (client.error = error.code));
  return client;
}

/** When something arrives at the proxy. */
function passing(proxy: FaultProxy, way: string): Promise<void> {
  return new Promise((arrived) => {
    proxy.rewrite = (bytes, direction) => {
      if (direction === way) arrived();
      return bytes;
    };
  });
}

function gone(socket: Socket | undefined): Promise<void> {
  return new Promise((done) => (!socket || socket.closed ? done() : socket.once('close', () => done())));
}

/** A few turns of the event loop, in which what can happen does. */
async function turn(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise(setImmediate);
}
