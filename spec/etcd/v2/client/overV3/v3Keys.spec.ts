import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Observable, Subscription } from 'rxjs';
import { type Etcd, connect } from '../../../../../lib/etcd/index.js';
import { type EtcdV2, v2OverV3 } from '../../../../../lib/etcd/v2/index.js';
import {
  type EmbeddedEtcd,
  type EtcdFault,
  type EtcdFaultRequest,
  etcdInMemory,
} from '../../../../../lib/testing/index.js';
import { VirtualTime } from '../../../../helpers/virtualTime.js';

let life: Subscription;
let time: VirtualTime;
let server: EmbeddedEtcd;
let below: Etcd;
let etcd: EtcdV2;
let fault: (request: EtcdFaultRequest) => EtcdFault | undefined;

beforeEach(() => {
  life = new Subscription();
  time = new VirtualTime();
  fault = () => undefined;
  server = etcdInMemory({ scheduler: time, version: '3.6.0', faults: (request) => fault(request) });
  const options = { transport: server.transport(), scheduler: time, random: () => 0 };
  life.add(connect(server.endpoints.join(), options).subscribe((it) => (below = it)));
  etcd = v2OverV3(below.with({ namespace: 'v2' }));
  time.advance(100);
});
afterEach(() => life.unsubscribe());

/** What a stream has emitted so far, and its error. */
function seen<T>(value$: Observable<T>, ms = 0): { readonly values: T[]; error: unknown } {
  const heard: { readonly values: T[]; error: unknown } = { values: [], error: undefined };
  life.add(value$.subscribe({ next: (it) => heard.values.push(it), error: (it: unknown) => (heard.error = it) }));
  time.advance(ms);
  return heard;
}
const done = <T>(value$: Observable<T>): T => {
  const { values, error } = seen(value$);
  if (error !== undefined) throw error as Error;
  return values[0]!;
};

