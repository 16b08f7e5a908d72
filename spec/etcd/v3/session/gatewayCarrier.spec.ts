import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Subscription, firstValueFrom } from 'rxjs';
import type { CoordinationError } from '../../../../lib/core/errors.js';
import type { Carrier, Metadata } from '../../../../lib/etcd/v3/carrier.js';
import { settingsOf } from '../../../../lib/etcd/v3/options.js';
import type { Draft } from '../../../../lib/etcd/v3/protocol/message.js';
import {
  type Method,
  leaseGrant,
  leaseKeepAlive,
  put,
  range,
  status,
  watchStream,
} from '../../../../lib/etcd/v3/protocol/methods.js';
import { gatewayTransport } from '../../../../lib/etcd/v3/session/gatewayTransport.js';
import { etcdIsFrom, etcdVersion } from '../../../helpers/etcdUnderTest.js';
import { type RealEtcdCluster, startRealEtcd } from '../../../helpers/realEtcd.js';
import { meterFor } from '../../../helpers/meterFor.js';

const transport = gatewayTransport(settingsOf({ transport: 'gateway', connectTimeout: 2000 }), meterFor());
const CONTEXT = { operation: 'ask', path: 'k' };
const bytes = (text: string) => Buffer.from(text);

/** The one message of the answer to one message. */
function ask<Q, R>(carrier: Carrier, method: Method<Q, R>, message: Draft<Q>, metadata: Metadata = {}): Promise<R> {
  return new Promise((done, failed) => {
    let answer: R | undefined;
    const call = carrier.call(method, metadata, CONTEXT, {
      message: (it) => (answer = it),
      ended: (error) => (error === undefined ? done(answer!) : failed(error)),
    });
    call.send(message);
    call.finish();
  });
}
const codeOf = (answer: Promise<unknown>) =>
  answer.then(
    () => 'done',
    (error: CoordinationError) => `${error.code} ${error.effect} ${error.path}`
  );

describe('the gateway of a real etcd', () => {
  let cluster: RealEtcdCluster;
  let carrier: Carrier;
  let link: Subscription;

  beforeAll(async () => {
    cluster = await startRealEtcd();
    carrier = await new Promise((done, failed) => {
      link = transport(cluster.members[0]!).subscribe({ next: done, error: failed });
    });
  });
  afterAll(async () => {
    link?.unsubscribe();
    await cluster?.stop();
  });

  it('answers, and shows a sign of life', async () => {
    expect((await ask(carrier, status, {})).version).toBe(etcdVersion);
    await ask(carrier, put, { key: bytes('a'), value: bytes('1') }, { hasleader: 'true' });
    expect((await ask(carrier, range, { key: bytes('a') })).kvs[0]!.value).toEqual(bytes('1'));
    await firstValueFrom(carrier.ping(), { defaultValue: 'alive' });
  });

  it('refuses in the words of etcd', async () => {
    expect(await codeOf(ask(carrier, range, {}))).toBe('EMPTY_KEY none k');
    expect(await codeOf(ask(carrier, put, { key: bytes('a'), lease: 99n }))).toBe('LEASE_NOT_FOUND none k');
    expect(await codeOf(ask(carrier, put, { key: bytes('a'), value: Buffer.alloc(2_097_152) }))).toBe(
      'TOO_LARGE none k'
    );
    const nonsense = codeOf(ask(carrier, range, { key: bytes('a') }, { token: 'nonsense.1' }));
    expect(await nonsense).toBe(etcdIsFrom(5) ? 'done' : 'INVALID_TOKEN none k'); // authentication is off
    expect(await codeOf(ask(carrier, { ...put, gateway: '/kv/nope' }, {}))).toBe('UNIMPLEMENTED none k');
  });

  it('carries a stream in both directions at once', async () => {
    const seen: string[] = [];
    let heard = () => {};
    const until = (condition: () => boolean) =>
      new Promise<void>((done) => {
        heard = () => void (condition() && done());
        heard();
      });
    const call = carrier.call(watchStream, { hasleader: 'true' }, CONTEXT, {
      message({ created, canceled, watchId, events }) {
        const what = created ? 'created' : canceled ? 'canceled' : events.map(({ kv }) => String(kv!.key)).join();
        seen.push(`${watchId} ${what}`);
        heard();
      },
      ended: () => seen.push('ended'),
    });
    call.send({ createRequest: { key: bytes('w'), watchId: 1 } });
    await until(() => seen.length === 1);
    await ask(carrier, put, { key: bytes('w') });
    await until(() => seen.length === 2);
    call.send({ createRequest: { key: bytes('x'), watchId: 2 } }); // after the answer has begun
    await until(() => seen.length === 3);
    call.send({ cancelRequest: { watchId: 1 } });
    await until(() => seen.length === 4);
    await ask(carrier, put, { key: bytes('w') });
    await ask(carrier, put, { key: bytes('x') });
    await until(() => seen.length === 5);
    call.cancel();
    expect(seen).toEqual(['1 created', '1 w', '2 created', '1 canceled', '2 x']);
  });

  it('keeps leases alive, and says 0 of those that are gone', async () => {
    const { id } = await ask(carrier, leaseGrant, { ttl: 30 });
    expect((await ask(carrier, leaseKeepAlive, { id })).ttl).toBe(30);
    expect((await ask(carrier, leaseKeepAlive, { id: 77n })).ttl).toBe(0);
  });

  it('ends with a lost connection when the server dies', async () => {
    const streaming = new Promise<CoordinationError | undefined>((ended) => {
      const call = carrier.call(watchStream, {}, CONTEXT, { message: () => void cluster.members[0]!.kill(), ended });
      call.send({ createRequest: { key: bytes('w') } });
    });
    expect(await streaming).toMatchObject({ code: 'CONNECTION_LOST', effect: 'none', operation: 'ask' });
    await expect(firstValueFrom(carrier.end$)).rejects.toMatchObject({ layer: 'transport' });
    expect(await codeOf(ask(carrier, put, { key: bytes('y') }))).toMatch(
      /^(CONNECT_FAILED none|CONNECTION_LOST unknown) k$/
    );
    await expect(firstValueFrom(carrier.ping())).rejects.toMatchObject({ layer: 'transport' });
    await expect(firstValueFrom(transport(cluster.members[0]!))).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
  });
});

