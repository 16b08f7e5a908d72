import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type FaultProxy, faultProxy } from '../../../lib/testing/proxy/faultProxy.js';
import type { ProxyOptions } from '../../../lib/testing/proxy/proxyOptions.js';
import { dial } from './dial.js';
import { type EchoServer, startEchoServer } from './echoServer.js';
import { passing, turn } from './passing.js';

/** Real sockets, and time that is turned by hand. */
describe('a lane of a proxy', () => {
  let server: EchoServer;
  let proxy: FaultProxy;

  beforeEach(async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'clearImmediate', 'queueMicrotask'] });
    server = await startEchoServer();
    server.respond = () => {};
  });

  afterEach(async () => {
    await proxy.stop();
    server.stop();
    jest.useRealTimers();
  });

  const start = async (options: Omit<ProxyOptions, 'target'>) =>
    (proxy = await faultProxy({ target: server, ...options }));

  it('delivers after the latency, and not before', async () => {
    await start({ latency: 50 });
    const client = await dial(proxy);
    await send(client, 'hello');
    await pass(49);
    expect(received()).toBe(0);
    await pass(1);
    expect(received()).toBe(5);
  });

  it('delays ends too, and replies', async () => {
    await start({ latency: 50 });
    server.respond = (socket) => socket.pipe(socket);
    const client = await dial(proxy);
    client.socket.end();
    await turn();
    await pass(99);
    expect(client.ended).toBe(false);
    await pass(1);
    await client.closed;
    expect(client.ended).toBe(true);
  });

  it('never lets a quick chunk overtake a slow one', async () => {
    await start({ latency: 50, jitter: 50, seed: 1 });
    server.respond = (socket) => socket.pipe(socket);
    const client = await dial(proxy);
    const words = Array.from({ length: 20 }, (_, i) => `${i} `);
    for (const word of words) await send(client, word);
    await pass(201);
    expect(client.text).toBe(words.join(''));
  });

  it('repeats its jitter with its seed, on every connection and each way, whatever the others do', async () => {
    const run = async (seed: number, disturb: boolean) => {
      await start({ latency: 100, jitter: 50, seed });
      const clients = [await dial(proxy), await dial(proxy)];
      const waits: number[][] = [[], []];
      for (let round = 0; round < 6; round++) {
        for (const [i, client] of clients.entries()) {
          if (disturb && i === 0) continue;
          waits[i]!.push(await timed(client));
        }
      }
      await proxy.stop();
      server.sockets.length = 0;
      return waits;
    };
    const [first, second] = await run(7, false);
    expect(await run(7, false)).toEqual([first, second]);
    expect((await run(7, true))[1]).toEqual(second);
    expect(second).not.toEqual(first);
    expect((await run(8, false))[0]).not.toEqual(first);
    for (const wait of [...first!, ...second!]) expect([wait >= 50, wait <= 150]).toEqual([true, true]);
  });

  it('carries so many bytes a second, on each connection', async () => {
    await start({ bandwidth: 1000 });
    const clients = [await dial(proxy), await dial(proxy)];
    for (const client of clients) await send(client, 'x'.repeat(500));
    for (const half of [1, 2]) {
      await pass(250);
      // bytes of 30 ms
      for (const socket of server.sockets) expect(Math.abs(socket.bytesRead - 250 * half)).toBeLessThanOrEqual(30);
    }
    await pass(30);
    expect(server.sockets.map(({ bytesRead }) => bytesRead)).toEqual([500, 500]);
  });

  it('does not save up bandwidth while nothing is sent, or nothing flows', async () => {
    await start({ bandwidth: 1000 });
    const client = await dial(proxy);
    await pass(1000);
    proxy.stall('toServer');
    await send(client, 'x'.repeat(500));
    await pass(1000);
    proxy.flow();
    await pass(100);
    expect(Math.abs(received() - 100)).toBeLessThanOrEqual(30);
  });

  it('carries as much as it can, at once, when the limit is lifted', async () => {
    await start({ bandwidth: 1 });
    const client = await dial(proxy);
    await send(client, 'hello');
    await pass(1500);
    expect(received()).toBe(2);
    proxy.bandwidth(0);
    await turn();
    expect(received()).toBe(5);
  });

  /** Milliseconds until what is sent arrives. */
  async function timed(client: Awaited<ReturnType<typeof dial>>): Promise<number> {
    const [before, sent] = [received(), performance.now()];
    await send(client, 'x');
    while (received() === before) await pass(1);
    return performance.now() - sent;
  }

  /** Writes, and waits until the proxy has it. */
  async function send(client: Awaited<ReturnType<typeof dial>>, text: string): Promise<void> {
    const arrived = passing(proxy, 'toServer');
    client.socket.write(text);
    await arrived;
    await turn();
  }

  function received(): number {
    return server.sockets.reduce((sum, socket) => sum + socket.bytesRead, 0);
  }

  async function pass(ms: number): Promise<void> {
    for (let i = 0; i < ms; i++) {
      jest.advanceTimersByTime(1);
      await turn();
    }
  }
});
