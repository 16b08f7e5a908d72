import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Subscription, firstValueFrom } from 'rxjs';
import type { CoordinationError } from '../../../../lib/core/errors.js';
import type { Draft } from '../../../../lib/etcd/v3/protocol/message.js';
import { type Method, authenticate, put, range, status, txn } from '../../../../lib/etcd/v3/protocol/methods.js';
import type { Metadata } from '../../../../lib/etcd/v3/carrier.js';
import { GrpcCarrier } from '../../../../lib/etcd/v3/session/grpcCarrier.js';
import { http2 } from '../../../../lib/http2/http2.js';
import { etcdIsFrom, etcdVersion } from '../../../helpers/etcdUnderTest.js';
import { type RealEtcdCluster, startRealEtcd } from '../../../helpers/realEtcd.js';
import { meterFor } from '../../../helpers/meterFor.js';

const LIMITS = { maxRequestBytes: 2 * 2 ** 20, maxReplyBytes: 4 * 2 ** 20 };

describe('a call to a real etcd', () => {
  let cluster: RealEtcdCluster;
  let carrier: GrpcCarrier;
  let link: Subscription;

  beforeAll(async () => {
    cluster = await startRealEtcd();
    const { host, port } = cluster.members[0]!;
    carrier = await new Promise((done, failed) => {
      link = http2({ host, port }, undefined, meterFor()).subscribe({
        next: (it) => done(new GrpcCarrier(it, LIMITS)),
        error: failed,
      });
    });
  });
  afterAll(async () => {
    link?.unsubscribe();
    await cluster?.stop();
  });

  /** The one message of the answer to one message. */
  function ask<Q, R>(method: Method<Q, R>, message: Draft<Q>, metadata: Metadata = {}): Promise<R> {
    return new Promise((done, failed) => {
      let answer: R | undefined;
      const context = { operation: 'ask', path: '/k' };
      const call = carrier.call(method, metadata, context, {
        message: (it) => (answer = it),
        ended: (error) => (error === undefined ? done(answer!) : failed(error)),
      });
      call.send(message);
      call.finish();
    });
  }
  const bytes = (text: string) => Buffer.from(text);
  const codeOf = (answer: Promise<unknown>) =>
    answer.then(
      () => 'done',
      (error: CoordinationError) => `${error.code} ${error.effect} ${error.path}`
    );

  it('has an answer', async () => {
    expect((await ask(status, {})).version).toBe(etcdVersion);
    const written = await ask(put, { key: bytes('a'), value: bytes('1') });
    const read = await ask(range, { key: bytes('a') });
    expect(read.kvs.map(({ key, value }) => `${String(key)}=${String(value)}`)).toEqual(['a=1']);
    expect(read.kvs[0]!.modRevision).toBe(written.header!.revision);
    expect(read.header!.memberId).toBe(written.header!.memberId);
  });

  it('has one of any size up to the limits, and in both directions', async () => {
    const value = Buffer.alloc(1_500_000, 7);
    await ask(put, { key: bytes('big'), value });
    const { kvs } = await ask(range, { key: bytes('big') });
    expect(Buffer.compare(kvs[0]!.value, value)).toBe(0);
  });

  it('can be a transaction inside a transaction', async () => {
    const answer = await ask(txn, {
      compare: [{ key: bytes('none'), target: 'version', result: 'equal', version: 0 }],
      success: [{ requestTxn: { success: [{ requestPut: { key: bytes('in'), value: bytes('side') } }] } }],
      failure: [{ requestRange: { key: bytes('none') } }],
    });
    expect(answer.succeeded).toBe(true);
    expect(answer.responses[0]!.responseTxn!.responses[0]!.responsePut).toBeDefined();
  });

  it('is refused in the words of etcd, with the effect and the path', async () => {
    expect(await codeOf(ask(range, {}))).toBe('EMPTY_KEY none /k');
    expect(await codeOf(ask(range, { key: bytes('a'), revision: 999_999 }))).toBe('FUTURE_REVISION none /k');
    expect(await codeOf(ask(put, { key: bytes('a'), lease: 99n }))).toBe('LEASE_NOT_FOUND none /k');
    expect(await codeOf(ask(put, { key: bytes('a'), value: Buffer.alloc(1_600_000) }))).toBe('TOO_LARGE none /k');
    expect(await codeOf(ask(put, { key: bytes('a'), value: Buffer.alloc(2_200_000) }))).toBe('TOO_LARGE none /k');
    expect(await codeOf(ask(authenticate, { name: 'a', password: 'b' }))).toBe('AUTH_NOT_ENABLED none /k');
    const nonsense = codeOf(ask(range, { key: bytes('a') }, { token: 'nonsense.1' }));
    expect(await nonsense).toBe(etcdIsFrom(5) ? 'done' : 'INVALID_TOKEN none /k'); // authentication is off
    expect(await codeOf(ask({ ...put, path: '/etcdserverpb.KV/Nope' }, {}))).toBe('UNIMPLEMENTED none /k');
  });

  it('ends with a lost connection when the server dies: of unknown effect, but for a read', async () => {
    const [written, read] = [codeOf(ask(put, { key: bytes('x') }, {})), codeOf(ask(range, { key: bytes('x') }))];
    await cluster.members[0]!.kill();
    const late = codeOf(ask(put, { key: bytes('y') }));
    expect(await written).toMatch(/^(done|CONNECTION_LOST unknown \/k)$/);
    expect(await read).toMatch(/^(done|CONNECTION_LOST none \/k)$/);
    expect(await late).toMatch(/^CONNECTION_LOST (none|unknown) \/k$/);
    await expect(firstValueFrom(carrier.end$)).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  });
});
