import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, type Server as NetServer, type Socket, createServer as createNetServer } from 'node:net';
import type { Subscription } from 'rxjs';
import type { CoordinationError } from '../../lib/core/errors.js';
import type { Http1Client, Http1Request, Http1Stream } from '../../lib/core/http1Client.js';
import { type Http1Options, http1 } from '../../lib/transport/http1.js';
import { makeCertificates } from '../helpers/certificates.js';

const LOCAL = '127.0.0.1';
const portOf = (server: NetServer): number => (server.address() as AddressInfo).port;

/** A request, and everything that its listener heard. */
class Asked {
  readonly heard: string[] = [];
  readonly ended: Promise<CoordinationError | undefined>;
  readonly stream: Http1Stream;

  constructor(client: Http1Client, port: number, request: Partial<Http1Request> = {}, host = LOCAL) {
    let stream!: Http1Stream;
    this.ended = new Promise((ended) => {
      stream = client.request(
        { host, port },
        { method: 'POST', path: '/', ...request },
        {
          headers: (status, headers) => this.heard.push(`status ${status} ${headers['x-word'] ?? ''}`.trim()),
          data: (chunk) => this.heard.push(chunk.toString()),
          drained: () => this.heard.push('drained'),
          ended,
        }
      );
    });
    this.stream = stream;
  }
}

