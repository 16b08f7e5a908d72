import { describe, expect, it } from '@jest/globals';
import { type Socket, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { firstValueFrom } from 'rxjs';
import { type CoordinationError, isCoordinationError } from '../../../../lib/core/errors.js';
import { type Etcd, open } from '../../../../lib/etcd/index.js';
import { startEtcd } from '../../../../lib/testing/index.js';
import { waitForValue } from '../../../helpers/waitFor.js';

const MIB = 2 ** 20;
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const whole = (body: string, head = HEAD) => `${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const chunked = (...chunks: readonly string[]) =>
  `${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunks.map((it) => `${it.length.toString(16)}\r\n${it}\r\n`).join('')}`;
const page = (status: string) => whole('<html>', `HTTP/1.1 ${status}\r\nContent-Type: text/html\r\n`);
const nested = (depth: number) => '[{"header":'.repeat(depth);

/** How a gateway answers a request, before it closes the connection if `close`; and how the write ends. */
const BAD: readonly (readonly [name: string, reply: string, end: string])[] = [
  ['hangs up', '', 'CONNECTION_LOST unknown'],
  ['does not speak HTTP', 'SSH-2.0-OpenSSH\r\n', 'PROTOCOL unknown'],
  ['ends within its head', HEAD, 'CONNECTION_LOST unknown'],
  ['ends within its body', `${HEAD}Content-Length: 100\r\n\r\n{`, 'CONNECTION_LOST unknown'],
  ['has a chunk of no size', `${HEAD}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`, 'PROTOCOL unknown'],
  ['has a head without end', `${HEAD}${'X-More: 0123456789\r\n'.repeat(10_000)}`, 'PROTOCOL unknown'],
  ['has a header without end', `${HEAD}X-More: ${'0'.repeat(200_000)}`, 'PROTOCOL unknown'],
  ['answers 500 with a page', page('500 Oops'), 'CONNECTION_LOST unknown'],
  ['answers 302', page('302 Found\r\nLocation: http://127.0.0.1:1/'), 'CONNECTION_LOST unknown'],
  ['answers 503 with nothing', whole('', 'HTTP/1.1 503 Busy\r\n'), 'CONNECTION_LOST unknown'],
  ['answers 200 with a page', page('200 OK'), 'PROTOCOL unknown'],
  ['answers with nothing', whole(''), 'PROTOCOL unknown'],
  ['answers with half of its JSON', whole('{"header":{'), 'PROTOCOL unknown'],
  ['answers with a list', whole('[]'), 'PROTOCOL unknown'],
  ['answers with null', whole('null'), 'PROTOCOL unknown'],
  ['answers with a number', whole('1e400'), 'PROTOCOL unknown'],
  ['has a revision that is no number', whole('{"header":{"revision":"many"}}'), 'PROTOCOL unknown'],
  ['has a revision that is too large', whole('{"header":{"revision":"9223372036854775807"}}'), 'PROTOCOL unknown'],
  ['has text for a message', whole('{"header":"x"}'), 'PROTOCOL unknown'],
  ['nests without end', whole(nested(50_000)), 'PROTOCOL unknown'],
];

/** Answers that cost one request, and are no reason to leave the member. */
const ODD: readonly (readonly [name: string, reply: string, end: string])[] = [
  [
    'has a body without end',
    chunked('{"header":{"revision":"', ...Array<string>(300).fill('0'.repeat(10_000))),
    'REPLY_TOO_LARGE unknown',
  ],
  [
    'has an error with a status that nobody knows',
    whole('{"code":999999,"message":"no"}', 'HTTP/1.1 400 Bad\r\n'),
    'UNKNOWN unknown',
  ],
  ['has an error that is a good end', whole('{"code":0,"message":"no"}', 'HTTP/1.1 400 Bad\r\n'), 'UNKNOWN unknown'],
  ['has early answers', 'HTTP/1.1 103 Early\r\n\r\n'.repeat(100) + whole('{"header":{"revision":"1"}}'), 'done'],
];

const endOf = (etcd: Etcd) =>
  firstValueFrom(etcd.put('k', new Uint8Array(1))).then(
    () => 'done',
    (error: CoordinationError) => (isCoordinationError(error) ? `${error.code} ${error.effect}` : String(error))
  );

/** A client over the gateway of two members. The first one has a status, and answers all else with `reply`. */
async function between(reply: string) {
  const sockets = new Set<Socket>();
  const bad = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      const path = /^POST (\S+)/.exec(chunk.toString('latin1'))?.[1];
      if (path === '/v3/maintenance/status') socket.write(whole('{}'));
      else if (path === '/v3/watch') socket.write(reply);
      else if (path !== undefined) socket.end(reply);
    });
  });
  await new Promise<void>((done) => bad.listen(0, '127.0.0.1', done));
  const { port } = bad.address() as AddressInfo;
  const good = await startEtcd();
  const etcd = await open([`127.0.0.1:${port}`, good.endpoints[0]!], {
    ...{ transport: 'gateway', random: () => 0.9, backoff: { min: 1, max: 5 }, maxReplyBytes: MIB, timeout: 10_000 },
  });
  const close = async () => {
    await etcd.close();
    await good.stop();
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => bad.close(done));
  };
  const isAtBad = () => etcd.state.kind === 'connected' && etcd.state.endpoint.port === port;
  const left = () => waitForValue(etcd.state$, (it) => it.kind === 'connected' && it.endpoint.port !== port);
  return { etcd, left, isAtBad, [Symbol.asyncDispose]: close };
}

describe('a gateway that', () => {
  it.each(BAD)('%s costs one request, and is left', async (_, reply, end) => {
    await using ground = await between(reply);
    expect(await endOf(ground.etcd)).toBe(end);
    expect(await endOf(ground.etcd)).toBe('done');
    expect(ground.isAtBad()).toBe(false);
  });

  it.each(ODD)('%s is not left', async (_, reply, end) => {
    await using ground = await between(reply);
    expect(await endOf(ground.etcd)).toBe(end);
    expect(ground.isAtBad()).toBe(true);
  });
});

describe('a stream of watches that', () => {
  const created = '{"result":{"header":{"revision":"1"},"created":true}}\n';

  it.each<readonly [string, string]>([
    ['ends well', `${chunked(created)}0\r\n\r\n`],
    ['has lines that are not JSON', chunked(created, '<html>\n')],
    ['has a line without end', chunked(created, ...Array<string>(300).fill('0'.repeat(10_000)))],
    ['has lines of another shape', chunked(created, '[1]\n')],
    ['creates watches that nobody asked for', chunked(created, created)],
    ['has an error of another shape', chunked(created, '{"error":[]}\n')],
    ['is no stream', page('200 OK')],
    ['answers 500', page('500 Oops')],
  ])('%s goes on at another member', async (_, reply) => {
    await using ground = await between(reply);
    const seen = firstValueFrom(ground.etcd.events('k', { from: 1 }));
    await ground.left();
    expect(await endOf(ground.etcd)).toBe('done');
    expect(await seen).toMatchObject({ kind: 'changes' });
  });
});