describe('keys of version 2 over version 3', () => {
  it('are keys of version 3, in the namespace of its client', () => {
    done(etcd.set('a/b', '€'));
    done(etcd.mkdir('empty'));
    expect([...server.entries()].map(([key, value]) => `${key}=${String(value)}`)).toEqual(['v2/a/b=€', 'v2/empty/=']);
    done(below.put('v2/a/c', Buffer.from('by another')));
    done(below.put('elsewhere', Buffer.from('x')));
    expect(done(etcd.get('/', { recursive: true }))?.nodes).toMatchObject([
      {
        key: '/a',
        dir: true,
        nodes: [
          { key: '/a/b', value: '€' },
          { key: '/a/c', value: 'by another' },
        ],
      },
      { key: '/empty', dir: true },
    ]);
  });

  it('make a directory that lasts as long as its keys, or that was made', () => {
    done(etcd.set('implied/x', '1'));
    done(etcd.mkdir('made'));
    done(etcd.set('made/x', '1'));
    done(etcd.delete('implied/x'));
    done(etcd.delete('made/x'));
    expect([done(etcd.exists('implied')), done(etcd.exists('made'))]).toEqual([false, true]);
    expect(done(etcd.rmdir('made'))).toMatchObject({ node: { key: '/made', dir: true }, prevNode: { dir: true } });
    expect(server.entries().size).toBe(0);
    expect(seen(etcd.mkdir('timed', { ttl: 5 })).error).toMatchObject({ code: 'UNSUPPORTED', effect: 'none' });
  });

  it('have a lease each, which a write that fails gives back', () => {
    done(etcd.set('a', 'x', { ttl: 10 }));
    done(etcd.set('b', 'x', { ttl: 10 }));
    expect(server.leases.size).toBe(2);
    expect(seen(etcd.create('a', 'y', { ttl: 10 })).error).toMatchObject({ code: 'NODE_EXIST' });
    expect(seen(etcd.compareAndSwap('a', 'y', { prevValue: 'z' }, { ttl: 10 })).error).toMatchObject({
      ...{ code: 'TEST_FAILED', reason: '[z != x]' },
    });
    expect(server.leases.size).toBe(2);
    time.advance(4_000);
    expect(done(etcd.get('a'))).toMatchObject({ ttl: 6 });
    done(etcd.refresh('a', 10));
    done(etcd.set('b', 'y'));
    time.advance(9_900);
    expect([done(etcd.exists('a')), done(etcd.exists('b'))]).toEqual([true, true]);
    time.advance(200);
    expect([done(etcd.exists('a')), done(etcd.exists('b'))]).toEqual([false, true]);
  });

  it('keep their order where many create them at the same time', () => {
    const all = Array.from({ length: 20 }, (_, i) => seen(etcd.createInOrder('q', `${i}`)));
    time.advance(1_000);
    const made = all.map(({ values }) => values[0]!.node!);
    const byName = [...made].sort((a, b) => (a.key < b.key ? -1 : 1));
    const byCreation = [...made].sort((a, b) => a.createdIndex - b.createdIndex);
    expect(byName).toEqual(byCreation);
    expect(new Set(made.map(({ key }) => key)).size).toBe(20);
    expect(made[0]!.key).toMatch(/^\/q\/\d{20}$/);
    expect(done(etcd.get('q'))?.nodes).toHaveLength(20);
  });

  it('keep their order where one is created late', () => {
    let sent = 0;
    fault = ({ operation }) => (operation === 'txn' && ++sent === 1 ? { delay: 500 } : undefined);
    const late = seen(etcd.createInOrder('q', 'late'));
    done(etcd.set('other', 'x')); // takes the index that the late one is to be named by
    const early = ['a', 'b', 'c'].map((value) => done(etcd.createInOrder('q', value)).node!.key);
    time.advance(1_000);
    expect([...early, late.values[0]!.node!.key]).toEqual([...early, late.values[0]!.node!.key].sort());
  });

  it('know that the outcome of a write without an answer is unknown, and do not send it again', () => {
    let sent = 0;
    fault = ({ operation }) => (operation === 'txn' && ++sent === 1 ? 'cutAfter' : undefined);
    const write = seen(etcd.set('a', 'x', { ttl: 60 }), 5_000);
    expect(write.error).toMatchObject({ code: 'CONNECTION_LOST', effect: 'unknown', operation: 'set', path: '/a' });
    expect(sent).toBe(1);
    expect(server.leases.size).toBe(1); // the key may have it
    expect(seen(etcd.get('a'), 5_000).values).toMatchObject([{ value: 'x' }]);
  });

  it('have one timeout for all requests of a call', () => {
    server.electLeader(undefined);
    const began = time.now();
    let late = 0;
    life.add(etcd.set('a', 'x', { ttl: 60, timeout: 3_000 }).subscribe({ error: () => (late = time.now() - began) }));
    time.advance(2_000);
    fault = ({ operation }) => (operation === 'txn' ? { delay: 60_000 } : undefined);
    server.electLeader('default'); // the grant is answered, and the write is not
    time.advance(10_000);
    expect(server.leases.size).toBe(1);
    expect(late).toBe(3_000);
  });

  it.each([
    ['refresh', () => etcd.refresh('a', 10)],
    ['updateTtl', () => etcd.updateTtl('a', 10)],
  ])('keep a value that changes during %s', (_, change) => {
    done(etcd.set('a', 'before'));
    let grants = 0;
    fault = ({ operation }) => (operation === 'leaseGrant' && ++grants === 1 ? { delay: 500 } : undefined);
    const changing = seen(change());
    done(etcd.set('a', 'meanwhile'));
    time.advance(1_000);
    expect(changing.values).toMatchObject([{ node: { value: 'meanwhile', ttl: 10 } }]);
    expect([done(etcd.get('a'))?.value, server.leases.size]).toEqual(['meanwhile', 1]);
  });

  it('show a file that is in the way', () => {
    done(etcd.set('file', 'x'));
    for (const call$ of [etcd.set('file/a/b', 'x'), etcd.read('file/a'), etcd.delete('file/a'), etcd.mkdir('file/d')])
      expect(seen<unknown>(call$).error).toMatchObject({ code: 'NOT_DIR', number: 104, reason: '/file' });
    expect(done(etcd.get('file/a'))).toBeUndefined();
  });

  it('are in an order that is theirs, with neighbours that begin alike', () => {
    for (const key of ['d/x', 'd-a', 'd.b', 'd0', 'da', 'd']) seen(etcd.set(key, key));
    expect(done(etcd.get('/'))?.nodes?.map(({ key }) => key)).toEqual(['/d', '/d-a', '/d.b', '/d0', '/da']);
    expect(done(etcd.get('d', { recursive: true }))?.nodes?.map(({ key }) => key)).toEqual(['/d/x']);
    const events = seen(etcd.events('d', { recursive: true }));
    for (const key of ['d-a', 'd0', 'd/y', 'd/_hidden', 'da']) done(etcd.set(key, '2'));
    done(etcd.rmdir('d', { recursive: true }));
    expect(events.values.map(({ action, node }) => `${action} ${node?.key}`)).toEqual([
      ...['set /d/y', 'delete /d/x', 'delete /d/y'],
    ]);
    expect(server.entries().size).toBe(4);
  });

  it('tell a waiter what it asks for, and that it has come too late', () => {
    const { etcdIndex } = done(etcd.set('w', '1'));
    const waiting = seen(etcd.wait('w'));
    done(etcd.set('w', '2'));
    expect(waiting.values).toMatchObject([{ action: 'set', node: { value: '2' }, prevNode: { value: '1' } }]);
    expect(seen(etcd.wait('w', { waitIndex: etcdIndex }), 1_000).values).toMatchObject([
      { node: { value: '1' }, created: true },
    ]);
    server.compact();
    expect(seen(etcd.wait('w', { waitIndex: 1 }), 1_000).error).toMatchObject({
      ...{ code: 'EVENT_INDEX_CLEARED', number: 401, operation: 'wait', path: '/w' },
    });
  });
});
