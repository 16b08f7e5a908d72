import { describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import { type Cluster, type ConnectOptions, connect, open } from '../../lib/arakoon/index.js';
import type { CoordinationError, UsageError } from '../../lib/core/errors.js';
import { startArakoon } from '../../lib/testing/arakoon/startArakoon.js';
import { ArakoonPeer } from '../helpers/arakoonPeer.js';
import { VirtualTime } from '../helpers/virtualTime.js';

const wrong = (value: unknown) => value as never;
const GOOD: Cluster = { id: 'ricky', nodes: { a: ['a:4000'] } };

function errorOf(cluster: Cluster | string, options?: ConnectOptions): CoordinationError | undefined {
  let error: CoordinationError | undefined;
  connect(cluster, options)
    .subscribe({ error: (it: CoordinationError) => (error = it) })
    .unsubscribe();
  return error;
}

describe('connect', () => {
  it.each<[string, unknown, ConnectOptions?]>([
    ['cluster', null],
    ['cluster', 'ricky'],
    ['cluster', 'arakoon://ricky'],
    ['cluster.id', { nodes: GOOD.nodes }],
    ['cluster.id', { id: '', nodes: GOOD.nodes }],
    ['cluster.nodes', { id: 'ricky' }],
    ['cluster.nodes', { id: 'ricky', nodes: {} }],
    ['cluster.nodes', { id: 'ricky', nodes: [['a:1']] }],
    ['cluster.nodes.a', { id: 'ricky', nodes: { a: [] } }],
    ['cluster.nodes.a', { id: 'ricky', nodes: { a: 'a:1' } }],
    ['cluster.nodes.a', { id: 'ricky', nodes: { a: ['a:0'] } }],
    ['cluster.nodes.a', { id: 'ricky', nodes: { a: ['a:1/path'] } }],
    ['options.timeout', GOOD, { timeout: 0 }],
    ['options.writers', GOOD, { writers: 0 }],
    ['options.patience', GOOD, wrong({ patience: 1 })],
    ['options.backoff.min', GOOD, { backoff: { min: 2, max: 1 } }],
    ['options.tls', GOOD, { tls: {}, transport: wrong(() => undefined) }],
    ['options.tls', { ...GOOD, tls: { caCert: '/ca.pem', version: '1.2' } }],
  ])('names %s when it cannot be', (...[argument, cluster, options]) => {
    const error = errorOf(wrong(cluster), options) as UsageError | undefined;
    expect([error?.code, error?.argument]).toEqual(['USAGE', argument]);
  });

  it('says what is wrong with an address', () => {
    expect(errorOf({ id: 'ricky', nodes: { a: ['a:b'] } })?.message).toBe(
      'cluster.nodes.a: has "a:b", whose port is not a number from 1 to 65535'
    );
  });

  it('takes a URL, and a configuration that speaks of TLS with the option', () => {
    const time = new VirtualTime();
    const peer = new ArakoonPeer(time, ['a', 'b'], 'b');
    const seen: unknown[] = [];
    for (const cluster of [
      'arakoon://ricky?a=a:4000&b=b:4000',
      { ...peer.cluster, tls: { caCert: '/ca.pem', version: '1.2' } },
    ]) {
      connect(cluster, { transport: peer.transport, scheduler: time }).subscribe((arakoon) =>
        arakoon.master$.subscribe((master) => seen.push(master))
      );
    }
    time.advance(10);
    expect(seen).toEqual([null, null, 'b', 'b']);
  });

  it('does nothing before it is subscribed to, and then emits the client at once', () => {
    const time = new VirtualTime();
    const peer = new ArakoonPeer(time);
    const client$ = connect(peer.cluster, { transport: peer.transport, scheduler: time });
    time.advance(100);
    expect(peer.dials).toEqual([]);
    const seen: string[] = [];
    client$.subscribe({ next: ({ state }) => seen.push(state.kind), complete: () => seen.push('|') }).unsubscribe();
    expect(seen).toEqual(['searching']);
  });
});

describe('open', () => {
  it('resolves once there is a master, over real sockets, and closes what it owns', async () => {
    await using server = await startArakoon({ nodes: ['a', 'b', 'c'], master: 'b', entries: { '/greeting': 'hello' } });
    let left;
    {
      await using arakoon = await open(server.cluster);
      left = arakoon;
      expect(arakoon.state).toEqual({ kind: 'connected', master: 'b' });
      expect(Buffer.from(await firstValueFrom(arakoon.get('/greeting'))).toString()).toBe('hello');
      await firstValueFrom(arakoon.set('/greeting', Buffer.from('bye')), { defaultValue: undefined });
      expect(
        Buffer.from(
          await firstValueFrom(
            arakoon.get('/greeting', { consistency: await firstValueFrom(arakoon.getTxid()), node: 'a' })
          )
        ).toString()
      ).toBe('bye');
    }
    expect(left.state).toEqual({ kind: 'closed' });
    await expect(firstValueFrom(left.get('/greeting'))).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('rejects when it is aborted, before and while there is no master', async () => {
    await using server = await startArakoon({ master: null });
    await expect(open(server.cluster, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(open(server.cluster, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('rejects with what is wrong with its arguments', async () => {
    await expect(open({ id: '', nodes: {} })).rejects.toMatchObject({ code: 'USAGE', argument: 'cluster.id' });
  });
});
