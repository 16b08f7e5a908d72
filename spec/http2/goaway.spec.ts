import { describe, expect, it } from '@jest/globals';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { firstValueFrom, lastValueFrom } from 'rxjs';
import type { Http2Link, Http2Stream } from '../../lib/core/http2Link.js';
import { seededRandom } from '../../lib/testing/proxy/seededRandom.js';
import { http2 } from '../../lib/http2/http2.js';
import {
  GOOD,
  type ScriptedConnection,
  type Http2Server,
  data,
  goaway,
  headers,
  scriptHttp2,
  settings,
} from '../helpers/http2Server.js';
import { waitFor } from '../helpers/waitFor.js';
import { meterFor } from '../helpers/meterFor.js';

const EVERY = 2 ** 31 - 1;
const AT_ONCE = 3;
/** Most requests at a time, as a setting. */
const limit = (requests: number) => settings([AT_ONCE, requests]);
const good = (stream: number) => [headers(stream, GOOD), headers(stream, { 'grpc-status': '0' }, true)];

/** A client of a scripted server, and the ends of its requests by their names. */
async function dial(server: Http2Server) {
  const ends: Record<string, string> = {};
  let close = () => {};
  const link = await new Promise<Http2Link>((next, error) => {
    const dialed = http2({ host: '127.0.0.1', port: server.port }, undefined, meterFor()).subscribe({ next, error });
    close = () => dialed.unsubscribe();
  });
  const left = lastValueFrom(link.end$).catch((error: Error) => error.message);
  const ask = (name: string): Http2Stream => {
    const stream = link.request(
      '/x',
      {},
      {
        headers() {},
        data() {},
        drained() {},
        ended: (_, error) => (ends[name] = error === undefined ? 'done' : `${error.code} ${error.effect}`),
      }
    );
    stream.finish();
    return stream;
  };
  return { link, ask, ends, left, [Symbol.dispose]: close };
}

/** Requests of which the server has seen one, called `seen`; the limit of the server keeps `kept` back. */
async function oneSeen(server: Http2Server) {
  const client = await dial(server);
  const seen = new Promise((done) => (server.connections[0]!.onRequest = done));
  client.ask('seen');
  await seen;
  client.ask('kept');
  await lastValueFrom(client.link.ping(), { defaultValue: undefined });
  return { ...client, connection: server.connections[0]! };
}

describe('a server that goes away', () => {
  const LOST = 'CONNECTION_LOST none';
  const scripted = (first = limit(1)) => scriptHttp2((connection) => connection.write(first));

  it('ends the requests that it has not seen, and answers the others', async () => {
    await using server = await scripted();
    using client = await oneSeen(server);
    client.connection.write(goaway(EVERY, 0));
    expect(await client.left).toBe('the server is going away');
    expect(client.ends).toEqual({ kept: LOST });
    client.connection.write(...good(1));
    await waitFor(() => client.ends.seen);
    expect(client.ends).toEqual({ kept: LOST, seen: 'done' });
  });

  it('says which requests it has not seen, also when it has received them', async () => {
    await using server = await scripted(limit(10));
    using client = await oneSeen(server);
    client.connection.write(goaway(EVERY, 0), goaway(1, 0));
    await waitFor(() => client.ends.kept);
    expect(client.ends).toEqual({ kept: LOST });
    client.connection.socket.destroy();
    await waitFor(() => client.ends.seen);
    expect(client.ends).toEqual({ kept: LOST, seen: 'CONNECTION_LOST unknown' });
  });

  it('for a reason may have done the request that it has seen, and not the others', async () => {
    await using server = await scripted();
    using client = await oneSeen(server);
    client.connection.write(goaway(1, 11, 'too_many_pings'));
    expect(await client.left).toBe('the server said goodbye with 11 too_many_pings');
    expect(client.ends).toEqual({ kept: LOST });
    client.connection.socket.end();
    await waitFor(() => client.ends.seen);
    expect(client.ends).toEqual({ kept: LOST, seen: 'CONNECTION_LOST unknown' });
  });

  it('is asked for nothing more, from the same moment on', async () => {
    await using server = await scripted(limit(10));
    using client = await oneSeen(server);
    client.link.end$.subscribe({ error: () => void client.ask('late') });
    client.connection.write(goaway(EVERY, 0));
    await waitFor(() => client.ends.late);
    expect(client.ends.late).toBe(LOST);
  });

  it.each([1, 2, 3])('at any moment leaves no request without an end (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    const any = (below: number) => Math.floor(random() * below);
    for (let round = 0; round < 40; round++) {
      const [at, code, last] = [1 + any(20), random() < 0.5 ? 0 : 11, random() < 0.5 ? EVERY : undefined];
      let answered = 0;
      const play = (connection: ScriptedConnection) => {
        connection.write(limit(1 + any(4)));
        connection.onRequest = (stream) => {
          if (answered > at) return; // never: the client must not wait for it
          connection.write(headers(stream, GOOD), data(stream, Buffer.alloc(any(100))), ...good(stream).slice(1));
          if (++answered === at) connection.write(goaway(last ?? stream, code));
          if (answered > at) connection.socket.end();
        };
      };
      await using server = await scriptHttp2(play);
      using client = await dial(server);
      let asked = 0;
      const go = () => {
        for (let i = 1 + any(6); i > 0 && asked < 60; i--) client.ask(String(asked++));
        if (asked === 60) return;
        if (random() < 0.5) setImmediate(go);
        else setTimeout(go);
      };
      go();
      await client.left;
      await waitFor(() => asked === 60, { interval: 1 });
      server.connections[0]!.socket.end(); // what was seen, and not answered, ends with the connection
      await waitFor(() => Object.keys(client.ends).length === asked, { interval: 1 });
    }
  });
});

describe('a server that does not speak HTTP/2', () => {
  it.each([
    ['hangs up', (connection: ScriptedConnection) => void connection.socket.end()],
    ['speaks HTTP/1.1', ({ socket }: ScriptedConnection) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['breaks the rules', ({ socket }: ScriptedConnection) => void socket.write(Buffer.alloc(64, 255))],
  ])('but %s has refused the connection', async (_, play) => {
    await using server = await scriptHttp2(play);
    const refused = firstValueFrom(http2({ host: '127.0.0.1', port: server.port }, undefined, meterFor()));
    await expect(refused).rejects.toMatchObject({ code: 'CONNECT_FAILED', effect: 'none' });
  });

  it('but says nothing has not accepted it', async () => {
    let heard = 0;
    const silent = createServer((socket) => socket.on('data', ({ length }) => (heard += length)).on('error', () => {}));
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    let links = 0;
    const dialed = http2(
      { host: '127.0.0.1', port: (silent.address() as AddressInfo).port },
      undefined,
      meterFor()
    ).subscribe(() => links++);
    await waitFor(() => heard > 24);
    expect(links).toBe(0);
    dialed.unsubscribe();
    await new Promise((done) => silent.close(done));
  });
});
