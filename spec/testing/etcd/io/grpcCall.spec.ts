import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstValueFrom, lastValueFrom } from 'rxjs';
import { decode } from '../../../../lib/etcd/v3/protocol/message.js';
import * as methods from '../../../../lib/etcd/v3/protocol/methods.js';
import { GrpcCarrier } from '../../../../lib/etcd/v3/session/grpcCarrier.js';
import { type EmbeddedEtcd, type EtcdServerOptions, startEtcd } from '../../../../lib/testing/index.js';
import { http2 } from '../../../../lib/http2/http2.js';
import { type Certificates, makeCertificates } from '../../../helpers/certificates.js';
import { EtcdCalls, bytes, dialEtcd } from '../../../helpers/etcdCalls.js';
import { waitFor } from '../../../helpers/waitFor.js';
import { meterFor } from '../../../helpers/meterFor.js';

const { leaseKeepAlive, put, range, watchStream } = methods;
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(options?: EtcdServerOptions): Promise<EmbeddedEtcd> {
  const server = await startEtcd(options);
  cleanups.push(() => server.stop());
  return server;
}

async function dial(server: EmbeddedEtcd, member = 0) {
  const calls = await dialEtcd(server.endpoints[member]!);
  cleanups.push(() => calls.close());
  return calls;
}

const key = bytes('k');

describe('gRPC of the embedded etcd', () => {
  it('carries calls, large values and streams', async () => {
    const calls = await dial(await start());
    const value = Buffer.alloc(1_500_000, 7);
    const stream = calls.open(watchStream);
    stream.send({ createRequest: { key } });
    await waitFor(() => stream.messages.length === 1);
    await calls.ask(put, { key, value });
    const { kvs } = await calls.ask(range, { key });
    expect(Buffer.compare(kvs[0]!.value, value)).toBe(0);
    await waitFor(() => stream.messages.length === 2);
    expect(await calls.refused(put, { key, value: Buffer.alloc(2_200_000) })).toBe(
      'TOO_LARGE: grpc: received message larger than max (2200008 vs. 2097152)'
    );
    const keepAlive = calls.open(leaseKeepAlive);
    keepAlive.send({ id: 1n });
    keepAlive.finish();
    await waitFor(() => keepAlive.end !== undefined);
    expect([keepAlive.messages.length, keepAlive.end]).toEqual([1, { error: undefined }]);
  });

  it('serves each member at a port of its own, with the same keys', async () => {
    const server = await start({ members: ['a', 'b', 'c'], entries: { k: '1' } });
    const [a, c] = [await dial(server, 0), await dial(server, 2)];
    const [first, third] = [await a.ask(range, { key }), await c.ask(range, { key })];
    expect(first.kvs).toEqual(third.kvs);
    expect(first.header!.memberId).not.toBe(third.header!.memberId);
    expect([server.connections('a'), server.connections('b'), server.connections()]).toEqual([1, 0, 2]);
  });

  it('gives a call up when its time is over, or its client has left', async () => {
    const server = await start({ leader: null });
    const calls = await dial(server);
    expect(await calls.refused(put, { key }, { 'grpc-timeout': '20m' })).toBe(
      'DEADLINE_EXCEEDED: context deadline exceeded'
    );
    const call = calls.open(put);
    call.send({ key });
    call.finish();
    call.cancel();
    await calls.ask(methods.status, {});
    server.electLeader('default');
    await calls.ask(range, { key });
    expect(server.revision).toBe(1);
  });

  it('refuses bytes that are no message, and goes on', async () => {
    const calls = await dial(await start());
    const wrong = { ...range, request: methods.leaseGrant.request };
    expect(await calls.refused(wrong as never, { ttl: 5 } as never)).toMatch(/^INTERNAL/);
    expect(await calls.refused(range, { key })).toBe('done');
  });

  it('cuts and closes connections, and takes new ones on the same port', async () => {
    const server = await start({ faults: ({ key: of }) => (of === 'cut' ? 'cutAfter' : undefined) });
    const calls = await dial(server);
    expect(await calls.refused(put, { key: bytes('cut') })).toMatch(/^CONNECTION_LOST/);
    expect(server.revision).toBe(2);
    const again = await dial(server);
    const { endpoints } = server;
    const ended = firstValueFrom(again.carrier.end$);
    await server.refuse();
    await expect(ended).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    await expect(dial(server)).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
    await server.accept();
    expect(server.endpoints).toEqual(endpoints);
    expect(await (await dial(server)).refused(range, { key })).toBe('done');
  });

  it('says goodbye, and still ends the calls under way', async () => {
    let begun = 0;
    const server = await start({ faults: () => (begun++, { delay: 20 }) });
    const calls = await dial(server);
    const written = [calls.refused(put, { key }), calls.refused(put, { key })];
    await waitFor(() => begun === 2);
    const ended = firstValueFrom(calls.carrier.end$);
    server.goAway();
    await expect(ended).rejects.toMatchObject({ code: 'CONNECTION_LOST', effect: 'none' });
    expect(await Promise.all(written)).toEqual(['done', 'done']);
  });

  it('hears nothing while it is paused, not even a ping', async () => {
    const server = await start({ entries: { k: '1' } });
    const calls = await dial(server);
    await calls.ask(range, { key });
    server.pause();
    let ponged = false;
    const ping = lastValueFrom(calls.carrier.ping(), { defaultValue: undefined }).then(() => (ponged = true));
    const read = calls.refused(range, { key });
    const late = dial(server); // a frozen process lets others connect, and is as silent to them
    await waitFor(() => server.connections() === 2);
    expect(ponged).toBe(false);
    server.resume();
    await Promise.all([ping, late]);
    expect(await read).toBe('done');
  });

  it('hangs up on a client that sends pings too often', async () => {
    const server = await start();
    const calls = await dial(server);
    const ping = () => lastValueFrom(calls.carrier.ping(), { defaultValue: undefined });
    const ended = firstValueFrom(calls.carrier.end$);
    for (let i = 0; i < 3; i++) await ping();
    await calls.ask(range, { key }); // the server has sent something
    for (let i = 0; i < 3; i++) await ping();
    expect(server.connections()).toBe(1);
    ping().catch(() => {});
    await expect(ended).rejects.toThrow(/too_many_pings/);
    await waitFor(() => server.connections() === 0);
  });

  it('takes any number of pings while a large answer is on its way', async () => {
    const server = await start();
    const calls = await dial(server);
    const value = Buffer.alloc(1_500_000);
    for (const name of ['a', 'b', 'c', 'd']) await calls.ask(put, { key: Buffer.from(name), value });
    const read = calls.open(range);
    read.hold();
    read.send({ key: Buffer.from('a'), rangeEnd: Buffer.from('e') });
    for (let i = 0; i < 10; i++) await lastValueFrom(calls.carrier.ping(), { defaultValue: undefined });
    read.release();
    await waitFor(() => read.messages.length === 1);
    expect(read.messages[0]!.kvs.map(({ value }) => value.length)).toEqual(Array(4).fill(value.length));
  });

  describe('over TLS', () => {
    let certificates: Certificates;
    beforeAll(async () => void (certificates = await makeCertificates()));
    afterAll(() => certificates?.[Symbol.dispose]());

    it('asks for the certificate of the client, if that is wanted', async () => {
      const { ca, server: own, client } = certificates;
      const tls = { key: own.key, cert: own.certificate, ca: ca.certificate, requestCert: true };
      const server = await start({ tls });
      const [, port] = server.endpoints[0]!.split(':');
      const link$ = http2(
        { host: 'localhost', port: Number(port) },
        { ca: ca.certificate, key: client.key, cert: client.certificate },
        meterFor()
      );
      const read = new Promise<string>((done, failed) => {
        const link = link$.subscribe({
          next: (it) =>
            done(
              new EtcdCalls(new GrpcCarrier(it, { maxRequestBytes: 1e6, maxReplyBytes: 1e6 })).refused(range, { key })
            ),
          error: failed,
        });
        cleanups.push(() => link.unsubscribe());
      });
      expect(await read).toBe('done');
    });
  });
});

