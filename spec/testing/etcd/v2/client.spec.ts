import { afterEach, describe, expect, it } from '@jest/globals';
import { type Observable, Subscription } from 'rxjs';
import { type EtcdV2, connectV2 } from '../../../../lib/etcd/v2/index.js';
import { type EmbeddedEtcd, type EtcdServerOptions, etcdInMemory } from '../../../../lib/testing/index.js';
import { VirtualTime } from '../../../helpers/virtualTime.js';

let life: Subscription;
let time: VirtualTime;
let server: EmbeddedEtcd;
let etcd: EtcdV2;
afterEach(() => life.unsubscribe());

function begin(options: EtcdServerOptions = {}, latency = 0): void {
  life = new Subscription();
  time = new VirtualTime();
  server = etcdInMemory({ scheduler: time, ...options });
  const transport = server.transportV2({ latency });
  life.add(connectV2(server.endpoints, { transport, scheduler: time, random: () => 0 }).subscribe((it) => (etcd = it)));
  time.advance(10 * latency);
}

/** All that a stream has emitted so far, and its error. */
function seen<T>(value$: Observable<T>): { readonly values: T[]; error: unknown } {
  const heard: { readonly values: T[]; error: unknown } = { values: [], error: undefined };
  life.add(value$.subscribe({ next: (it) => heard.values.push(it), error: (it: unknown) => (heard.error = it) }));
  time.advance(0);
  return heard;
}

describe('the embedded etcd without a socket', () => {
  it('serves a client of version 2, whose messages take their time', () => {
    begin({}, 5);
    expect(etcd.state.kind).toBe('connected');
    const written = seen(etcd.set('a', 'x'));
    time.advance(9);
    expect(written.values).toEqual([]);
    time.advance(1);
    expect(written.values).toMatchObject([{ action: 'set', created: true, node: { key: '/a', value: 'x' } }]);
  });

  it('lets keys expire when their time has come, and tells watchers', () => {
    begin();
    const watched = seen(etcd.watch('a'));
    seen(etcd.set('a', 'x', { ttl: 10 }));
    time.advance(9_999);
    expect(seen(etcd.get('a')).values).toMatchObject([{ value: 'x', ttl: 1 }]);
    seen(etcd.refresh('a', 10));
    time.advance(9_999);
    expect(watched.values.map(({ kind }) => kind)).toEqual(['absent', 'present']);
    time.advance(1);
    expect(watched.values.map(({ kind }) => kind)).toEqual(['absent', 'present', 'absent']);
  });

  it('keeps keys as long as there is no leader', () => {
    begin();
    seen(etcd.set('a', 'x', { ttl: 10 }));
    server.electLeader(undefined);
    time.advance(20_000);
    expect(server.leader).toBeUndefined();
    expect(seen(etcd.get('a')).values).toMatchObject([{ value: 'x' }]);
    server.electLeader('default');
    time.advance(0);
    expect(seen(etcd.get('a')).values).toEqual([undefined]);
  });

  it('answers plain reads of a member that is cut off with what it knew', () => {
    begin({ members: ['a', 'b', 'c'] });
    const alone = { transport: server.transportV2(), scheduler: time, healthInterval: 100_000 };
    let old: EtcdV2 | undefined;
    life.add(connectV2(server.endpoints[2]!, alone).subscribe((it) => (old = it)));
    seen(etcd.set('k', 'before'));
    server.partition('c');
    seen(etcd.set('k', 'after'));
    expect(seen(old!.get('k')).values).toMatchObject([{ value: 'before' }]);
    const write = seen(old!.set('k', 'lost', { timeout: 8_000 }));
    time.advance(7_000);
    expect(write.error).toMatchObject({ code: 'RAFT_INTERNAL', number: 300, effect: 'unknown' });
    const waited = seen(old!.wait('k'));
    server.heal();
    time.advance(1_000);
    expect(waited.values).toMatchObject([{ node: { value: 'after' } }]);
    expect(seen(old!.get('k')).values).toMatchObject([{ value: 'after' }]);
  });

  it('has the faults that a test wants', () => {
    const faults = new Map<string, ReturnType<NonNullable<EtcdServerOptions['faults']>>>([
      ['/cut', 'cut'],
      ['/lost', 'cutAfter'],
      ['/late', { delay: 300 }],
      ['/refused', { error: 110, message: 'no' }],
    ]);
    const operations = new Set<string>();
    begin({
      faults: ({ operation, key = '' }) => {
        operations.add(operation);
        return operation.startsWith('PUT') ? faults.get(key) : undefined;
      },
    });
    expect(seen(etcd.set('cut', 'x')).error).toMatchObject({ code: 'CONNECTION_LOST', effect: 'unknown' });
    expect(seen(etcd.get('cut')).values).toEqual([undefined]);
    expect(seen(etcd.set('lost', 'x')).error).toMatchObject({ code: 'CONNECTION_LOST', effect: 'unknown' });
    expect(seen(etcd.get('lost')).values).toMatchObject([{ value: 'x' }]);
    const late = seen(etcd.set('late', 'x'));
    time.advance(299);
    expect(late.values).toHaveLength(0);
    time.advance(1);
    expect(late.values).toHaveLength(1);
    expect(seen(etcd.set('refused', 'x')).error).toMatchObject({ code: 'UNAUTHORIZED', reason: 'no' });
    expect([...operations]).toEqual(['PUT /v2/keys', 'GET /v2/keys']);
  });

  it('loses no event of a watcher whose connections are cut', () => {
    begin();
    const events = seen(etcd.events('d', { recursive: true }));
    for (let i = 0; i < 50; i++) {
      if (i % 3 === 0) server.drop();
      seen(etcd.set(`d/${i}`, `${i}`));
      if (i % 5 === 0) time.advance(20);
    }
    time.advance(2_000);
    const written = seen(etcd.get('d')).values[0]?.nodes ?? [];
    expect(written.length).toBeGreaterThan(30);
    expect(events.values.map(({ node }) => node?.key).sort()).toEqual(written.map(({ key }) => key).sort());
  });

  it('has no v2 API from 3.6 on', () => {
    begin({ version: '3.6.1' });
    expect(seen(etcd.set('a', 'x')).error).toMatchObject({ code: 'NO_V2_API' });
    expect(() => etcdInMemory({ version: '3.6.1', v2: true })).toThrow('options.v2');
    begin({ v2: false });
    expect(seen(etcd.set('a', 'x')).error).toMatchObject({ code: 'NO_V2_API' });
  });
});
