import { describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import { type CoordinationError, isCoordinationError } from '../../../../lib/core/errors.js';
import { type Etcd, open } from '../../../../lib/etcd/index.js';
import { encode } from '../../../../lib/etcd/v3/protocol/message.js';
import { put, watchStream } from '../../../../lib/etcd/v3/protocol/methods.js';
import { FrameType } from '../../../../lib/http2/frame.js';
import { startEtcd } from '../../../../lib/testing/index.js';
import { waitForValue } from '../../../helpers/waitFor.js';
import {
  GOOD,
  type ScriptedConnection,
  answer,
  data,
  goaway,
  grpc,
  headers,
  reset,
  scriptHttp2,
  settings,
} from '../../../helpers/http2Server.js';
import { frame } from '../../../helpers/scriptedHttp2.js';

const MIB = 2 ** 20;
const text = (it: string) => Buffer.from(it, 'latin1');
const hex = (it: string) => Buffer.from(it, 'hex');
const trailers = (stream: number, more = {}) => headers(stream, { 'grpc-status': '0', ...more }, true);
/** An answer with this body. */
const body = (stream: number, bytes: Uint8Array) => [headers(stream, GOOD), data(stream, bytes), trailers(stream)];
const many = (count: number, bytes: Buffer) => Buffer.concat(Array.from({ length: count }, () => bytes));

/** A watch is there. */
const CREATED = grpc(encode(watchStream.response, { created: true, header: { revision: 1 } }));

/** The frames with which a server answers a request. */
type Play = (stream: number) => readonly Uint8Array[];

/** How a write ends at a member that breaks the rules, and how the next request finds a better one. */
const BAD: readonly (readonly [name: string, play: Play, end: string])[] = [
  ['sends bytes that are no frames', () => [Buffer.alloc(100, 255)], 'CONNECTION_LOST unknown'],
  [
    'answers 503 with a page',
    (s) => [headers(s, { ':status': '503' }), data(s, text('<html>'), true)],
    'CONNECTION_LOST unknown',
  ],
  [
    'answers 200 with a page',
    (s) => [headers(s, { ':status': '200', 'content-type': 'text/html' }), data(s, text('<html>'), true)],
    'CONNECTION_LOST unknown',
  ],
  ['answers 200 with nothing', (s) => [headers(s, { ':status': '200' }, true)], 'CONNECTION_LOST unknown'],
  ['answers without a status of HTTP', (s) => [headers(s, { a: 'b' }, true)], 'PROTOCOL unknown'],
  ['has no trailers', (s) => [headers(s, GOOD), data(s, grpc(hex('')), true)], 'CONNECTION_LOST unknown'],
  ['has no message', (s) => [headers(s, GOOD), trailers(s)], 'PROTOCOL unknown'],
  ['has two messages', (s) => body(s, Buffer.concat([grpc(hex('')), grpc(hex(''))])), 'PROTOCOL unknown'],
  ['ends within a message', (s) => body(s, grpc(hex('0a00')).subarray(0, 6)), 'PROTOCOL unknown'],
  ['compresses', (s) => body(s, hex('0100000000')), 'PROTOCOL unknown'],
  ['announces four gigabytes', (s) => body(s, hex('00ffffffff')), 'PROTOCOL unknown'],
  ['cuts its protobuf', (s) => body(s, grpc(hex('0a05'))), 'PROTOCOL unknown'],
  ['has a number without end', (s) => body(s, grpc(hex('0affffffffffffffffffffff01'))), 'PROTOCOL unknown'],
  ['has a length below 0', (s) => body(s, grpc(hex('0affffffffffffffffff01'))), 'PROTOCOL unknown'],
  [
    'has messages without end',
    (s) => [headers(s, GOOD), ...Array.from({ length: 500 }, () => data(s, many(1000, grpc(hex('')))))],
    'PROTOCOL unknown',
  ],
  [
    'has a header of a megabyte',
    (s) => [
      frame(FrameType.headers, 0, s),
      ...Array.from({ length: 63 }, () => frame(FrameType.continuation, 0, s, Buffer.alloc(16_000, 97))),
    ],
    'CONNECTION_LOST unknown',
  ],
  [
    'has headers without end',
    (s) => [frame(FrameType.headers, 0, s), many(100_000, frame(FrameType.continuation, 0, s))],
    'CONNECTION_LOST unknown',
  ],
  [
    'has early answers without end',
    (s) => Array.from({ length: 5000 }, () => headers(s, { ':status': '103' })),
    'PROTOCOL unknown',
  ],
  [
    'has empty frames without end',
    (s) => [headers(s, GOOD), many(100_000, data(s, hex('')))],
    'CONNECTION_LOST unknown',
  ],
  ['resets the request', (s) => [reset(s, 8)], 'CONNECTION_LOST unknown'],
  ['resets the request, and says that we broke a rule', (s) => [reset(s, 1)], 'PROTOCOL unknown'],
  ['refuses every request', (s) => [reset(s, 7)], 'done'],
  ['goes away before it has seen the request', (s) => [goaway(s - 1, 0)], 'done'],
  ['opens a stream of its own', () => [headers(2, GOOD)], 'CONNECTION_LOST unknown'],
];

/** Answers that cost one request, and are no reason to leave the member. */
const ODD: readonly (readonly [name: string, play: Play, end: string])[] = [
  [
    'has words that are not encoded well',
    (s) => [headers(s, { ...GOOD, 'grpc-status': '7', 'grpc-message': '%zz%' }, true)],
    'GRPC_PERMISSION_DENIED none',
  ],
  ['has a status that is no number', (s) => [headers(s, { ...GOOD, 'grpc-status': 'fine' }, true)], 'UNKNOWN unknown'],
  ['has an empty status', (s) => [headers(s, { ...GOOD, 'grpc-status': '' }, true)], 'UNKNOWN unknown'],
  [
    'has a status that nobody knows',
    (s) => [headers(s, { ...GOOD, 'grpc-status': '999999' }, true)],
    'UNKNOWN unknown',
  ],
  [
    'has a message that is longer than the limit',
    (s) => [headers(s, GOOD), data(s, hex('0000a00000'))],
    'REPLY_TOO_LARGE unknown',
  ],
  [
    'asks for 10,000 signs of life first',
    (s) => [many(10_000, frame(FrameType.ping, 0, 0, Buffer.alloc(8))), answer(s, put.response, {})],
    'done',
  ],
  [
    'sends its settings 10,000 times first',
    (s) => [many(10_000, settings([3, 100])), answer(s, put.response, {})],
    'done',
  ],
];

const endOf = (etcd: Etcd) =>
  firstValueFrom(etcd.put('k', new Uint8Array(1))).then(
    () => 'done',
    (error: CoordinationError) => (isCoordinationError(error) ? `${error.code} ${error.effect}` : String(error))
  );

/** A client whose first member plays, and whose second one is well. */
async function between(greet: (connection: ScriptedConnection) => void) {
  const bad = await scriptHttp2(greet);
  const good = await startEtcd();
  const etcd = await open([bad.endpoint, good.endpoints[0]!], {
    ...{ random: () => 0.9, backoff: { min: 1, max: 5 }, maxReplyBytes: 8 * MIB, timeout: 10_000 },
  });
  const at = () => (etcd.state.kind === 'connected' ? etcd.state.endpoint.port : undefined);
  const close = async () => {
    await etcd.close();
    await good.stop();
    await bad[Symbol.asyncDispose]();
  };
  const left = () => waitForValue(etcd.state$, (it) => it.kind === 'connected' && it.endpoint.port !== bad.port);
  return { etcd, left, bad, isAtBad: () => at() === bad.port, [Symbol.asyncDispose]: close };
}
const plays = (play: Play) => (connection: ScriptedConnection) => {
  connection.write(settings([3, 100]));
  connection.onRequest = (stream) => connection.write(...play(stream));
};

describe('a member that', () => {
  it.each(BAD)('%s costs one request, and is left', async (_, play, end) => {
    await using ground = await between(plays(play));
    expect(await endOf(ground.etcd)).toBe(end);
    expect(await endOf(ground.etcd)).toBe('done');
    expect(ground.isAtBad()).toBe(false);
  });

  it.each(ODD)('%s is not left', async (_, play, end) => {
    await using ground = await between(plays(play));
    expect(await endOf(ground.etcd)).toBe(end);
    expect(ground.isAtBad()).toBe(true);
  });

  it('breaks every answer has its reads sent to another', async () => {
    await using ground = await between(plays((stream) => [reset(stream, 8)]));
    expect(await firstValueFrom(ground.etcd.get('k'))).toBeUndefined();
    expect(ground.isAtBad()).toBe(false);
  });
});

describe('a stream of watches that', () => {
  /** Creates the watch, and then sends this. */
  const watches =
    (play: (stream: number) => readonly Uint8Array[]) =>
    (connection: ScriptedConnection): void => {
      connection.write(settings([3, 100]));
      connection.onMessage = (stream) =>
        connection.write(headers(stream, GOOD), data(stream, CREATED), ...play(stream));
    };

  it.each<readonly [string, Play]>([
    ['ends well', (s) => [trailers(s)]],
    ['is reset', (s) => [reset(s, 2)]],
    ['has no protobuf', (s) => [data(s, grpc(hex('ffff')))]],
    ['creates watches that nobody asked for', (s) => [data(s, many(100, CREATED))]],
    ['announces four gigabytes', (s) => [data(s, hex('00ffffffff'))]],
    ['has headers twice', (s) => [headers(s, GOOD)]],
  ])('%s goes on at another member', async (_, play) => {
    await using ground = await between(watches(play));
    const seen = firstValueFrom(ground.etcd.events('k', { from: 1 }));
    await ground.left();
    expect(await endOf(ground.etcd)).toBe('done');
    expect(await seen).toMatchObject({ kind: 'changes' });
  });
});