describe('the prefix of the gateway', () => {
  async function connected(answer: RequestListener) {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url!);
      answer(request, response);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const carrier$ = transport({ host: '127.0.0.1', port });
    return {
      asked,
      carrier$,
      [Symbol.asyncDispose]: () => new Promise<void>((done) => void server.close(() => done())),
    };
  }
  const only =
    (prefix: string): RequestListener =>
    ({ url }, response) => {
      if (url!.startsWith(`${prefix}/`)) response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      else response.writeHead(404).end('404 page not found\n');
    };

  it('is the newest that the server knows', async () => {
    await using old = await connected(only('/v3alpha'));
    await firstValueFrom(old.carrier$);
    expect(old.asked).toEqual(['/v3', '/v3beta', '/v3alpha'].map((prefix) => `${prefix}/maintenance/status`));
    await using younger = await connected(only('/v3beta'));
    await new Promise<void>((done) => {
      const link = younger.carrier$.subscribe((carrier) => {
        void ask(carrier, status, {}).then(() => (link.unsubscribe(), done()));
      });
    });
    expect(younger.asked.at(-1)).toBe('/v3beta/maintenance/status');
  });

  it("has no call where a server of any version answers 404 in words that are not etcd's", async () => {
    const bodies = ['Not Found\n', '{"code":5, "message":"Not Found"}', '{"code":5, "message":"etcdserver: no"}'];
    const codes = bodies.map(async (body) => {
      await using server = await connected(({ url }, response) => {
        const known = url!.endsWith('/status');
        response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' }).end(known ? '{}' : body);
      });
      return await new Promise((done) => {
        const link = server.carrier$.subscribe((carrier) => {
          void codeOf(ask(carrier, range, {})).then((code) => (link.unsubscribe(), done(code)));
        });
      });
    });
    expect(await Promise.all(codes)).toEqual(['UNIMPLEMENTED none k', 'UNIMPLEMENTED none k', 'NOT_FOUND none k']);
  });

  it('is known from a refusal too, and not from the page of a proxy', async () => {
    await using strict = await connected((_, response) => {
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"code":16,"message":"no"}');
    });
    await firstValueFrom(strict.carrier$);
    await using proxy = await connected((_, response) => response.writeHead(502).end('<html>'));
    await expect(firstValueFrom(proxy.carrier$)).rejects.toThrow(/has no JSON gateway/);
  });
});