describe('a client of HTTP/1.1', () => {
  let server: Server;
  let raw: NetServer;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let talk: (socket: Socket) => void;
  let accepted = 0;
  let life: Subscription;

  const open = (options?: Http1Options): Http1Client => {
    let client!: Http1Client;
    life = http1(options).subscribe((opened) => (client = opened));
    return client;
  };
  const ask = (...args: ConstructorParameters<typeof Asked>) => {
    const asked = new Asked(...args);
    asked.stream.finish();
    return asked;
  };

  beforeAll(async () => {
    server = createServer((request, response) => answer(request, response));
    server.on('connection', () => accepted++);
    raw = createNetServer((socket) => {
      socket.on('error', () => undefined);
      talk(socket);
    });
    for (const each of [server, raw]) {
      each.listen(0, LOCAL);
      await once(each, 'listening');
    }
  });
  afterAll(() => {
    life.unsubscribe();
    server.closeAllConnections();
    server.close();
    raw.close();
  });

  it('sends a body in parts, and hears the head and the body', async () => {
    answer = (request, response) => {
      response.writeHead(201, { 'X-Word': request.headers['x-word'] ?? '' });
      request.pipe(response);
    };
    const asked = new Asked(open(), portOf(server), { method: 'PUT', headers: { 'x-word': 'yes' } });
    asked.stream.write('a');
    asked.stream.finish(Buffer.from('b'));
    expect([await asked.ended, asked.heard[0], asked.heard.slice(1).join('')]).toEqual([
      undefined,
      'status 201 yes',
      'ab',
    ]);
    life.unsubscribe();
  });

  it('uses a connection again', async () => {
    answer = (_, response) => response.end('x');
    const client = open();
    const before = accepted;
    for (let i = 0; i < 5; i++) await ask(client, portOf(server)).ended;
    expect(accepted - before).toBe(1);
    life.unsubscribe();
  });

  it('hears a body while it comes, and holds it back', async () => {
    let response!: ServerResponse;
    answer = (_, it) => {
      response = it;
      it.write('one');
    };
    const asked = ask(open(), portOf(server));
    while (asked.heard.length < 2) await new Promise(setImmediate);
    asked.stream.hold();
    response.write('two');
    await new Promise((resolve) => response.write('three', resolve));
    expect(asked.heard).toEqual(['status 200', 'one']);
    asked.stream.release();
    response.end();
    await asked.ended;
    expect(asked.heard.join('')).toBe('status 200onetwothree');
    life.unsubscribe();
  });

  it('has no effect where nothing was sent', async () => {
    const closed = createNetServer().listen(0, LOCAL);
    await once(closed, 'listening');
    const port = portOf(closed);
    closed.close();
    await once(closed, 'close');
    const client = open();
    const asked = ask(client, port);
    expect(await asked.ended).toMatchObject({ code: 'CONNECT_FAILED', layer: 'transport', effect: 'none' });
    expect(asked.stream.sent).toBe(false);
    expect(await ask(client, 1, {}, 'nowhere.invalid').ended).toMatchObject({ effect: 'none' });
    expect(await ask(client, port, { headers: { 'bad name': 'x' } }).ended).toMatchObject({ effect: 'none' });
    life.unsubscribe();
    expect(await ask(client, port).ended).toMatchObject({ code: 'CONNECTION_LOST', effect: 'none' });
  });

  it('does not know the effect of a request whose answer does not come', async () => {
    talk = (socket) => socket.once('data', () => socket.destroy());
    const asked = ask(open(), portOf(raw));
    expect(await asked.ended).toMatchObject({ code: 'CONNECTION_LOST', effect: 'unknown' });
    expect(asked.stream.sent).toBe(true);
    life.unsubscribe();
  });

  it('tells a body that broke off from one that is complete', async () => {
    talk = (socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'));
    const asked = ask(open(), portOf(raw));
    expect(await asked.ended).toMatchObject({ code: 'CONNECTION_LOST', effect: 'unknown' });
    expect(asked.heard).toEqual(['status 200', 'abc']);
    life.unsubscribe();
  });

  it.each([
    ['what is not HTTP', 'hello\r\n\r\n', 'PROTOCOL'],
    ['a bomb of headers', `HTTP/1.1 200 OK\r\n${'X: yyyyyyyyyyyyyyyyyyyy\r\n'.repeat(10_000)}\r\n`, 'PROTOCOL'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 'PROTOCOL'],
    ['another protocol', 'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n', 'CONNECTION_LOST'],
  ])('ends a request that is answered by %s', async (_, bytes, code) => {
    talk = (socket) => socket.once('data', () => socket.write(bytes));
    expect(await ask(open(), portOf(raw)).ended).toMatchObject({ code, effect: 'unknown' });
    life.unsubscribe();
  });

  it('takes no more of a body than it may', async () => {
    answer = (_, response) => response.end('x'.repeat(2000));
    const client = open();
    const small = ask(client, portOf(server), { maxBytes: 2000 });
    expect(await small.ended).toBeUndefined();
    const asked = ask(client, portOf(server), { maxBytes: 1999 });
    expect(await asked.ended).toMatchObject({ code: 'REPLY_TOO_LARGE', layer: 'protocol' });
    expect(asked.heard.join('').length).toBeLessThan(2000);
    life.unsubscribe();
  });

  it('gives up a request and its connection', async () => {
    const gone = new Promise<void>((resolve) => {
      answer = (request) => request.socket.once('close', () => resolve());
    });
    const asked = ask(open(), portOf(server));
    const arrived = new Promise((resolve) => server.once('request', resolve));
    await arrived;
    let ended = false;
    void asked.ended.then(() => (ended = true));
    asked.stream.cancel();
    await gone;
    expect(ended).toBe(false);
    life.unsubscribe();
  });

  it('ends requests under way when it is over', async () => {
    const client = open();
    answer = () => life.unsubscribe();
    expect(await ask(client, portOf(server)).ended).toMatchObject({ code: 'CONNECTION_LOST', effect: 'unknown' });
  });

  it('does not wait for a connection for ever', async () => {
    talk = (socket) => socket.resume(); // TLS never begins
    const asked = ask(open({ tls: {}, connectTimeout: 30 }), portOf(raw));
    expect(await asked.ended).toMatchObject({ code: 'TIMEOUT', effect: 'none' });
    life.unsubscribe();
  });

  it('speaks TLS, and trusts only whom it is told to', async () => {
    using certificates = await makeCertificates();
    const { certificate: cert, key } = certificates.server;
    const secure = createSecureServer({ cert, key }, (_, response) => response.end('secret'));
    secure.listen(0, LOCAL);
    await once(secure, 'listening');
    const trusting = open({ tls: { ca: certificates.ca.certificate } });
    const asked = ask(trusting, portOf(secure), {}, 'localhost');
    expect([await asked.ended, asked.heard]).toEqual([undefined, ['status 200', 'secret']]);
    life.unsubscribe();
    const refused = ask(open({ tls: {} }), portOf(secure), {}, 'localhost');
    expect(await refused.ended).toMatchObject({ code: 'CONNECT_FAILED', effect: 'none' });
    life.unsubscribe();
    secure.closeAllConnections();
    secure.close();
  });
});
