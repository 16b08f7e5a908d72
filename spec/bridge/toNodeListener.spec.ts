import { afterEach, describe, expect, it } from '@jest/globals';
import { type Server, createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { filter, firstValueFrom, map } from 'rxjs';
import { action, bridge, toNodeListener } from '../../lib/bridge/index.js';
import { fromBridge } from '../../lib/bridge/browser/index.js';
import { open, utf8 } from '../../lib/index.js';
import { startZooKeeper } from '../../lib/testing/index.js';
import { waitFor, waitForValue } from '../helpers/waitFor.js';

let server: Server | undefined;
afterEach(() => stop());

async function listen(handler: (request: Request) => Promise<Response>, port = 0): Promise<number> {
  const started = (server = createServer(toNodeListener(handler)));
  await new Promise<void>((done) => started.listen(port, '127.0.0.1', done));
  return (started.address() as AddressInfo).port;
}

/** Ends the server as a kill does: all connections break. */
async function stop(): Promise<void> {
  const stopped = server;
  server = undefined;
  if (stopped === undefined) return;
  const closed = new Promise((done) => stopped.close(done));
  stopped.closeAllConnections();
  await closed;
}

describe('a bridge from a real ZooKeeper client to a page, over HTTP', () => {
  it('shows values that stay true while the server is killed and started again', async () => {
    const keeper = await startZooKeeper();
    const zk = await open(keeper.connectString);
    await firstValueFrom(zk.create('/colour', 'red', { codec: utf8 }));
    const colour = () => zk.watch('/colour', { codec: utf8 });
    const paint = action(String, (name) => zk.set('/colour', name, { codec: utf8 }));
    const start = () => bridge({ colour }, { authorize: () => ({ id: 'all' }), actions: { paint }, linger: 0 });
    let handler = start();
    const port = await listen(handler);
    const page = fromBridge<typeof handler>(`http://127.0.0.1:${port}/bridge`, { backoff: { min: 20, max: 100 } });
    const seen: string[] = [];
    const shown$ = page.value('colour').pipe(map((now) => `${now.value}${now.stale ? ` (${now.cause.code})` : ''}`));
    const watching = shown$.subscribe((now) => seen.push(now));
    await waitFor(() => seen.at(-1) === 'red');
    const { version } = await firstValueFrom(page.run('paint', 'blue'));
    expect(version).toBe(1);
    await waitFor(() => seen.at(-1) === 'blue');

    for (const next of ['green', 'white']) {
      await stop();
      await waitFor(() => seen.at(-1)!.endsWith('(LINE_LOST)'));
      await firstValueFrom(zk.set('/colour', next, { codec: utf8 }));
      handler = start();
      await listen(handler, port);
      await waitFor(() => seen.at(-1) === next);
    }
    const before = seen.length;
    await stop();
    await listen((handler = start()), port);
    await waitFor(() => seen.length === before + 2);
    expect(seen).toEqual([
      ...['red', 'blue', 'blue (LINE_LOST)', 'green', 'green (LINE_LOST)', 'white', 'white (LINE_LOST)', 'white'],
    ]);
    const state = await firstValueFrom(page.value('colour'));
    expect(typeof (state as unknown as { stat: { czxid: bigint } }).stat.czxid).toBe('bigint');

    watching.unsubscribe();
    await waitFor(() => handler.sizes.lines === 0 && handler.sizes.watches === 0);
    await zk.close();
    await keeper.stop();
  });
});

describe('a listener of Node', () => {
  const answer = (body: string | ReadableStream) => () => Promise.resolve(new Response(body as string));

  it('passes on method, address, headers and body, and the answer with its status', async () => {
    const port = await listen(async (request) =>
      Response.json([request.method, request.url, request.headers.get('x-a'), await request.text()], { status: 202 })
    );
    const response = await fetch(`http://127.0.0.1:${port}/a?b=1`, {
      method: 'POST',
      body: 'hello',
      headers: { 'x-a': '1' },
    });
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual(['POST', `http://127.0.0.1:${port}/a?b=1`, '1', 'hello']);
  });

  it('answers an address or a host that is garbage with a status', async () => {
    const port = await listen(answer('ok'));
    const first = (text: string) =>
      new Promise<string>((done) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(text));
        socket.once('data', (data) => {
          done(data.toString().split('\r\n')[0]!);
          socket.destroy();
        });
      });
    expect(await first('GET / HTTP/1.1\r\nhost: a b\r\n\r\n')).toBe('HTTP/1.1 400 Bad Request');
    expect(await first('GET http://[ HTTP/1.1\r\nhost: a\r\n\r\n')).toBe('HTTP/1.1 400 Bad Request');
    expect(await first('GET / HTTP/1.1\r\nhost: a\r\n\r\n')).toBe('HTTP/1.1 200 OK');
  });

  it('cancels the body of the answer when the other end is gone', async () => {
    let cancelled = false;
    const body = new ReadableStream({ cancel: () => void (cancelled = true) });
    const port = await listen(answer(body));
    const gone = new AbortController();
    await fetch(`http://127.0.0.1:${port}`, { signal: gone.signal });
    gone.abort();
    await waitFor(() => cancelled);
  });

  it('reads no faster than the other end does', async () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({ pull: (it) => (pulled++, it.enqueue(new Uint8Array(1024 * 1024))) });
    const port = await listen(answer(body));
    const asked = httpRequest({ port, host: '127.0.0.1' });
    const paused = new Promise<void>((done) =>
      asked.once('response', (response) => {
        response.pause();
        done();
      })
    );
    asked.end();
    await paused;
    let last = -1;
    await waitFor(() => pulled === last || ((last = pulled), false), { interval: 200 });
    expect(pulled).toBeLessThan(40);
    asked.destroy();
  });

  it('breaks the answer off when its body fails', async () => {
    const port = await listen(answer(new ReadableStream({ pull: (it) => it.error(new Error('lost')) })));
    const response = await fetch(`http://127.0.0.1:${port}`);
    await expect(response.text()).rejects.toThrow();
  });

  it('answers a request that is too large, and the connection stays good', async () => {
    const handler = bridge({}, { authorize: () => ({ id: 'all' }), limits: { requestBytes: 1000 } });
    const port = await listen(handler);
    const url = `http://127.0.0.1:${port}`;
    const headers = { 'content-type': 'application/json' };
    const large = await fetch(url, { method: 'POST', headers, body: 'x'.repeat(3_000_000) });
    expect(large.status).toBe(413);
    expect(await large.text()).toContain('OVER_LIMIT');
    expect((await fetch(url, { method: 'POST', headers, body: '{"line":"x"}' })).status).toBe(404);
  });

  it('serves many pages', async () => {
    const keeper = await startZooKeeper();
    const zk = await open(keeper.connectString);
    await firstValueFrom(zk.create('/count', '0', { codec: utf8 }));
    const handler = bridge({ count: () => zk.watch('/count', { codec: utf8 }) }, { authorize: () => ({ id: 'all' }) });
    const port = await listen(handler);
    const pages = Array.from({ length: 50 }, () => fromBridge<typeof handler>(`http://127.0.0.1:${port}/`));
    const subscriptions = pages.map((page) => page.value('count').subscribe());
    await waitFor(() => handler.sizes.lines === 50);
    await waitFor(() => handler.sizes.watches === 1);
    const all = pages.map((page) => waitForValue(page.value('count').pipe(filter(({ value }) => value === '7'))));
    await firstValueFrom(zk.set('/count', '7', { codec: utf8 }));
    await Promise.all(all);
    for (const subscription of subscriptions) subscription.unsubscribe();
    await waitFor(() => handler.sizes.lines === 0);
    await zk.close();
    await keeper.stop();
  });
});