interface Captured {
  readonly id: string;
  readonly path: string;
  readonly requestHex?: string;
  readonly metadata?: Record<string, string>;
  readonly error?: { readonly grpcStatus: number; readonly message: string };
}

describe('the captured refusals of a real etcd', () => {
  const NOT_HERE = /no-quorum|no-leader/; // refused for want of a leader: spec/testing/etcd/cluster
  const captured = readFileSync(join(__dirname, '../../../fixtures/etcd/v3-grpc.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Captured)
    .filter(({ id, error, requestHex }) => error !== undefined && requestHex !== undefined && !NOT_HERE.test(id));
  let calls: Awaited<ReturnType<typeof dialEtcd>>;
  let server: EmbeddedEtcd;
  beforeAll(async () => {
    server = await startEtcd({ entries: { foo: 'bar', h: '1' } });
    calls = await dialEtcd(server.endpoints[0]!);
  });
  afterAll(async () => {
    calls?.close();
    await server?.stop();
  });

  it('are enough', () => expect(captured.length).toBeGreaterThan(7));

  it.each(captured.map((exchange) => [exchange.id, exchange] as const))(
    '%s comes in the same words',
    async (id, it) => {
      const known = Object.values(methods).find(({ path }) => path === it.path) ?? { ...range, path: it.path };
      const method = known as typeof range;
      const request = decode(method.request, Buffer.from(it.requestHex!, 'hex'));
      if (id === 'err-compacted') {
        for (let i = 0; i < 3; i++) await calls.ask(put, { key: bytes('h') });
        server.compact();
      }
      const message = id === 'err-compacted' ? { ...request, revision: 2 } : request;
      const heard = await calls.refused(method, message, it.metadata ?? {});
      // the length of the message is that of the capture
      expect(heard.slice(heard.indexOf(': ') + 2)).toBe(it.error!.message);
    }
  );
});

it('knows HTTP/2 by its first letters, also if they come one by one', async () => {
  const server = await start();
  const [host = '', port = ''] = server.endpoints[0]!.split(':');
  const { connect } = await import('node:net');
  const socket = connect(Number(port), host);
  cleanups.push(() => socket.destroy());
  await once(socket, 'connect');
  socket.setNoDelay(true);
  const [data] = (await new Promise<Buffer[]>((done) => {
    socket.once('data', (chunk: Buffer) => done([chunk]));
    socket.write('P');
    setImmediate(() => socket.write('RI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0'));
  })) as [Buffer];
  expect(data[3]).toBe(4); // SETTINGS
});
